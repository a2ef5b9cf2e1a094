#include "TorchMVA/Evaluate/SubsetImportance.hxx"

#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

namespace {

/// Variable i adds i + 1 to the score.
struct Additive {
   double operator()(const std::vector<UInt_t> &variables)
   {
      EXPECT_FALSE(variables.empty());
      EXPECT_TRUE(std::is_sorted(variables.begin(), variables.end()));
      ++fCalls;
      double sum = 0.5;
      for (UInt_t variable : variables)
         sum += variable + 1;
      return sum;
   }
   int fCalls = 0;
};

} // namespace

TEST(SubsetImportance, ShortComparesAllWithAllButOne)
{
   Additive score;
   const auto importances = ComputeSubsetImportance(4, kShort, std::ref(score), 0.5);
   EXPECT_EQ(importances, (std::vector<double>{1, 2, 3, 4}));
   EXPECT_EQ(score.fCalls, 5);
   EXPECT_EQ(ComputeSubsetImportance(1, kShort, std::ref(score), 0.5), std::vector<double>{1}) << "against nothing";
}

TEST(SubsetImportance, AllSumsOverEverySubsetOnce)
{
   Additive score;
   const auto importances = ComputeSubsetImportance(4, kAll, std::ref(score), 0.5);
   EXPECT_EQ(importances, (std::vector<double>{8, 16, 24, 32})) << "half of the 16 subsets contain a variable";
   EXPECT_EQ(score.fCalls, 15);
}

TEST(SubsetImportance, AllSeesWhatShortCannot)
{
   // Either of two variables is enough: leaving one of them out costs nothing.
   const auto either = [](const std::vector<UInt_t> &variables) { return variables.empty() ? 0.5 : 1.0; };
   EXPECT_EQ(ComputeSubsetImportance(2, kShort, either, 0.5), (std::vector<double>{0, 0}));
   EXPECT_EQ(ComputeSubsetImportance(2, kAll, either, 0.5), (std::vector<double>{0.5, 0.5}));
}

TEST(SubsetImportance, RandomIsRepeatableAndProportional)
{
   Additive score;
   const auto importances = ComputeSubsetImportance(12, kRandom, std::ref(score), 0.5);
   EXPECT_EQ(importances, ComputeSubsetImportance(12, kRandom, Additive(), 0.5));
   EXPECT_LT(score.fCalls, 900) << "far fewer than the 4095 of kAll";
   for (std::size_t i = 0; i < importances.size(); ++i)
      EXPECT_NEAR(importances[i] / (i + 1.), 60, 25) << "each variable is in about half of 120 subsets";
}

// Each variable of a subset adds 1, so the importances count how often a variable is in a subset.
TEST(SubsetImportance, RandomTakesTenSubsetsPerVariable)
{
   const auto size = [](const std::vector<UInt_t> &variables) { return double(variables.size()); };
   const auto importances = ComputeSubsetImportance(11, kRandom, size, 0);
   std::mt19937_64 generator(4357);
   std::vector<double> expected(11, 0.);
   for (int subset = 0; subset < 110; ++subset)
      for (std::uint64_t bits = generator(), i = 0; i < 11; ++i)
         expected[i] += bits >> i & 1;
   EXPECT_EQ(importances, expected);
}

TEST(SubsetImportance, NumbersOfVariablesAreChecked)
{
   const auto none = [](const std::vector<UInt_t> &) { return 0.; };
   ExpectError(EErrorCode::kArgument, {"found 0"}, [&] { ComputeSubsetImportance(0, kShort, none, 0.5); });
   ExpectError(EErrorCode::kArgument, {"kAll", "20", "21"}, [&] { ComputeSubsetImportance(21, kAll, none, 0.5); });
   ExpectError(EErrorCode::kArgument, {"kRandom", "11", "10"},
               [&] { ComputeSubsetImportance(10, kRandom, none, 0.5); });
   ExpectError(EErrorCode::kArgument, {"kShort"},
               [&] { ComputeSubsetImportance(4, static_cast<VIType>(3), none, 0.5); });
}
