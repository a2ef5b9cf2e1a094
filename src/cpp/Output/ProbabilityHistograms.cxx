#include "Output/DirectoryTools.hxx"
#include "TH1D.h"
#include "TH1F.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Output/ProbabilityHistograms.hxx"

namespace TorchMVA {

namespace {

/// Histograms "<name>_S" and "<name>_B" of a value in [0,1] of the response, normalised to unit area.
void WritePair(TDirectory *directory, const std::string &name, const ScoredSample &sample, int signalClass,
               const std::function<Double_t(Double_t)> &value)
{
   const int bins = gConfig().GetVariablePlotting().fNbinsMVAoutput;
   const std::string nameS = name + "_S", nameB = name + "_B";
   TH1D signal(nameS.c_str(), nameS.c_str(), bins, 0, 1), background(nameB.c_str(), nameB.c_str(), bins, 0, 1);
   signal.Sumw2();
   background.Sumw2();
   for (Long64_t i = 0; i < sample.fN; ++i)
      (sample.Class(i) == signalClass ? signal : background).Fill(value(sample.Response(i)), sample.Weight(i));
   for (TH1D *histogram : {&signal, &background}) {
      Internal::NormaliseArea(*histogram);
      Internal::WriteObject(directory, *histogram);
   }
}

/// TMVA keeps the steps towards a density as floats.
void WriteFloats(TDirectory *directory, const TH1 &histogram, const std::string &name, const std::string &title)
{
   const TAxis &axis = *histogram.GetXaxis();
   TH1F floats(name.c_str(), title.c_str(), axis.GetNbins(), axis.GetXmin(), axis.GetXmax());
   floats.Add(&histogram);
   Internal::WriteObject(directory, floats);
}

/// What the density was made of ("<Type>_tr_S"), the same as it was smoothed, and the density, under TMVA's names.
void WritePdfHistograms(TDirectory *directory, const PDF &pdf)
{
   const std::string name = pdf.GetName(), smoothed = pdf.GetSmoothedHist()->GetName();
   const std::unique_ptr<TH1> made(static_cast<TH1 *>(pdf.GetOriginalHist()->Clone(name.c_str())));
   made->SetTitle(name.c_str());
   Internal::WriteObject(directory, *made);
   for (const TH1 *histogram : {pdf.GetOriginalHist(), pdf.GetSmoothedHist()})
      WriteFloats(directory, *histogram, histogram->GetName(), histogram->GetName());
   TString method = PDF::NameOf(pdf.GetInterpolateMethod());
   method.ReplaceAll("Spline", "spline");
   WriteFloats(directory, *pdf.GetPDFHist(), smoothed + "_hist_from_" + method.Data(),
               smoothed + "_hist from_" + method.Data());
}

} // namespace

void WriteProbabilityHistograms(TDirectory *methodDirectory, const std::string &title, const ScoredSample &test,
                                int signalClass, const PDF &signal, const PDF &background,
                                const std::function<Double_t(Double_t)> &probability,
                                const std::function<Double_t(Double_t)> &rarity)
{
   const Internal::DetachedScope detached;
   WritePair(methodDirectory, "MVA_" + title + "_Proba", test, signalClass, probability);
   WritePair(methodDirectory, "MVA_" + title + "_Rarity", test, signalClass, rarity);
   WritePdfHistograms(methodDirectory, signal);
   WritePdfHistograms(methodDirectory, background);
}

} // namespace TorchMVA
