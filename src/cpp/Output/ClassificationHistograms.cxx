#include "Output/DirectoryTools.hxx"
#include "TH1D.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Evaluate/EfficiencyCurve.hxx"
#include "TorchMVA/Output/OutputFile.hxx"

namespace TorchMVA {

namespace {

/// Normalised response of signal ("<name>_S<suffix>") and background ("..._B<suffix>").
void WriteResponses(TDirectory *directory, const std::string &name, const std::string &suffix, int bins,
                    const ScoredSample &sample, int signalClass, const ResponseStatistics &range)
{
   const std::string nameS = name + "_S" + suffix, nameB = name + "_B" + suffix;
   TH1D signal(nameS.c_str(), nameS.c_str(), bins, range.fMinimum, range.fMaximum);
   TH1D background(nameB.c_str(), nameB.c_str(), bins, range.fMinimum, range.fMaximum);
   signal.Sumw2();
   background.Sumw2();
   for (Long64_t i = 0; i < sample.fN; ++i)
      (sample.Class(i) == signalClass ? signal : background).Fill(sample.Response(i), sample.Weight(i));
   for (TH1D *histogram : {&signal, &background}) {
      Internal::NormaliseArea(*histogram);
      Internal::WriteObject(directory, *histogram);
   }
}

void WriteEfficiency(TDirectory *directory, const std::string &name, const std::string &title,
                     const std::vector<double> &values, double xmin, double xmax, const char *xTitle,
                     const char *yTitle)
{
   TH1D histogram(name.c_str(), title.c_str(), static_cast<int>(values.size()), xmin, xmax);
   for (std::size_t i = 0; i < values.size(); ++i)
      histogram.SetBinContent(static_cast<int>(i) + 1, values[i]);
   histogram.SetXTitle(xTitle);
   histogram.SetYTitle(yTitle);
   Internal::WriteObject(directory, histogram);
}

/// Background efficiency and rejection against signal efficiency.
void WriteCurves(TDirectory *directory, const std::string &title, const std::string &effName,
                 const std::string &rejName, const std::vector<double> &effBvsS)
{
   std::vector<double> rejection;
   for (double b : effBvsS)
      rejection.push_back(1 - b);
   WriteEfficiency(directory, effName, title, effBvsS, 0, 1, "Signal eff", "Backgr eff");
   WriteEfficiency(directory, rejName, title, rejection, 0, 1, "Signal eff", "Backgr rejection (1-eff)");
}

void WriteCutEfficiencies(TDirectory *directory, const std::string &title, const std::string &nameS,
                          const std::string &nameB, const EfficiencyCurve &curve)
{
   const ResponseStatistics &range = curve.GetRange();
   WriteEfficiency(directory, nameS, title + " (signal)", curve.GetSignalEfficiencies(), range.fMinimum, range.fMaximum,
                   "Cut", "Signal eff");
   WriteEfficiency(directory, nameB, title + " (background)", curve.GetBackgroundEfficiencies(), range.fMinimum,
                   range.fMaximum, "Cut", "Backgr eff");
}

} // namespace

void WriteClassificationHistograms(TDirectory *methodDirectory, const std::string &title, const ScoredSample &test,
                                   const ScoredSample *training, int signalClass)
{
   const Internal::DetachedScope detached;
   const std::string name = "MVA_" + title;
   const ResponseStatistics range = ComputeResponseStatistics(test, signalClass);
   const EfficiencyCurve curve(test, signalClass, range);
   const int bins = gConfig().GetVariablePlotting().fNbinsMVAoutput;

   WriteResponses(methodDirectory, name, "", bins, test, signalClass, range);
   WriteResponses(methodDirectory, name, "_high", EfficiencyCurve::kCutBins, test, signalClass, range);
   WriteCutEfficiencies(methodDirectory, name, name + "_effS", name + "_effB", curve);
   WriteCurves(methodDirectory, name, name + "_effBvsS", name + "_rejBvsS", curve.GetBackgroundVsSignal());
   std::vector<double> inverse;
   for (double b : curve.GetBackgroundVsSignal())
      inverse.push_back(b > 0 ? 1 / b : 0); // no background left: the bin stays empty
   WriteEfficiency(methodDirectory, name + "_invBeffvsSeff", name, inverse, 0, 1, "Signal eff",
                   "Inverse backgr. eff (1/eff)");
   if (!training)
      return;
   // background against signal efficiency at the cuts of the test sample, as TMVA has it
   const EfficiencyCurve trained(*training, signalClass, range, &curve);
   WriteResponses(methodDirectory, name + "_Train", "", bins, *training, signalClass, range);
   WriteCutEfficiencies(methodDirectory, name, name + "_trainingEffS", name + "_trainingEffB", trained);
   WriteCurves(methodDirectory, name, name + "_trainingEffBvsS", name + "_trainingRejBvsS",
               trained.GetBackgroundVsSignal());
}

} // namespace TorchMVA
