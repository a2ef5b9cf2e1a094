#include "TorchMVA/Evaluate/VariableRanking.hxx"

#include "Evaluate/GoldenFisher.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace TorchMVA;
using namespace TorchMVATest;

TEST(VariableRanking, SeparationsAreThoseOfTMVA)
{
   const GoldenSample training = ReadGoldenFisher("train");
   const MatrixView<const float> variables(training.fVariables.data(), training.fClasses.size(), 4);
   const auto separations = ComputeVariableSeparations(variables, nullptr, training.fClasses.data(), 0, 40, 8);
   const auto golden = ReadTable("golden/variable_ranking_separation_training.csv");
   ASSERT_EQ(golden.size(), 4u);
   for (const auto &row : golden) {
      const std::size_t k = row.at("var").back() - '1';
      EXPECT_NEAR(separations.at(k), Number(row, "separation"), 1e-6) << row.at("var");
   }
}

TEST(VariableRanking, SeparationIsZeroForTheSameAndOneForDisjointValues)
{
   const float values[] = {0, 0, 0, 1, 1, 0, 0, 1};
   const float weights[] = {1, 3, 2, 2};
   const int classes[] = {0, 1, 0, 1};
   const MatrixView<const float> variables(values, 4, 2);
   const auto separations = ComputeVariableSeparations(variables, weights, classes, 0, 40, 8);
   // signal: 1/3 at 0, 2/3 at 1; background: all at 0
   EXPECT_NEAR(separations[0], 0.5 * (std::pow(1 / 3. - 1, 2) / (1 / 3. + 1) + 2 / 3.), 1e-12);
   EXPECT_NEAR(separations[1], 1, 1e-12);
   const float constant[] = {5, 5, 5, 5};
   EXPECT_EQ(ComputeVariableSeparations({constant, 4, 1}, weights, classes, 0, 40, 8)[0], 0);
}

TEST(VariableRanking, BinsCoverAMultipleOfTheDeviationWithinTheValues)
{
   const auto binning = [](double min, double max) {
      VariableStatistics statistics;
      statistics.fMin = min;
      statistics.fMax = max;
      statistics.fMean = 1;
      statistics.fRMS = 2;
      const VariableBinning b = ComputeVariableBinning(statistics, 4, 3);
      EXPECT_EQ(b.fBins, 4);
      return std::pair(b.fLow, b.fHigh);
   };
   using Range_t = std::pair<double, double>;
   EXPECT_EQ(binning(-100, 100), Range_t(-5, 10)); // 1 - 3 * 2 to 1 + 3 * 2, and a quarter of the range more
   EXPECT_EQ(binning(-1, 100), Range_t(-1, 9));
   EXPECT_EQ(binning(-1, 3), Range_t(-1, 4));
   EXPECT_EQ(binning(5, 5), Range_t(5, 6.25)) << "a constant";
   EXPECT_EQ(binning(20, 24), Range_t(20, 25)) << "all values beyond the deviations";
}

TEST(VariableRanking, CorrelationIsTheLargestWithATarget)
{
   std::mt19937 generator(1);
   std::normal_distribution<float> normal;
   const int n = 20000;
   std::vector<float> variables, targets, weights;
   for (int i = 0; i < n; ++i) {
      const float a = normal(generator), b = normal(generator), noise = normal(generator);
      variables.insert(variables.end(), {a, b, 3});
      targets.insert(targets.end(), {-2 * a, b + noise});
      weights.push_back(i % 2 == 0 ? 2.F : 0.5F);
   }
   const auto correlations =
      ComputeTargetCorrelations({variables.data(), n, 3}, {targets.data(), n, 2}, weights.data());
   EXPECT_NEAR(correlations[0], 1, 1e-6);
   EXPECT_NEAR(correlations[1], 1 / std::sqrt(2.), 0.015);
   EXPECT_EQ(correlations[2], 0) << "a constant";
}
