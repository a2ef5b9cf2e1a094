// Background efficiency, rejection or inverse efficiency against signal efficiency, all methods in one plot.

#include "Gui/Families.hxx"
#include "Gui/PlotPage.hxx"
#include "TGraph.h"
#include "TLegend.h"

#include <algorithm>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr int kInverse = 3;

/// What is different between the types.
struct CurvePlot {
   const char *fName; ///< of histogram and picture
   const char *fTitle;
   const char *fAxis;
   bool fLegendAbove; ///< the curves leave room above, not below
};

CurvePlot Describe(int type)
{
   switch (type) {
   case 1: return {"effBvsS", "Background efficiency versus signal efficiency", "Background efficiency", true};
   case kInverse:
      return {"invBeffvsSeff", "Inverse background efficiency versus signal efficiency", "1 / background efficiency",
              true};
   default: return {"rejBvsS", "Background rejection versus signal efficiency", "Background rejection", false};
   }
}

/// A curve with the name of its method and the area that orders the legend.
struct NamedCurve {
   std::string fTitle;
   std::unique_ptr<TGraph> fGraph;
   double fArea;
};

/// `skipEmpty`: where no background is left, the inverse efficiency is not defined.
std::unique_ptr<TGraph> ToGraph(const TH1 &histogram, bool skipEmpty)
{
   auto graph = std::make_unique<TGraph>();
   for (int bin = 1; bin <= histogram.GetNbinsX(); ++bin)
      if (!skipEmpty || histogram.GetBinContent(bin) > 0)
         graph->AddPoint(histogram.GetBinCenter(bin), histogram.GetBinContent(bin));
   return graph;
}

double Area(const TGraph &graph)
{
   double area = 0;
   for (int i = 1; i < graph.GetN(); ++i)
      area += 0.5 * (graph.GetY()[i] + graph.GetY()[i - 1]) * (graph.GetX()[i] - graph.GetX()[i - 1]);
   return area;
}

void DrawPage(const ResultFile &file, const std::string &name, const std::string &title, const CurvePlot &plot,
              std::vector<NamedCurve> curves, double low, double high, bool logarithmic)
{
   std::stable_sort(curves.begin(), curves.end(),
                    [](const NamedCurve &a, const NamedCurve &b) { return a.fArea > b.fArea; });
   PlotPage page(file, name, title);
   TVirtualPad &pad = page.NextPad();
   pad.SetGrid();
   pad.SetLogy(logarithmic);
   TH1 *frame = DrawFrame(name, title, 0, 1, low, high);
   frame->GetXaxis()->SetTitle("Signal efficiency");
   frame->GetYaxis()->SetTitle(plot.fAxis);
   // where the curves leave room
   const double height = 0.045 * static_cast<double>(curves.size() + 1);
   const double x = logarithmic ? 0.60 : 0.16, y = plot.fLegendAbove ? 0.88 - height : 0.16;
   auto legend = MakeLegend(x, y, x + 0.32, y + height);
   legend->SetFillStyle(1001);
   legend->SetFillColor(0);
   legend->SetHeader("MVA method");
   for (std::size_t i = 0; i < curves.size(); ++i) {
      TGraph &graph = *curves[i].fGraph;
      graph.SetLineColor(static_cast<Color_t>(CurveColour(static_cast<int>(i))));
      graph.SetLineStyle(static_cast<Style_t>(i < 8 ? 1 : 7));
      graph.SetLineWidth(2);
      graph.SetFillStyle(0);
      legend->AddEntry(&graph, curves[i].fTitle.c_str(), "L");
      PlotPage::Draw(std::move(curves[i].fGraph), "L");
   }
   PlotPage::Draw(std::move(legend));
   page.Write();
}

} // namespace

int PlotCurves(const ResultFile &file, int type)
{
   const CurvePlot plot = Describe(type);
   std::vector<NamedCurve> curves;
   double highest = 0;
   for (const StoredMethod &method : file.GetMethods()) {
      const auto histogram = ReadHistogram(*method.fDirectory, "MVA_" + method.fTitle + "_" + plot.fName);
      if (!histogram)
         continue;
      highest = std::max(highest, histogram->GetMaximum());
      auto graph = ToGraph(*histogram, type == kInverse);
      const double area = Area(*graph);
      curves.push_back({method.fTitle, std::move(graph), type == 1 ? -area : area});
   }
   if (curves.empty())
      return 0;
   const bool logarithmic = type == kInverse;
   DrawPage(file, plot.fName, plot.fTitle, plot, std::move(curves), logarithmic ? 0.8 : 0,
            logarithmic ? std::max(10., 2 * highest) : 1.05, logarithmic);
   return 1;
}

int PlotMulticlassCurves(const ResultFile &file)
{
   std::vector<std::string> classes;
   const auto methods = file.GetMethods();
   for (const StoredMethod &method : methods) {
      const std::string prefix = "MVA_" + method.fTitle + "_Test_rejBvsS_";
      for (const auto &name : KeyNames(*method.fDirectory, prefix))
         if (std::find(classes.begin(), classes.end(), name.substr(prefix.size())) == classes.end())
            classes.push_back(name.substr(prefix.size()));
   }
   const CurvePlot plot = Describe(2);
   for (const auto &cls : classes) {
      std::vector<NamedCurve> curves;
      for (const StoredMethod &method : methods)
         if (auto graph = ReadObject<TGraph>(*method.fDirectory, "MVA_" + method.fTitle + "_Test_rejBvsS_" + cls)) {
            const double area = Area(*graph);
            curves.push_back({method.fTitle, std::move(graph), area});
         }
      DrawPage(file, std::string(plot.fName) + "_" + cls, std::string(plot.fTitle) + ": " + cls + " versus the rest",
               plot, std::move(curves), 0, 1.05, false);
   }
   return static_cast<int>(classes.size());
}

} // namespace Internal
} // namespace TorchMVA
