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

/// Writes a copy with single precision, which is what TMVA's readers find.
void WriteAsFloats(TDirectory *directory, const TH1 &histogram)
{
   const TAxis &axis = *histogram.GetXaxis();
   TH1F copy(histogram.GetName(), histogram.GetTitle(), axis.GetNbins(), axis.GetXmin(), axis.GetXmax());
   if (axis.IsVariableBinSize())
      copy.SetBins(axis.GetNbins(), axis.GetXbins()->GetArray());
   for (int bin = 1; bin <= axis.GetNbins(); ++bin) {
      copy.SetBinContent(bin, histogram.GetBinContent(bin));
      copy.SetBinError(bin, histogram.GetBinError(bin));
   }
   Internal::WriteObject(directory, copy);
}

void WritePdfHistograms(TDirectory *directory, const PDF &pdf)
{
   // what the density was made of, under TMVA's name <Type>_tr_S, too
   TString name = pdf.GetOriginalHist()->GetName();
   name.Remove(name.Length() - static_cast<Ssiz_t>(std::string("_original").size()));
   const std::unique_ptr<TH1> made(static_cast<TH1 *>(pdf.GetOriginalHist()->Clone(name)));
   made->SetTitle(name);
   Internal::WriteObject(directory, *made);
   for (const TH1 *histogram : {pdf.GetOriginalHist(), pdf.GetSmoothedHist(), pdf.GetPDFHist()})
      WriteAsFloats(directory, *histogram);
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
