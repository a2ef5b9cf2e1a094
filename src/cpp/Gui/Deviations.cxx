// Deviations of a regression against variables and targets.

#include "Gui/Families.hxx"
#include "Gui/PlotPage.hxx"
#include "TF1.h"
#include "TH2.h"
#include "TLine.h"

namespace TorchMVA {
namespace Internal {

namespace {

/// Number behind `mark` at the end of a name such as "..._rtgt0", -1 without one.
int NumberAfter(const std::string &name, const std::string &mark)
{
   const auto at = name.rfind(mark);
   if (at == std::string::npos)
      return -1;
   const std::string digits = name.substr(at + mark.size());
   return digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos ? -1 : std::stoi(digits);
}

void DrawDeviation(std::unique_ptr<TH2> histogram, const std::string &title)
{
   StyleAxes(*histogram);
   histogram->SetTitle(title.c_str());
   if (std::string(histogram->GetYaxis()->GetTitle()).empty()) // files of TMVA
      histogram->GetYaxis()->SetTitle("Deviation (prediction - true)");
   const TAxis &x = *histogram->GetXaxis();
   auto zero = std::make_unique<TLine>(x.GetXmin(), 0, x.GetXmax(), 0);
   zero->SetLineStyle(2);
   zero->SetLineColor(1);
   PlotPage::Draw(std::move(histogram), "COLZ");
   PlotPage::Draw(std::move(zero));
}

int PlotOne(const ResultFile &file, const StoredMethod &method, const std::string &sample, bool onlyTargets)
{
   const std::string prefix = "MVA_" + method.fTitle + sample + "_reg_";
   std::vector<std::vector<std::string>> byTarget;
   for (const auto &name : KeyNames(*method.fDirectory, prefix)) {
      const int target = NumberAfter(name, "_rtgt");
      if (target < 0 || (onlyTargets && name.compare(prefix.size(), 3, "tgt") != 0))
         continue;
      if (byTarget.size() <= static_cast<std::size_t>(target))
         byTarget.resize(target + 1);
      byTarget[target].push_back(name);
   }
   int pages = 0;
   for (std::size_t target = 0; target < byTarget.size(); ++target) {
      if (byTarget[target].empty())
         continue;
      const auto grid = Grid(static_cast<int>(byTarget[target].size()));
      const std::string title = "Output deviation for method: " + method.fTitle + " (" + sample + " sample)";
      PlotPage page(file, "deviation_" + method.fTitle + "_" + sample + "_target" + std::to_string(target), title,
                    grid.first, grid.second);
      for (const auto &name : byTarget[target]) {
         auto histogram = ReadObject<TH2>(*method.fDirectory, name);
         if (!histogram)
            continue;
         page.NextPad().SetRightMargin(0.13F);
         DrawDeviation(std::move(histogram), title);
      }
      page.Write();
      ++pages;
   }
   return pages;
}

} // namespace

int PlotDeviations(const ResultFile &file, HistType type, bool onlyTargets)
{
   int pages = 0;
   for (const StoredMethod &method : file.GetMethods())
      pages += PlotOne(file, method, type == kCompareType ? "train" : "test", onlyTargets);
   return pages;
}

} // namespace Internal
} // namespace TorchMVA
