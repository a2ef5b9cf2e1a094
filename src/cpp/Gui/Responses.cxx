// Responses of a binary classification: test sample, test against training sample, probability, rarity.

#include "Gui/Families.hxx"
#include "Gui/PlotPage.hxx"
#include "TLegend.h"
#include "TorchMVA/Evaluate/Classification.hxx"

namespace TorchMVA {
namespace Internal {

namespace {

constexpr double kHeadroom = 1.5; ///< for the legends

/// What is different between the plots.
struct ResponsePlot {
   const char *fFile;   ///< begin of the picture's name
   const char *fTitle;  ///< of the plot
   const char *fSuffix; ///< of the histograms, between "MVA_<title>" and "_S"
   const char *fAxis;   ///< of x, after the title of the method
};

ResponsePlot Describe(HistType type)
{
   switch (type) {
   case kProbaType: return {"proba_", "TMVA probability for classifier: ", "_Proba", "signal probability"};
   case kRarityType: return {"rarity_", "TMVA Rarity for classifier: ", "_Rarity", "signal rarity"};
   case kCompareType: return {"overtrain_", "TMVA overtraining check for classifier: ", "", "response"};
   default: return {"mva_", "TMVA response for classifier: ", "", "response"};
   }
}

double Compatibility(const TH1 &test, const TH1 &training)
{
   const auto values = [](const TH1 &histogram, bool squares) {
      std::vector<double> result;
      for (int bin = 1; bin <= histogram.GetNbinsX(); ++bin)
         result.push_back(squares ? histogram.GetBinError(bin) * histogram.GetBinError(bin)
                                  : histogram.GetBinContent(bin));
      return result;
   };
   return KolmogorovProbability(values(test, false), values(test, true), values(training, false),
                                values(training, true));
}

/// Points of the training sample over the histograms of the test sample.
void DrawTraining(std::unique_ptr<TH1> signal, std::unique_ptr<TH1> background, double pSignal, double pBackground)
{
   StyleSignal(*signal);
   StyleBackground(*background);
   auto legend = MakeLegend(0.49, 0.76, 0.93, 0.88);
   legend->AddEntry(signal.get(), "Signal (training sample)", "PE");
   legend->AddEntry(background.get(), "Background (training sample)", "PE");
   for (auto *histogram : {&signal, &background}) {
      StylePoints(**histogram);
      PlotPage::Draw(std::move(*histogram), "E1 SAME");
   }
   PlotPage::Draw(std::move(legend));
   DrawText(
      0.155, 0.715,
      TString::Format("Kolmogorov-Smirnov test: signal (background) probability = %5.3g (%5.3g)", pSignal, pBackground)
         .Data());
}

bool PlotOne(const ResultFile &file, const StoredMethod &method, HistType type)
{
   const ResponsePlot plot = Describe(type);
   const std::string name = "MVA_" + method.fTitle;
   auto signal = ReadHistogram(*method.fDirectory, name + plot.fSuffix + "_S");
   auto background = ReadHistogram(*method.fDirectory, name + plot.fSuffix + "_B");
   auto trainingS = type == kCompareType ? ReadHistogram(*method.fDirectory, name + "_Train_S") : nullptr;
   auto trainingB = type == kCompareType ? ReadHistogram(*method.fDirectory, name + "_Train_B") : nullptr;
   if (!signal || !background || (type == kCompareType && (!trainingS || !trainingB)))
      return false;
   PlotPage page(file, plot.fFile + method.fTitle, plot.fTitle + method.fTitle);
   page.NextPad();
   StyleSignal(*signal);
   StyleBackground(*background);
   StyleAxes(*signal);
   const std::vector<const TH1 *> tested{signal.get(), background.get()};
   std::vector<const TH1 *> all = tested;
   for (const auto *training : {trainingS.get(), trainingB.get()})
      if (training)
         all.push_back(training);
   signal->SetTitle((plot.fTitle + method.fTitle).c_str());
   signal->GetXaxis()->SetTitle((method.fTitle + " " + plot.fAxis).c_str());
   signal->GetYaxis()->SetTitle("(1/N) dN/dx");
   signal->SetMinimum(0);
   signal->SetMaximum(kHeadroom * HighestBin(all, type == kCompareType));
   auto legend = MakeLegend(0.15, 0.76, 0.50, 0.88);
   const std::string sample = type == kCompareType ? " (test sample)" : "";
   legend->AddEntry(signal.get(), ("Signal" + sample).c_str(), "F");
   legend->AddEntry(background.get(), ("Background" + sample).c_str(), "F");
   const double pSignal = trainingS ? Compatibility(*signal, *trainingS) : -1;
   const double pBackground = trainingB ? Compatibility(*background, *trainingB) : -1;
   PlotPage::Draw(std::move(signal), "HIST");
   PlotPage::Draw(std::move(background), "HIST SAME");
   DrawOverflows(tested);
   PlotPage::Draw(std::move(legend));
   if (trainingS)
      DrawTraining(std::move(trainingS), std::move(trainingB), pSignal, pBackground);
   gPad->RedrawAxis();
   page.Write();
   return true;
}

} // namespace

int PlotResponses(const ResultFile &file, HistType type)
{
   int pages = 0;
   for (const StoredMethod &method : file.GetMethods())
      pages += PlotOne(file, method, type) ? 1 : 0;
   return pages;
}

} // namespace Internal
} // namespace TorchMVA
