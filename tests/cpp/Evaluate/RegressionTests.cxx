#include "TorchMVA/Evaluate/Regression.hxx"

#include "Evaluate/GoldenLD.hxx"
#include "TRandom3.h"
#include "TorchMVA/Core/Error.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace TorchMVA;
using namespace TorchMVATest;

namespace {

struct Predicted {
   std::vector<float> fPredictions, fTargets, fWeights;
   RegressionSample View() const
   {
      return {fPredictions.data(),
              1,
              fTargets.data(),
              1,
              fWeights.empty() ? nullptr : fWeights.data(),
              static_cast<Long64_t>(fTargets.size())};
   }
};

/// The golden job's LD on its two samples.
class GoldenLD : public ::testing::Test {
protected:
   void SetUp() override
   {
      const GoldenLDJob job = ReadGoldenLD();
      for (Long64_t i = 0; i < job.Size(); ++i) {
         Predicted &sample = i < GoldenLDJob::kTraining ? fTraining : fTest;
         sample.fPredictions.push_back(job.fPredictions[i]);
         sample.fTargets.push_back(job.fRows[3 * i + 2]);
      }
   }
   Predicted fTraining, fTest;
};

} // namespace

TEST_F(GoldenLD, SampleIsThatOfTMVA)
{
   int nChecked = 0;
   for (const auto &row : ReadTable("golden/regression_first20.csv")) {
      const Predicted &sample = row.at("set") == "train" ? fTraining : fTest;
      const std::size_t pos = std::stoul(row.at("pos"));
      EXPECT_NEAR(sample.fTargets.at(pos), Number(row, "fvalue"), 1e-4);
      EXPECT_NEAR(sample.fPredictions.at(pos), Number(row, "LD"), 1e-4);
      ++nChecked;
   }
   EXPECT_EQ(nChecked, 40);
}

TEST_F(GoldenLD, Figures)
{
   int nChecked = 0;
   for (const auto &row : ReadTable("golden/regression_LD_metrics.csv")) {
      if (row.at("method") != "LD")
         continue;
      const RegressionMetrics m = EvaluateRegression((row.at("set") == "train" ? fTraining : fTest).View());
      EXPECT_NEAR(m.fBias, Number(row, "bias"), 2e-5);
      EXPECT_NEAR(m.fBiasTruncated, Number(row, "bias_trunc"), 2e-5);
      EXPECT_NEAR(m.fDeviation, Number(row, "dev"), 2e-5);
      EXPECT_NEAR(m.fDeviationTruncated, Number(row, "dev_trunc"), 2e-5);
      EXPECT_NEAR(m.fRms, Number(row, "rms"), 2e-5);
      EXPECT_NEAR(m.fRmsTruncated, Number(row, "rms_trunc"), 2e-5);
      EXPECT_NEAR(m.fMutualInformation, Number(row, "mutual_info"), 1e-4);
      EXPECT_NEAR(m.fMutualInformationTruncated, Number(row, "mutual_info_trunc"), 1e-4);
      EXPECT_NEAR(m.fCorrelation, Number(row, "corr"), 1e-6);
      ++nChecked;
   }
   EXPECT_EQ(nChecked, 2);
}

TEST(Regression, HandComputed)
{
   // d = 1, -1, 3 with weights 1, 2, 1: bias 0.5, mean |d| 1.5, rms sqrt(12/4 - 1/4)
   const Predicted p{{2, 1, 7}, {1, 2, 4}, {1, 2, 1}};
   const RegressionMetrics m = EvaluateRegression(p.View());
   EXPECT_DOUBLE_EQ(m.fBias, 0.5);
   EXPECT_DOUBLE_EQ(m.fDeviation, 1.5);
   EXPECT_DOUBLE_EQ(m.fRms, std::sqrt(2.75));
   EXPECT_DOUBLE_EQ(m.fBiasTruncated, 0.5); // nothing is further than 2 rms
}

// NumPy: histogram2d(prediction, target, bins=[75, 50], range=[[0, 10], [0, 10]], weights), sum of p log(p / (p_x p_y));
// the event at 10 is outside, and so are, with a limit, those whose deviation is beyond it
TEST(Regression, MutualInformationByHand)
{
   const Predicted p{{1, 1, 4, 4, 10, 0}, {1, 4, 4, 4, 10, 0}, {2, 1, 3, 2, 7, 0}};
   const double both = 5. / 8, t1 = 2. / 8, p1 = 3. / 8;
   const double expected = 2. / 8 * std::log(2. / 8 / (p1 * t1)) + 1. / 8 * std::log(1. / 8 / (p1 * (1 - t1))) +
                           both * std::log(both / (both * (1 - t1)));
   EXPECT_NEAR(ComputeMutualInformation(p.View(), 0, 100), expected, 1e-12);
   // without the event that is 3 too low: 2/7 and 5/7 on the diagonal
   EXPECT_NEAR(ComputeMutualInformation(p.View(), 0, 1), -2. / 7 * std::log(2. / 7) - 5. / 7 * std::log(5. / 7), 1e-12);
   EXPECT_NEAR(ComputeMutualInformation(p.View(), -3, 1), 0, 1e-12) << "one event alone";
   EXPECT_EQ(ComputeMutualInformation(p.View(), 50, 1), -1) << "no event";
   const Predicted bad{{1, std::numeric_limits<float>::infinity()}, {1, 1}, {}}, none{{1, 2}, {1, 2}, {1, -1}};
   EXPECT_THROW(ComputeMutualInformation(bad.View(), 0, 1), TorchMVA::Error);
   EXPECT_THROW(EvaluateRegression(none.View()), TorchMVA::Error);
}

// deviations 0, 0, 0, 0, 0, 10 of weight 1: mean 5/3, rms 3.7; the last is further away than 2 rms, and then all are 0
TEST(Regression, TruncationIsAtTwoDeviations)
{
   const Predicted p{{1, 2, 3, 4, 5, 16}, {1, 2, 3, 4, 5, 6}, {}};
   const RegressionMetrics m = EvaluateRegression(p.View());
   EXPECT_NEAR(m.fBias, 10. / 6, 1e-12);
   EXPECT_NEAR(m.fRms, std::sqrt(100. / 6 - 100. / 36), 1e-12);
   EXPECT_EQ(m.fBiasTruncated, 0);
   EXPECT_EQ(m.fDeviationTruncated, 0);
   EXPECT_EQ(m.fRmsTruncated, 0);
   // numpy.corrcoef([1, 2, 3, 4, 5, 16], [1, 2, 3, 4, 5, 6])[0, 1]
   EXPECT_NEAR(m.fCorrelation, 0.827220410135981, 1e-12);
   // 0 and 20 at equal distance of their mean 10 = 1 rms: both count
   const Predicted two{{1, 22}, {1, 2}, {}};
   EXPECT_NEAR(EvaluateRegression(two.View()).fBiasTruncated, 10, 1e-12);
}

TEST(Regression, WeightOfTwoIsTheEventTwice)
{
   TRandom3 random(3);
   Predicted weighted, repeated;
   for (int i = 0; i < 500; ++i) {
      const float t = static_cast<float>(random.Gaus()), p = t + static_cast<float>(random.Gaus(0.1, 0.3));
      const int n = 1 + i % 3;
      weighted.fPredictions.push_back(p);
      weighted.fTargets.push_back(t);
      weighted.fWeights.push_back(static_cast<float>(n));
      repeated.fPredictions.insert(repeated.fPredictions.end(), n, p);
      repeated.fTargets.insert(repeated.fTargets.end(), n, t);
   }
   const RegressionMetrics a = EvaluateRegression(weighted.View()), b = EvaluateRegression(repeated.View());
   EXPECT_NEAR(a.fBias, b.fBias, 1e-12);
   EXPECT_NEAR(a.fRmsTruncated, b.fRmsTruncated, 1e-12);
   EXPECT_NEAR(a.fMutualInformation, b.fMutualInformation, 1e-12);
   EXPECT_NEAR(a.fCorrelation, b.fCorrelation, 1e-12); // TMVA's covariance leaves the weights out
}

TEST(Regression, StridesAndDegenerateInput)
{
   const std::vector<float> matrix = {1, 9, 2, 9, 4, 9}, targets = {1, 2, 4};
   const RegressionSample exact{matrix.data(), 2, targets.data(), 1, nullptr, 3};
   const RegressionMetrics m = EvaluateRegression(exact);
   EXPECT_EQ(m.fRms, 0);
   EXPECT_NEAR(m.fCorrelation, 1, 1e-12);
   EXPECT_NEAR(m.fMutualInformation, std::log(2), 1e-12); // two bins; the largest value is outside

   const Predicted constant{{1, 1}, {1, 1}, {}};
   EXPECT_TRUE(std::isnan(EvaluateRegression(constant.View()).fCorrelation));
   EXPECT_EQ(EvaluateRegression(constant.View()).fMutualInformation, -1);
   EXPECT_THROW(EvaluateRegression(Predicted{}.View()), TorchMVA::Error);
   const Predicted bad{{1, std::numeric_limits<float>::infinity()}, {1, 1}, {}};
   EXPECT_THROW(EvaluateRegression(bad.View()), TorchMVA::Error);
}
