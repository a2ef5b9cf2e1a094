// Losses against the epoch, one page a method whose training left a history.

#include "Gui/Families.hxx"
#include "Gui/PlotPage.hxx"
#include "TGraph.h"
#include "TLegend.h"

#include <algorithm>
#include <cmath>

namespace TorchMVA {
namespace Internal {

namespace {

struct Curve {
   const char *fKey;
   const char *fLabel;
};
constexpr Curve kCurves[] = {{"TrainingHistory_training_loss", "training events"},
                             {"TrainingHistory_validation_loss", "validation events"}};

/// Draws the curves of one method in the current pad.
void DrawCurves(const std::string &name, const std::string &title, std::vector<std::unique_ptr<TGraph>> graphs,
                const std::vector<const char *> &labels)
{
   double first = graphs[0]->GetX()[0], last = first, low = graphs[0]->GetY()[0], high = low;
   for (const auto &graph : graphs) {
      first = std::min(first, *std::min_element(graph->GetX(), graph->GetX() + graph->GetN()));
      last = std::max(last, *std::max_element(graph->GetX(), graph->GetX() + graph->GetN()));
      low = std::min(low, *std::min_element(graph->GetY(), graph->GetY() + graph->GetN()));
      high = std::max(high, *std::max_element(graph->GetY(), graph->GetY() + graph->GetN()));
   }
   const double margin = high > low ? 0.1 * (high - low) : 0.1 * std::max(std::fabs(high), 1e-6);
   TH1 *frame = DrawFrame(name, title, first - 0.5, last + 0.5, low - margin, high + 3 * margin);
   frame->GetXaxis()->SetTitle("Epoch");
   frame->GetYaxis()->SetTitle("Loss");
   auto legend = MakeLegend(0.55, 0.78, 0.88, 0.88);
   for (std::size_t i = 0; i < graphs.size(); ++i) {
      graphs[i]->SetLineColor(static_cast<Color_t>(CurveColour(static_cast<int>(i))));
      graphs[i]->SetLineWidth(2);
      legend->AddEntry(graphs[i].get(), labels[i], "L");
      PlotPage::Draw(std::move(graphs[i]), "L");
   }
   PlotPage::Draw(std::move(legend));
}

} // namespace

bool HasTrainingCurves(const ResultFile &file)
{
   for (const StoredMethod &method : file.GetMethods())
      for (const Curve &curve : kCurves)
         if (method.fDirectory->GetKey(curve.fKey))
            return true;
   return false;
}

int PlotTrainingCurves(const ResultFile &file)
{
   int pages = 0;
   for (const StoredMethod &method : file.GetMethods()) {
      std::vector<std::unique_ptr<TGraph>> graphs;
      std::vector<const char *> labels;
      for (const Curve &curve : kCurves) {
         auto graph = ReadObject<TGraph>(*method.fDirectory, curve.fKey);
         if (!graph || graph->GetN() == 0)
            continue;
         graphs.push_back(std::move(graph));
         labels.push_back(curve.fLabel);
      }
      if (graphs.empty())
         continue;
      const std::string name = "training_" + method.fTitle, title = "Training of " + method.fTitle;
      PlotPage page(file, name, title);
      page.NextPad().SetGrid();
      DrawCurves(name, title, std::move(graphs), labels);
      page.Write();
      ++pages;
   }
   return pages;
}

} // namespace Internal
} // namespace TorchMVA
