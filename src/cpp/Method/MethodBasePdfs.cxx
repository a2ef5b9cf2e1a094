// Densities of the response: options, making, weight file, probability and rarity.

#include "Evaluate/MvaPdf.hxx"
#include "MvaPdfs.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Evaluate/ScoredSample.hxx"
#include "TorchMVA/Method/MethodBase.hxx"
#include "TorchMVA/Tools.hxx"
#include "Weights/PdfElement.hxx"

#include "TH1.h"
#include "Transform/NumberList.hxx"

#include <algorithm>

namespace TorchMVA {

namespace {

/// Calls f(member, name, meaning, allowed values) for every option of a density: the one place where they are listed.
template <typename Function>
void ForEachPdfOption(Function &&f)
{
   const std::vector<const char *> any;
   f(&PdfOptions::fNSmooth, "NSmooth", "passes of smoothing", any);
   f(&PdfOptions::fMinNSmooth, "MinNSmooth", "fewest passes, for bins with small errors (-1: NSmooth)", any);
   f(&PdfOptions::fMaxNSmooth, "MaxNSmooth", "most passes, for bins with large errors (-1: NSmooth)", any);
   f(&PdfOptions::fNAvEvtPerBin, "NAvEvtPerBin", "events per bin, if Nbins is 0", any);
   f(&PdfOptions::fNbins, "Nbins", "bins (0: from NAvEvtPerBin)", any);
   f(&PdfOptions::fCheckHist, "CheckHist", "warn about histograms with many empty bins", any);
   f(&PdfOptions::fInterpolation, "PDFInterpol", "interpolation",
     {"Spline0", "Spline1", "Spline2", "Spline3", "Spline5", "KDE"});
   f(&PdfOptions::fKDEType, "KDEtype", "kernel of KDE", {"Gauss"});
   f(&PdfOptions::fKDEIteration, "KDEiter", "width of the kernels", {"Nonadaptive", "Adaptive"});
   f(&PdfOptions::fKDEFineFactor, "KDEFineFactor", "factor on the width of the kernels", any);
   f(&PdfOptions::fKDEBorder, "KDEborder", "treatment of the edges", {"None", "Renorm", "Mirror"});
}

constexpr const char *kSuffix = "MVAPdf";
constexpr const char *kSignalSuffix = "MVAPdfSig";
constexpr const char *kBackgroundSuffix = "MVAPdfBkg";

/// CreateMVAPdfs decides which other options exist, so it is looked for before the option string is understood.
bool AsksForPdfs(const TString &options)
{
   bool asks = false;
   for (const TString &token : gTools().SplitString(options, ':')) {
      const Ssiz_t equals = token.First('=');
      const TString name = equals == kNPOS ? token : TString(token(0, equals));
      TString value = equals == kNPOS ? TString("true") : TString(token(equals + 1, token.Length()));
      value.ToLower();
      if (name.EqualTo("CreateMVAPdfs", TString::kIgnoreCase))
         asks = value == "1" || value == "t" || value == "true" || value == "ktrue";
   }
   return asks;
}

} // namespace

void MethodBase::DeclarePdfOptions()
{
   if (!AsksForPdfs(GetOptions()))
      return;
   fMvaPdfs = std::make_unique<MvaPdfs>();
   const auto declare = [this](PdfOptions &options, const char *suffix, const char *whose) {
      ForEachPdfOption(
         [&](auto member, const char *name, const char *meaning, const std::vector<const char *> &allowed) {
            DeclareOptionRef(options.*member, TString(name) + suffix,
                             TString("Density of the response") + whose + ": " + meaning);
            for (const char *value : allowed)
               AddPreDefVal(value);
         });
   };
   declare(fMvaPdfs->fCommonOptions, kSuffix, "");
   declare(fMvaPdfs->fSignalOptions, kSignalSuffix, " of signal");
   declare(fMvaPdfs->fBackgroundOptions, kBackgroundSuffix, " of background");
}

std::vector<OptionInfo> MethodBase::GetStateOptions() const
{
   std::vector<OptionInfo> options = GetOptionInfos();
   const auto isOfPdf = [](const OptionInfo &option) {
      const TString name = option.fName.c_str();
      return name.EndsWith(kSuffix) || name.EndsWith(kSignalSuffix) || name.EndsWith(kBackgroundSuffix);
   };
   options.erase(std::remove_if(options.begin(), options.end(), isOfPdf), options.end());
   return options;
}

void MethodBase::CreateMVAPdfs()
{
   if (!fMvaPdfs)
      fMvaPdfs = std::make_unique<MvaPdfs>();
   MvaPdfs &pdfs = *fMvaPdfs;
   PdfOptions signal = pdfs.fCommonOptions, background = pdfs.fCommonOptions;
   ForEachPdfOption([&](auto member, const char *name, const char *, const std::vector<const char *> &) {
      if (IsOptionSet(TString(name) + kSignalSuffix))
         signal.*member = pdfs.fSignalOptions.*member;
      if (IsOptionSet(TString(name) + kBackgroundSuffix))
         background.*member = pdfs.fBackgroundOptions.*member;
   });
   const ScoredSample sample = Scored(Types::kTraining);
   const int cls = fDataSetInfo.GetSignalClassIndex();
   const std::string title = fMethodTitle.Data(), type = GetMethodTypeName().Data();
   pdfs.fSignal = Internal::MakeMvaPdf(sample, cls, true, title + "_PDFSig", type + "_tr_S", signal);
   pdfs.fBackground = Internal::MakeMvaPdf(sample, cls, false, title + "_PDFBkg", type + "_tr_B", background);
   double sum[2] = {0, 0};
   for (Long64_t i = 0; i < sample.fN; ++i)
      sum[sample.Class(i) == cls] += sample.Weight(i);
   pdfs.fSignalShare = sum[1] / (sum[0] + sum[1]);
   fLogger.Info(TString::Format("<CreateMVAPdfs> Separation of the densities of the response: %1.3f",
                                ComputeSeparation(*pdfs.fSignal, *pdfs.fBackground))
                   .Data());
}

const PDF *MethodBase::GetMVAPdf(Types::ESBType type) const
{
   if (!fMvaPdfs)
      return nullptr;
   const auto &pdf = type == Types::kSignal ? fMvaPdfs->fSignal : fMvaPdfs->fBackground;
   return pdf ? &*pdf : nullptr;
}

Double_t MethodBase::GetProba(Double_t mva, Double_t apriorSignal) const
{
   const PDF *signal = GetMVAPdf(Types::kSignal), *background = GetMVAPdf(Types::kBackground);
   if (!signal || !background)
      return -1;
   const double s = apriorSignal * signal->GetVal(mva), b = (1 - apriorSignal) * background->GetVal(mva);
   return s + b > 0 ? s / (s + b) : -1;
}

Double_t MethodBase::GetProba(const Event *event)
{
   if (!GetMVAPdf(Types::kSignal) && HasResponses(Types::kTraining))
      CreateMVAPdfs();
   return GetProba(GetMvaValue(event), fMvaPdfs ? fMvaPdfs->fSignalShare : 0.5);
}

Double_t MethodBase::GetRarity(Double_t mva, Types::ESBType reference) const
{
   const PDF *pdf = GetMVAPdf(reference);
   return pdf ? pdf->GetIntegral(pdf->GetXmin(), mva) : 0;
}

void MethodBase::WriteMVAPdfs(const XmlNode &node) const
{
   if (!GetMVAPdf(Types::kSignal) || !GetMVAPdf(Types::kBackground))
      return;
   node.SetAttribute("SignalShare", fMvaPdfs->fSignalShare);
   Internal::WritePdf(node, *fMvaPdfs->fSignal);
   Internal::WritePdf(node, *fMvaPdfs->fBackground);
}

void MethodBase::ReadMVAPdfs(const XmlNode &node)
{
   const std::vector<XmlNode> children = node ? node.Children("PDF") : std::vector<XmlNode>();
   if (node)
      node.RequireKnown({"SignalShare"}, {"PDF"});
   if (children.empty() && !(fCreateMVAPdfs && fAnalysisType == Types::kClassification))
      return;
   if (children.size() != 2)
      throw Error(EErrorCode::kWeightFile,
                  "expected the densities of signal and background, found " + std::to_string(children.size()),
                  {{"file", node.Document()->Path()}, {"element", "<MVAPdfs>"}});
   auto pdfs = std::make_unique<MvaPdfs>();
   pdfs->fSignal = Internal::ReadPdf(children[0]);
   pdfs->fBackground = Internal::ReadPdf(children[1]);
   if (node.HasAttribute("SignalShare"))
      pdfs->fSignalShare = Internal::FiniteAttribute(node, "SignalShare");
   fMvaPdfs = std::move(pdfs);
}

} // namespace TorchMVA
