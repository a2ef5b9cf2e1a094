#include "TorchMVA/Output/RocPlot.hxx"

#include "TCanvas.h"
#include "TGraph.h"
#include "TH1.h"
#include "TLegend.h"
#include "TMultiGraph.h"
#include "TROOT.h"
#include "TorchMVA/Evaluate/ROCCurve.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>

using namespace TorchMVA;

namespace {
ROCCurve Curve()
{
   return ROCCurve(std::vector<float>{1.F, 2.F, 3.F}, std::vector<float>{0.F, 1.F, 2.5F});
}
} // namespace

TEST(RocPlot, GraphTitles)
{
   const std::unique_ptr<TGraph> graph(MakeRocGraph(Curve(), "Net"));
   EXPECT_STREQ(graph->GetTitle(), "Signal efficiency vs. Background rejection (Net)");
   EXPECT_STREQ(graph->GetXaxis()->GetTitle(), "Signal efficiency (Sensitivity)");
   EXPECT_STREQ(graph->GetYaxis()->GetTitle(), "Background rejection (Specificity)");
}

TEST(RocPlot, MultiGraphStyle)
{
   const std::unique_ptr<TMultiGraph> multigraph(
      MakeRocMultiGraph({{"A", MakeRocGraph(Curve(), "A")}, {"B", MakeRocGraph(Curve(), "B")}}));
   ASSERT_EQ(multigraph->GetListOfGraphs()->GetSize(), 2);
   auto *second = static_cast<TGraph *>(multigraph->GetListOfGraphs()->At(1));
   EXPECT_STREQ(second->GetTitle(), "B");
   EXPECT_EQ(second->GetLineColor(), 2);
   EXPECT_EQ(second->GetLineWidth(), 2);
   EXPECT_EQ(second->GetFillColor(), 10);
   EXPECT_EQ(MakeRocMultiGraph({}), nullptr);
}

TEST(RocPlot, CanvasInBatchMode)
{
   gROOT->SetBatch();
   const TorchMVA::Test::TempDir folder;
   for (int pass = 0; pass < 2; ++pass) { // the second canvas replaces the first
      TCanvas *canvas = MakeRocCanvas("dataset", 1, true, {{"Net", MakeRocGraph(Curve(), "Net")}});
      ASSERT_NE(canvas, nullptr);
      EXPECT_STREQ(canvas->GetName(), "ROCCurve dataset class 1");
      EXPECT_EQ(canvas->GetWindowWidth(), 700u);
      EXPECT_EQ(canvas->GetWindowHeight(), 500u);
      EXPECT_TRUE(canvas->GetGridx() && canvas->GetGridy());
      TMultiGraph *drawn = nullptr;
      TLegend *legend = nullptr;
      for (TObject *object : *canvas->GetListOfPrimitives()) {
         drawn = object->InheritsFrom(TMultiGraph::Class()) ? static_cast<TMultiGraph *>(object) : drawn;
         legend = object->InheritsFrom(TLegend::Class()) ? static_cast<TLegend *>(object) : legend;
      }
      ASSERT_TRUE(drawn && legend);
      EXPECT_STREQ(drawn->GetHistogram()->GetTitle(), "Signal efficiency vs. Background rejection (Class=1)");
      EXPECT_STREQ(drawn->GetXaxis()->GetTitle(), "Signal efficiency (Sensitivity)");
      EXPECT_STREQ(legend->GetHeader(), "MVA Method");
      canvas->SaveAs((folder / "roc.png").c_str());
      EXPECT_GT(std::filesystem::file_size(folder / "roc.png"), 3000u);
   }
   EXPECT_EQ(gROOT->GetListOfCanvases()->GetSize(), 1);
   delete gROOT->GetListOfCanvases()->First();
   EXPECT_EQ(MakeRocCanvas("dataset", 0, false, {}), nullptr);
}
