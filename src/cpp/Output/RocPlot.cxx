#include "TorchMVA/Output/RocPlot.hxx"

#include "TAxis.h"
#include "TCanvas.h"
#include "TGraph.h"
#include "TH1F.h"
#include "TMultiGraph.h"
#include "TorchMVA/Evaluate/ROCCurve.hxx"

#include <memory>

namespace TorchMVA {

namespace {
constexpr const char *kSignalTitle = "Signal efficiency (Sensitivity)";
constexpr const char *kBackgroundTitle = "Background rejection (Specificity)";
constexpr const char *kTitle = "Signal efficiency vs. Background rejection";
constexpr int kFillColour = 10;
} // namespace

TGraph *MakeRocGraph(const ROCCurve &curve, const std::string &method)
{
   TGraph *graph = curve.GetROCCurve();
   graph->SetTitle((std::string(kTitle) + " (" + method + ")").c_str());
   graph->GetXaxis()->SetTitle(kSignalTitle);
   graph->GetYaxis()->SetTitle(kBackgroundTitle);
   return graph;
}

TMultiGraph *MakeRocMultiGraph(const std::vector<std::pair<std::string, TGraph *>> &curves)
{
   if (curves.empty())
      return nullptr;
   auto multigraph = std::make_unique<TMultiGraph>();
   short colour = 1;
   for (const auto &[method, graph] : curves) {
      graph->SetTitle(method.c_str());
      graph->SetLineWidth(2);
      graph->SetLineColor(colour++);
      graph->SetFillColor(kFillColour);
      multigraph->Add(graph);
   }
   return multigraph.release();
}

TCanvas *MakeRocCanvas(const std::string &dataset, unsigned cls, bool multiclass,
                       const std::vector<std::pair<std::string, TGraph *>> &curves)
{
   TMultiGraph *multigraph = MakeRocMultiGraph(curves);
   if (!multigraph)
      return nullptr;
   // the canvas registers itself with gROOT and is the caller's: ROOT's way of owning canvases
   auto *canvas =
      new TCanvas(("ROCCurve " + dataset + " class " + std::to_string(cls)).c_str(), "ROC Curve", 200, 10, 700, 500);
   canvas->SetGrid();
   canvas->cd();
   multigraph->SetBit(TObject::kCanDelete);
   multigraph->Draw("AL");
   std::string title = kTitle;
   if (multiclass)
      title += " (Class=" + std::to_string(cls) + ")";
   multigraph->SetTitle(title.c_str());
   multigraph->GetHistogram()->SetTitle(title.c_str());
   multigraph->GetXaxis()->SetTitle(kSignalTitle);
   multigraph->GetYaxis()->SetTitle(kBackgroundTitle);
   canvas->BuildLegend(0.15, 0.15, 0.35, 0.3, "MVA Method");
   canvas->Modified();
   canvas->Update();
   return canvas;
}

} // namespace TorchMVA
