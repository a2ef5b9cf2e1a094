// Figures of folds and their mean curve, by hand. CrossValidationTests.cxx fills them from a job.

#include "CrossValidation/AverageCurve.hxx"
#include "TorchMVA/CrossValidation/CrossValidationResult.hxx"

#include "TAxis.h"
#include "TCanvas.h"
#include "TGraph.h"
#include "TList.h"
#include "TMultiGraph.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

using namespace TorchMVA;

namespace {

TGraph Curve(const std::vector<double> &x, const std::vector<double> &y)
{
   return TGraph(static_cast<int>(x.size()), x.data(), y.data());
}

/// Fold k, from 1: its figures are k, 10 k + 1, 10 k + 2, ...
CrossValidationFoldResult Fold(int k)
{
   CrossValidationFoldResult fold;
   fold.fTitle = TString::Format("Net_fold%d", k);
   fold.fROCIntegral = k;
   float next = 10 * k;
   for (Float_t *figure : {&fold.fSig, &fold.fSep, &fold.fEff01, &fold.fEff10, &fold.fEff30, &fold.fEffArea,
                           &fold.fTrainEff01, &fold.fTrainEff10, &fold.fTrainEff30})
      *figure = ++next;
   fold.fROCCurve = Curve({0, 1}, {1, 0.1 * k});
   return fold;
}

} // namespace

// numpy.interp of each curve at 0, 0.25, 0.5, 0.75, 1
TEST(AverageCurve, IsTheMeanOfLinearInterpolations)
{
   const TGraph falling = Curve({0, 0.5, 1}, {1, 0.8, 0});            // 1, 0.9, 0.8, 0.4, 0
   const TGraph vertical = Curve({0, 0.25, 0.25, 1}, {1, 1, 0.5, 0}); // 1, 1, 1/3, 1/6, 0
   const TGraph part = Curve({0.4, 0.6}, {0.7, 0.3});                 // 0.7, 0.7, 0.5, 0.3, 0.3
   const TGraph average = Internal::AverageCurve({falling, vertical, part}, 5);
   const double expected[] = {2.7, 2.6, 0.8 + 1 / 3. + 0.5, 0.4 + 1 / 6. + 0.3, 0.3};
   ASSERT_EQ(average.GetN(), 5);
   for (int i = 0; i < 5; ++i) {
      EXPECT_DOUBLE_EQ(average.GetX()[i], 0.25 * i);
      EXPECT_NEAR(average.GetY()[i], expected[i] / 3, 1e-12) << i;
   }
}

TEST(CrossValidationResult, ListsTheFiguresOfFoldsInTheirOrder)
{
   CrossValidationResult result("Net");
   EXPECT_TRUE(std::isnan(result.GetROCAverage()));
   EXPECT_EQ(result.GetROCCurves(), nullptr);
   EXPECT_EQ(result.GetAvgROCCurve(), nullptr);
   result.AddFold(Fold(1));
   EXPECT_EQ(result.GetROCAverage(), 1);
   EXPECT_TRUE(std::isnan(result.GetROCStandardDeviation()));
   EXPECT_EQ(result.GetROCCurves()->GetListOfGraphs()->GetSize(), 1);
   result.AddFold(Fold(2));
   result.AddFold(Fold(6));
   using Values_t = std::vector<Float_t>;
   EXPECT_EQ(result.GetROCValues(), (Values_t{1, 2, 6}));
   EXPECT_EQ(result.GetROCAverage(), 3);
   EXPECT_FLOAT_EQ(result.GetROCStandardDeviation(), std::sqrt((4 + 1 + 9) / 2.F)); // numpy.std([1, 2, 6], ddof=1)
   EXPECT_EQ(result.GetSigValues(), (Values_t{11, 21, 61}));
   EXPECT_EQ(result.GetSepValues(), (Values_t{12, 22, 62}));
   EXPECT_EQ(result.GetEff01Values(), (Values_t{13, 23, 63}));
   EXPECT_EQ(result.GetEff10Values(), (Values_t{14, 24, 64}));
   EXPECT_EQ(result.GetEff30Values(), (Values_t{15, 25, 65}));
   EXPECT_EQ(result.GetEffAreaValues(), (Values_t{16, 26, 66}));
   EXPECT_EQ(result.GetTrainEff01Values(), (Values_t{17, 27, 67}));
   EXPECT_EQ(result.GetTrainEff10Values(), (Values_t{18, 28, 68}));
   EXPECT_EQ(result.GetTrainEff30Values(), (Values_t{19, 29, 69}));
   const auto *curves = result.GetROCCurves()->GetListOfGraphs();
   ASSERT_EQ(curves->GetSize(), 3) << "made again after a fold was added";
   EXPECT_EQ(dynamic_cast<TGraph &>(*curves->At(1)).GetY()[1], 0.2);
   const std::unique_ptr<TGraph> average(result.GetAvgROCCurve(3));
   EXPECT_NEAR(average->GetY()[2], 0.3, 1e-12);
   EXPECT_NEAR(average->GetY()[1], 0.65, 1e-12);
   const std::unique_ptr<TCanvas> canvas(result.Draw("folds"));
   TMultiGraph *drawn = nullptr;
   for (TObject *object : *canvas->GetListOfPrimitives())
      drawn = drawn ? drawn : dynamic_cast<TMultiGraph *>(object);
   ASSERT_NE(drawn, nullptr);
   EXPECT_STREQ(drawn->GetXaxis()->GetTitle(), "Signal Efficiency");
   EXPECT_STREQ(drawn->GetYaxis()->GetTitle(), "Background Rejection");
}
