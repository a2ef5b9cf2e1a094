// Responses of a multiclass classification: the output of each class for the events of every class.

#include "Gui/Families.hxx"
#include "Gui/PlotPage.hxx"
#include "TLegend.h"

#include <algorithm>

namespace TorchMVA {
namespace Internal {

namespace {

const std::string kProbFor = "_prob_for_";

/// Classes of a method, in the order of the file.
std::vector<std::string> ClassesOf(const StoredMethod &method, const std::string &prefix)
{
   std::vector<std::string> classes;
   for (const auto &name : KeyNames(*method.fDirectory, prefix)) {
      const auto split = name.find(kProbFor, prefix.size());
      if (split == std::string::npos)
         continue;
      const std::string cls = name.substr(prefix.size(), split - prefix.size());
      if (std::find(classes.begin(), classes.end(), cls) == classes.end())
         classes.push_back(cls);
   }
   return classes;
}

void PlotOutput(const ResultFile &file, const StoredMethod &method, const std::vector<std::string> &classes,
                const std::string &output, bool compare)
{
   const std::string name = "MVA_" + method.fTitle;
   const std::string title = (compare ? "TMVA overtraining check for classifier: " : "TMVA response for classifier: ") +
                             method.fTitle + ", output " + output;
   std::vector<std::unique_ptr<TH1>> test, training;
   std::vector<std::string> found;
   std::vector<const TH1 *> all;
   for (const auto &cls : classes) {
      auto histogram = ReadHistogram(*method.fDirectory, name + "_Test_" + cls + kProbFor + output);
      auto trained = compare ? ReadHistogram(*method.fDirectory, name + "_Train_" + cls + kProbFor + output) : nullptr;
      if (!histogram || (compare && !trained))
         continue;
      found.push_back(cls);
      all.push_back(histogram.get());
      test.push_back(std::move(histogram));
      if (trained)
         all.push_back(trained.get());
      training.push_back(std::move(trained));
   }
   PlotPage page(file, (compare ? "overtrain_" : "mva_") + method.fTitle + "_" + output, title);
   page.NextPad();
   const double highest = HighestBin(all, compare), step = 0.045;
   auto legend = MakeLegend(0.35, 0.88 - step * static_cast<double>(found.size()), 0.80, 0.88);
   for (std::size_t i = 0; i < test.size(); ++i) {
      TH1 &histogram = *test[i];
      StyleClass(histogram, static_cast<int>(i));
      StyleAxes(histogram);
      histogram.SetTitle(title.c_str());
      histogram.GetXaxis()->SetTitle(("Response of output " + output).c_str());
      histogram.GetYaxis()->SetTitle("(1/N) dN/dx");
      histogram.SetMinimum(0);
      histogram.SetMaximum(1.5 * highest);
      legend->AddEntry(&histogram, (found[i] + (compare ? " (line: test, points: training)" : "")).c_str(), "F");
      PlotPage::Draw(std::move(test[i]), i == 0 ? "HIST" : "HIST SAME");
      if (training[i]) {
         StyleClass(*training[i], static_cast<int>(i));
         StylePoints(*training[i]);
         PlotPage::Draw(std::move(training[i]), "E1 SAME");
      }
   }
   PlotPage::Draw(std::move(legend));
   gPad->RedrawAxis();
   page.Write();
}

} // namespace

int PlotMulticlassResponses(const ResultFile &file, HistType type)
{
   int pages = 0;
   for (const StoredMethod &method : file.GetMethods()) {
      const auto classes = ClassesOf(method, "MVA_" + method.fTitle + "_Test_");
      for (const auto &output : classes)
         PlotOutput(file, method, classes, output, type == kCompareType);
      pages += static_cast<int>(classes.size());
   }
   return pages;
}

} // namespace Internal
} // namespace TorchMVA
