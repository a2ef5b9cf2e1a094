#include "TorchMVA/Evaluate/ROCCurve.hxx"

#include "TGraph.h"
#include "TRandom3.h"
#include "TorchMVA/Core/Error.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

using namespace TorchMVA;

namespace {

struct Scores {
   std::vector<Float_t> fValues, fWeights;
   std::vector<Bool_t> fTargets;
};

/// Rounded to `levels` values, so that there are ties of signal with background.
Scores MakeScores(int n, int levels, unsigned seed, bool negativeWeights = false)
{
   TRandom3 random(seed);
   Scores s;
   for (int i = 0; i < n; ++i) {
      const bool signal = random.Uniform() < 0.4;
      s.fTargets.push_back(signal);
      s.fValues.push_back(static_cast<float>(std::round(random.Gaus(signal ? 1 : 0) * levels) / levels));
      const double sign = negativeWeights && random.Uniform() < 0.1 ? -1 : 1;
      s.fWeights.push_back(static_cast<float>(sign * random.Exp(1)));
   }
   return s;
}

/// sum over pairs of w_s w_b [s > b] + 1/2 [s = b], normalised.
double MannWhitney(const Scores &s)
{
   double sum = 0, norm = 0;
   for (std::size_t i = 0; i < s.fValues.size(); ++i)
      for (std::size_t j = 0; j < s.fValues.size(); ++j) {
         if (!s.fTargets[i] || s.fTargets[j])
            continue;
         const double w = static_cast<double>(s.fWeights[i]) * s.fWeights[j];
         norm += w;
         sum += w * (s.fValues[i] > s.fValues[j] ? 1 : s.fValues[i] == s.fValues[j] ? 0.5 : 0);
      }
   return sum / norm;
}

} // namespace

TEST(ROCCurve, AreaIsTheMannWhitneyStatistic)
{
   for (const int levels : {1, 3, 1000})
      for (const bool negative : {false, true}) {
         const Scores s = MakeScores(700, levels, 11 + levels, negative);
         EXPECT_NEAR(ROCCurve(s.fValues, s.fTargets, s.fWeights).GetROCIntegral(), MannWhitney(s), 1e-10)
            << levels << " levels, negative weights " << negative;
      }
}

// Made with scikit-learn 1.9.1:
//   y = [1,1,0,1,0,0,1,0,1,0]; p = [.9,.8,.8,.6,.6,.5,.45,.3,.3,.1]; w = [1,2,.5,1,3,1,.25,2,1,.75]
//   roc_auc_score(y, p), roc_auc_score(y, p, sample_weight=w), roc_curve(y, p, drop_intermediate=False)
TEST(ROCCurve, AgreesWithScikitLearn)
{
   const std::vector<Float_t> p = {.9F, .8F, .8F, .6F, .6F, .5F, .45F, .3F, .3F, .1F};
   const std::vector<Bool_t> y = {true, true, false, true, false, false, true, false, true, false};
   const std::vector<Float_t> w = {1, 2, .5, 1, 3, 1, .25, 2, 1, .75};
   EXPECT_NEAR(ROCCurve(p, y).GetROCIntegral(), 0.66, 1e-12);
   EXPECT_NEAR(ROCCurve(p, y, w).GetROCIntegral(), 0.7602627257799671, 1e-12);
   const std::vector<double> tpr = {0, 0.2, 0.4, 0.6, 0.6, 0.8, 1, 1};
   const std::vector<double> fpr = {0, 0, 0.2, 0.4, 0.6, 0.6, 0.8, 1};
   const ROCCurve curve(p, y);
   ASSERT_EQ(curve.GetSensitivity().size(), tpr.size());
   for (std::size_t i = 0; i < tpr.size(); ++i) {
      EXPECT_NEAR(curve.GetSensitivity()[tpr.size() - 1 - i], tpr[i], 1e-12);
      EXPECT_NEAR(1 - curve.GetSpecificity()[tpr.size() - 1 - i], fpr[i], 1e-12);
   }
}

TEST(ROCCurve, Invariances)
{
   const Scores s = MakeScores(2000, 20, 5);
   const double area = ROCCurve(s.fValues, s.fTargets, s.fWeights).GetROCIntegral();

   Scores mapped = s;
   for (float &v : mapped.fValues)
      v = std::exp(v) - 3;
   EXPECT_DOUBLE_EQ(ROCCurve(mapped.fValues, mapped.fTargets, mapped.fWeights).GetROCIntegral(), area);

   Scores scaled = s;
   for (std::size_t i = 0; i < s.fWeights.size(); ++i)
      scaled.fWeights[i] *= s.fTargets[i] ? 8.F : 0.25F;
   EXPECT_NEAR(ROCCurve(scaled.fValues, scaled.fTargets, scaled.fWeights).GetROCIntegral(), area, 1e-12);

   std::vector<Bool_t> swapped;
   for (const bool target : s.fTargets)
      swapped.push_back(!target);
   EXPECT_NEAR(ROCCurve(s.fValues, swapped, s.fWeights).GetROCIntegral(), 1 - area, 1e-12);

   Scores reversed;
   for (std::size_t i = s.fValues.size(); i-- > 0;) {
      reversed.fValues.push_back(s.fValues[i]);
      reversed.fWeights.push_back(s.fWeights[i]);
      reversed.fTargets.push_back(s.fTargets[i]);
   }
   EXPECT_NEAR(ROCCurve(reversed.fValues, reversed.fTargets, reversed.fWeights).GetROCIntegral(), area, 1e-12);
}

TEST(ROCCurve, ConstructorsAgree)
{
   const Scores s = MakeScores(500, 5, 6);
   std::vector<Float_t> signal, background, signalW, backgroundW;
   std::vector<float> matrix; // the response in column 1 of 3
   std::vector<int> classes;
   for (std::size_t i = 0; i < s.fValues.size(); ++i) {
      (s.fTargets[i] ? signal : background).push_back(s.fValues[i]);
      (s.fTargets[i] ? signalW : backgroundW).push_back(s.fWeights[i]);
      matrix.insert(matrix.end(), {-1.F, s.fValues[i], 9.F});
      classes.push_back(s.fTargets[i] ? 2 : 0);
   }
   const ROCCurve a(s.fValues, s.fTargets, s.fWeights), b(signal, background, signalW, backgroundW);
   const ROCCurve c(ScoredSample{matrix.data() + 1, 500, 3, s.fWeights.data(), classes.data()}, 2);
   // entries with equal responses may be added up in another order
   EXPECT_NEAR(a.GetROCIntegral(), b.GetROCIntegral(), 1e-12);
   EXPECT_NEAR(a.GetROCIntegral(), c.GetROCIntegral(), 1e-12);
   EXPECT_NEAR(ROCCurve(s.fValues, s.fTargets).GetROCIntegral(), ROCCurve(signal, background).GetROCIntegral(), 1e-12);
   classes.assign(classes.size(), 1); // with a background class: class 1 is neither
   for (std::size_t i = 0; i < 100; ++i)
      classes[i] = s.fTargets[i] ? 2 : 0;
   const Scores head{{s.fValues.begin(), s.fValues.begin() + 100},
                     {s.fWeights.begin(), s.fWeights.begin() + 100},
                     {s.fTargets.begin(), s.fTargets.begin() + 100}};
   const ROCCurve d(ScoredSample{matrix.data() + 1, 500, 3, s.fWeights.data(), classes.data()}, 2, 0);
   EXPECT_NEAR(d.GetROCIntegral(), MannWhitney(head), 1e-12);
}

TEST(ROCCurve, EfficiencyAtBackgroundEfficiency)
{
   // cut at 3: S 1/2, B 0; at 2: S 1/2, B 1/2; at 1: S 1, B 1
   const ROCCurve curve({3.F, 1.F}, std::vector<Float_t>{2.F, 1.F});
   EXPECT_DOUBLE_EQ(curve.GetEffSForEffB(0), 0.5);
   EXPECT_DOUBLE_EQ(curve.GetEffSForEffB(0.5), 0.5);
   EXPECT_DOUBLE_EQ(curve.GetEffSForEffB(0.75), 0.75);
   EXPECT_DOUBLE_EQ(curve.GetEffSForEffB(1), 1);
   EXPECT_THROW(curve.GetEffSForEffB(1.5), TorchMVA::Error);
   EXPECT_THROW(curve.GetEffSForEffB(std::numeric_limits<double>::quiet_NaN()), TorchMVA::Error);
}

TEST(ROCCurve, GraphHasTheCurve)
{
   const Scores s = MakeScores(3000, 100000, 9);
   const ROCCurve curve(s.fValues, s.fTargets);
   const std::unique_ptr<TGraph> graph(curve.GetROCCurve());
   ASSERT_GT(graph->GetN(), 2);
   EXPECT_EQ(graph->GetX()[0], 0);
   EXPECT_EQ(graph->GetY()[0], 1);
   EXPECT_EQ(graph->GetX()[graph->GetN() - 1], 1);
   EXPECT_EQ(graph->GetY()[graph->GetN() - 1], 0);
   double area = 0;
   for (int i = 1; i < graph->GetN(); ++i) {
      EXPECT_GE(graph->GetX()[i], graph->GetX()[i - 1]);
      area += 0.5 * (graph->GetY()[i] + graph->GetY()[i - 1]) * (graph->GetX()[i] - graph->GetX()[i - 1]);
   }
   EXPECT_NEAR(area, curve.GetROCIntegral(), 1e-9); // leaving out points of straight runs changes nothing

   const Scores many = MakeScores(200000, 100000000, 10);
   const ROCCurve big(many.fValues, many.fTargets);
   const std::unique_ptr<TGraph> thinned(big.GetROCCurve(20000));
   EXPECT_EQ(thinned->GetN(), 20000);
   const std::unique_ptr<TGraph> standard(big.GetROCCurve());
   EXPECT_EQ(standard->GetN(), 10000);
   double thinnedArea = 0;
   for (int i = 1; i < standard->GetN(); ++i)
      thinnedArea +=
         0.5 * (standard->GetY()[i] + standard->GetY()[i - 1]) * (standard->GetX()[i] - standard->GetX()[i - 1]);
   EXPECT_NEAR(thinnedArea, big.GetROCIntegral(), 1e-4);
}

TEST(ROCCurve, BadInputIsRefused)
{
   const float nan = std::numeric_limits<float>::quiet_NaN();
   const auto code = [](auto &&make) {
      try {
         make();
      } catch (const TorchMVA::Error &error) {
         return error.GetCode();
      }
      return EErrorCode::kInternal;
   };
   using V = std::vector<Float_t>;
   EXPECT_EQ(code([&] { ROCCurve(V{1, nan}, V{0}); }), EErrorCode::kData);
   EXPECT_EQ(code([&] { ROCCurve(V{1}, V{}); }), EErrorCode::kData);
   EXPECT_EQ(code([&] { ROCCurve(V{}, V{}); }), EErrorCode::kData);
   EXPECT_EQ(code([&] { ROCCurve(V{1}, V{0}, V{0}, V{1}); }), EErrorCode::kData);
   EXPECT_EQ(code([&] { ROCCurve(V{1}, V{0}, V{nan}, V{1}); }), EErrorCode::kData);
   EXPECT_EQ(code([&] { ROCCurve(V{1, 2}, std::vector<Bool_t>{true}); }), EErrorCode::kArgument);
   EXPECT_EQ(code([&] { ROCCurve(V{1}, V{0}, V{}, V{1}); }), EErrorCode::kArgument);
}
