// Distributions of the input variables by class.

#include "Gui/Families.hxx"
#include "Gui/PlotPage.hxx"
#include "TLegend.h"

#include <algorithm>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr int kColumns = 3, kRows = 2;

/// The histograms of one variable, one a class.
struct Distribution {
   std::string fVariable;
   std::vector<std::string> fClasses;
   std::vector<std::unique_ptr<TH1>> fHistograms;
};

/// Groups "<variable>__<class>_<transformation>".
std::vector<Distribution> ReadDistributions(TDirectory &directory, const std::string &suffix)
{
   std::vector<Distribution> distributions;
   for (const auto &name : KeyNames(directory, "", suffix)) {
      const auto split = name.rfind("__");
      auto histogram = split == std::string::npos ? nullptr : ReadHistogram(directory, name);
      if (!histogram || histogram->GetDimension() != 1)
         continue;
      const std::string variable = name.substr(0, split);
      const std::string cls = name.substr(split + 2, name.size() - split - 2 - suffix.size());
      auto found = std::find_if(distributions.begin(), distributions.end(),
                                [&](const Distribution &d) { return d.fVariable == variable; });
      if (found == distributions.end())
         found = distributions.insert(distributions.end(), Distribution{variable, {}, {}});
      found->fClasses.push_back(cls);
      found->fHistograms.push_back(std::move(histogram));
   }
   return distributions;
}

void DrawDistribution(Distribution &distribution)
{
   const bool overlaid = distribution.fHistograms.size() > 1;
   std::vector<const TH1 *> all;
   for (auto &histogram : distribution.fHistograms) {
      // unit area, so that classes of different size can be compared
      const double area = histogram->GetSumOfWeights() * histogram->GetXaxis()->GetBinWidth(1);
      if (overlaid && area > 0)
         histogram->Scale(1 / area);
      all.push_back(histogram.get());
   }
   const double highest = HighestBin(all, false);
   const double top = 0.88, step = 0.05;
   auto legend = MakeLegend(0.55, top - step * static_cast<double>(all.size()), 0.93, top);
   TH1 *frame = nullptr;
   for (std::size_t i = 0; i < distribution.fHistograms.size(); ++i) {
      TH1 &histogram = *distribution.fHistograms[i];
      StyleClass(histogram, static_cast<int>(i));
      legend->AddEntry(&histogram, distribution.fClasses[i].c_str(), "F");
      TH1 *drawn = PlotPage::Draw(std::move(distribution.fHistograms[i]), frame ? "HIST SAME" : "HIST");
      if (!frame) {
         frame = drawn;
         StyleAxes(*frame);
         frame->SetMinimum(0);
         frame->SetMaximum(highest * (overlaid ? 1.45 : 1.15));
         if (overlaid)
            frame->GetYaxis()->SetTitle("(1/N) dN/dx");
      }
   }
   DrawOverflows(all);
   if (overlaid)
      PlotPage::Draw(std::move(legend));
   gPad->RedrawAxis();
}

} // namespace

int PlotVariables(const ResultFile &file, const std::string &folder)
{
   TDirectory *directory = file.GetDirectory()->GetDirectory(folder.c_str());
   const std::string prefix = "InputVariables_";
   if (!directory || folder.compare(0, prefix.size(), prefix) != 0)
      return 0;
   const std::string transformation = folder.substr(prefix.size());
   auto distributions = ReadDistributions(*directory, "_" + transformation);
   int pages = 0;
   for (std::size_t first = 0; first < distributions.size(); first += kColumns * kRows) {
      const std::size_t n = std::min<std::size_t>(kColumns * kRows, distributions.size() - first);
      const auto grid =
         n == kColumns * kRows || pages > 0 ? std::pair<int, int>(kColumns, kRows) : Grid(static_cast<int>(n));
      PlotPage page(file, "variables_" + transformation + "_c" + std::to_string(++pages),
                    "Input variables (" + transformation + ")", grid.first, grid.second);
      for (std::size_t i = first; i < first + n; ++i) {
         page.NextPad();
         DrawDistribution(distributions[i]);
      }
      page.Write();
   }
   return pages;
}

} // namespace Internal
} // namespace TorchMVA
