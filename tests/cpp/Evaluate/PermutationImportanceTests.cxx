#include "TorchMVA/Evaluate/PermutationImportance.hxx"

#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

namespace {

/// Standard normal variables, and y = 2 x0 - x1 (x2 does not matter), more events than a block has.
class PermutedLinearModel : public ::testing::Test {
protected:
   PermutedLinearModel()
   {
      std::mt19937 generator(3);
      std::normal_distribution<float> normal;
      for (Long64_t i = 0; i < kEvents; ++i) {
         for (int k = 0; k < 3; ++k)
            fVariables.push_back(normal(generator));
         fTrue.push_back(Response(&fVariables[3 * i]));
      }
      fSample.fVariables = {fVariables.data(), kEvents, 3};
      fModel.fNResponses = 1;
      fModel.fEvaluate = [](const float *rows, Long64_t n, Long64_t, float *responses) {
         for (Long64_t i = 0; i < n; ++i)
            responses[i] = Response(rows + 3 * i);
      };
      fModel.fLoss = [this](const std::vector<float> &responses) {
         double sum = 0;
         for (Long64_t i = 0; i < kEvents; ++i)
            sum += std::pow(responses[i] - fTrue[i], 2);
         return sum / kEvents;
      };
   }
   static float Response(const float *row) { return 2 * row[0] - row[1]; }

   static constexpr Long64_t kEvents = 70000;
   std::vector<float> fVariables, fTrue;
   Sample fSample;
   PermutedModel fModel;
};

} // namespace

TEST_F(PermutedLinearModel, TheMeanSquareGrowsByTwiceTheVarianceOfTheTerm)
{
   const auto before = fVariables;
   const auto importances = ComputePermutationImportance(fSample, fModel, 5, 1);
   ASSERT_EQ(importances.size(), 3u);
   EXPECT_NEAR(importances[0].fMean, 8, 0.1);
   EXPECT_NEAR(importances[1].fMean, 2, 0.03);
   EXPECT_EQ(importances[2].fMean, 0);
   EXPECT_GT(importances[0].fSpread, 0);
   EXPECT_LT(importances[0].fSpread, 0.1);
   EXPECT_EQ(importances[2].fSpread, 0);
   EXPECT_EQ(fVariables, before) << "the sample itself is never changed";
}

TEST_F(PermutedLinearModel, TheSeedDecides)
{
   const auto one = ComputePermutationImportance(fSample, fModel, 2, 1);
   const auto same = ComputePermutationImportance(fSample, fModel, 2, 1);
   const auto other = ComputePermutationImportance(fSample, fModel, 2, 2);
   EXPECT_EQ(one[0].fMean, same[0].fMean);
   EXPECT_EQ(one[1].fSpread, same[1].fSpread);
   EXPECT_NE(one[0].fMean, other[0].fMean);
   EXPECT_EQ(ComputePermutationImportance(fSample, fModel, 1, 1)[0].fSpread, 0);
}

TEST_F(PermutedLinearModel, NothingToDoIsAnError)
{
   ExpectError(EErrorCode::kArgument, {"repeat"}, [&] { ComputePermutationImportance(fSample, fModel, 0, 1); });
   ExpectError(EErrorCode::kArgument, {"events"},
               [&] { ComputePermutationImportance(fSample.Slice(0, 0), fModel, 1, 1); });
}
