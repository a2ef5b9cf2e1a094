// The numerical pieces below the transformations.

#include "Transform/CumulativeTable.hxx"
#include "Transform/InverseNormal.hxx"
#include "Transform/SortedOrder.hxx"

#include "TMath.h"
#include "TorchMVA/Data/VariableStatistics.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace TorchMVA;
using namespace TorchMVA::Internal;

TEST(InverseNormal, InvertsTheErrorFunction)
{
   for (double q : {1e-12, 0.1, 0.3, 0.4249, 0.4251, 0.49, 0.4999, 0.499999995}) {
      const double y = InverseNormal(q);
      EXPECT_NEAR(0.5 * std::erfc(y / std::sqrt(2.0)) / (0.5 - q), 1, 1e-9) << q;
      EXPECT_EQ(InverseNormal(-q), -y) << q;
   }
   EXPECT_EQ(InverseNormal(0), 0);
   EXPECT_NEAR(InverseNormal(0.475), 1.9599639845400545, 1e-14); // the 97.5 % quantile
   EXPECT_TRUE(std::isnan(InverseNormal(std::nan(""))));
}

TEST(InverseNormal, AgreesWithROOT)
{
   for (int i = -9999; i < 10000; ++i) {
      const double a = i / 10000.0;
      EXPECT_NEAR(InverseNormal(0.5 * a), std::sqrt(2.0) * TMath::ErfInverse(a), 2e-9) << a;
   }
}

TEST(SortedOrder, SortsEveryKindOfFloatAndKeepsTheOrderOfEqualOnes)
{
   std::mt19937 generator(3);
   for (std::size_t n : {0u, 1u, 2u, 1000u, 70000u}) {
      std::vector<float> values(n);
      for (std::size_t i = 0; i < n; ++i) {
         const double scale = std::pow(10.0, int(generator() % 70) - 35);
         values[i] = static_cast<float>((generator() / 4294967296.0 - 0.5) * scale);
         if (i % 5 == 0)
            values[i] = static_cast<float>(generator() % 4);
      }
      const auto sorted = SortedOrder(values);
      std::vector<std::uint32_t> expected(n);
      for (std::size_t i = 0; i < n; ++i)
         expected[i] = static_cast<std::uint32_t>(i);
      std::stable_sort(expected.begin(), expected.end(),
                       [&values](std::uint32_t a, std::uint32_t b) { return values[a] < values[b]; });
      ASSERT_EQ(sorted.size(), n);
      for (std::size_t i = 0; i < n; ++i) {
         ASSERT_EQ(sorted[i].fRow, expected[i]) << i;
         ASSERT_EQ(sorted[i].fValue, values[expected[i]]) << i;
      }
   }
}

namespace {
/// Of events in the order of their values.
CumulativeHistogram Cumulative(const std::vector<WeightedValue> &values)
{
   SumOfWeights sum;
   for (const WeightedValue &value : values)
      sum.Add(value.fWeight);
   return BuildCumulative(values, sum);
}
} // namespace

TEST(CumulativeTable, TheSumOfWeightsIsThatOfTMVAUntilItStopsToGrow)
{
   SumOfWeights few, many;
   float single = 0;
   for (int i = 0; i < 12000; ++i) {
      const float weight = i % 2 == 0 ? 1.0f : 0.1f * (1 + i % 19);
      few.Add(i % 3 == 0 ? -weight : weight);
      single += weight;
   }
   EXPECT_EQ(few.Get(), single);
   for (int i = 0; i < 3; ++i) // float cannot add 1 to 2^24
      many.Add(i == 0 ? 16777216.0f : 1.0f);
   EXPECT_EQ(many.Get(), 16777216.0f);
   for (int i = 0; i < 40000; ++i)
      many.Add(1);
   EXPECT_EQ(many.Get(), 16817218.0f);
}

TEST(CumulativeTable, FollowsTheDistributionAndItsInverse)
{
   std::vector<WeightedValue> values;
   for (int i = 0; i < 20000; ++i)
      values.push_back({static_cast<float>(std::pow((i + 0.5) / 20000, 2)), 0.5f}); // F(x) = sqrt(x)
   const auto histogram = Cumulative(values);
   EXPECT_EQ(histogram.fEdges.size(), histogram.fContent.size() + 1);
   EXPECT_TRUE(std::is_sorted(histogram.fEdges.begin(), histogram.fEdges.end()));
   EXPECT_TRUE(std::is_sorted(histogram.fContent.begin(), histogram.fContent.end()));
   EXPECT_FLOAT_EQ(histogram.fContent.back(), 1);
   const CumulativeTable table(histogram);
   for (double x = 0.01; x < 0.99; x += 0.01) {
      EXPECT_NEAR(table.Value(x), std::sqrt(x), 1e-3) << x;
      EXPECT_NEAR(table.Inverse(table.Value(x)), x, 1e-6) << x;
   }
   EXPECT_GE(table.Value(-1e30), 1e-12);
   EXPECT_GT(table.Value(1e30), 1);
   EXPECT_TRUE(std::isnan(table.Value(std::nan(""))));
   EXPECT_GE(table.Inverse(-5), histogram.fEdges.front());
   EXPECT_LE(table.Inverse(5), histogram.fEdges.back());
}

TEST(CumulativeTable, TiesNeverMakeBinsWithoutWidth)
{
   std::vector<WeightedValue> values;
   for (int i = 0; i < 5000; ++i)
      values.push_back({static_cast<float>(i / 1000), 1});
   const auto histogram = Cumulative(values);
   for (std::size_t i = 1; i < histogram.fEdges.size(); ++i)
      EXPECT_LT(histogram.fEdges[i - 1], histogram.fEdges[i]);
   // The first value, of which 1e-4 is no part in single precision.
   const auto large = Cumulative({{1e8f, 1}, {2e8f, 1}, {3e8f, 1}});
   EXPECT_LT(large.fEdges[0], large.fEdges[1]);
}

TEST(CumulativeTable, ScalingAllWeightsChangesNothing)
{
   std::vector<WeightedValue> values, scaled;
   for (int i = 0; i < 3000; ++i) {
      values.push_back({static_cast<float>(i * i), 1.0f + i % 3});
      scaled.push_back({static_cast<float>(i * i), 1024.0f * (1 + i % 3)});
   }
   EXPECT_EQ(Cumulative(values).fEdges, Cumulative(scaled).fEdges);
   EXPECT_EQ(Cumulative(values).fContent, Cumulative(scaled).fContent);
}

TEST(CumulativeTable, NegativeWeightsStillGiveARisingCurve)
{
   std::vector<WeightedValue> values;
   for (int i = 0; i < 10000; ++i)
      values.push_back({static_cast<float>(i), i % 7 == 0 ? -1.0f : 1.0f});
   const auto histogram = Cumulative(values);
   ASSERT_GT(histogram.fContent.size(), 100u);
   EXPECT_TRUE(std::is_sorted(histogram.fContent.begin(), histogram.fContent.end()));
   EXPECT_NEAR(CumulativeTable(histogram).Value(5000), 0.5, 0.01);
}

TEST(CumulativeTable, NothingPositiveGivesAnEmptyHistogram)
{
   EXPECT_TRUE(Cumulative({}).fContent.empty());
   std::vector<WeightedValue> values;
   for (int i = 0; i < 100; ++i)
      values.push_back({static_cast<float>(i), -1.0f});
   EXPECT_TRUE(Cumulative(values).fContent.empty());
}

TEST(CumulativeTable, EqualValuesLieInTheMiddle)
{
   const CumulativeTable table(Cumulative({{2.5f, 1}, {2.5f, 1}}));
   EXPECT_EQ(table.Value(2.5), 0.5);
   EXPECT_EQ(table.Value(-100), 0.5);
}

TEST(VariableStatistics, AreWeighted)
{
   const float rows[] = {1, 10, 2, 20, 4, 60};
   const float weights[] = {1, 2, 1};
   const auto s = ComputeVariableStatistics({rows, 3, 2}, weights);
   ASSERT_EQ(s.size(), 2u);
   EXPECT_DOUBLE_EQ(s[0].fMean, 2.25);
   EXPECT_DOUBLE_EQ(s[0].fRMS, std::sqrt((1.25 * 1.25 + 2 * 0.25 * 0.25 + 1.75 * 1.75) / 4));
   EXPECT_DOUBLE_EQ(s[1].fMin, 10);
   EXPECT_DOUBLE_EQ(s[1].fMax, 60);
   EXPECT_DOUBLE_EQ(ComputeVariableStatistics({rows, 3, 2}, nullptr)[1].fMean, 30);
   EXPECT_EQ(ComputeVariableStatistics({rows, 0, 2}, weights).at(0).fMean, 0);
   // weights that sum to nothing count as 1
   const float cancelling[] = {1, -2, 1};
   const auto unweighted = ComputeVariableStatistics({rows, 3, 2}, cancelling);
   EXPECT_DOUBLE_EQ(unweighted[0].fMean, 7. / 3);
   EXPECT_DOUBLE_EQ(unweighted[0].fRMS, std::sqrt((16 + 1 + 25) / 27.)); // numpy.std([1, 2, 4])
   EXPECT_EQ(unweighted[0].fMin, 1);
   EXPECT_EQ(unweighted[0].fMax, 4);
   // a large offset does not cost digits of the spread
   const float large[] = {16777214, 16777215, 16777216};
   EXPECT_DOUBLE_EQ(ComputeVariableStatistics({large, 3, 1}, nullptr)[0].fRMS, std::sqrt(2 / 3.));
   EXPECT_EQ(ComputeVariableStatistics({large, 3, 1}, nullptr)[0].fMean, 16777215);
}
