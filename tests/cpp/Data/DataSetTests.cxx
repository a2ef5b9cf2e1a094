// A data set made by hand: six events, of which every number is known.

#include "support/ExpectError.hxx"

#include "TorchMVA/Data/DataSet.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

namespace {

/// Event i has variables 10 i and 10 i + 1, target 100 i, spectators 2^53 - i and -i. The first four are the training
/// sample, whose weights carry the factors 2, 4 and 8 of the classes.
std::shared_ptr<DataSet> MakeDataSet()
{
   constexpr Long64_t n = 6;
   const int numbers[n] = {0, 1, 2, 1, 2, 0};
   const float original[n] = {1, 2, 3, -4, 5, -6}, factors[3] = {2, 4, 8};
   SharedMatrix<float> variables(n, 2), targets(n, 1), weights(n, 1);
   SharedMatrix<double> spectators(n, 2);
   SharedMatrix<int> classes(n, 1);
   for (Long64_t i = 0; i < n; ++i) {
      variables.View()(i, 0) = 10 * i;
      variables.View()(i, 1) = 10 * i + 1;
      targets.Data()[i] = 100 * i;
      spectators.View()(i, 0) = 9007199254740992. - i;
      spectators.View()(i, 1) = -i;
      classes.Data()[i] = numbers[i];
      weights.Data()[i] = original[i] * (i < 4 ? factors[numbers[i]] : 1);
   }
   return std::make_shared<DataSet>(variables, targets, spectators, weights, classes, 4, 3,
                                    std::vector<double>{2, 4, 8}, 1);
}

} // namespace

TEST(DataSet, CountsEventsOfSamplesAndClasses)
{
   const auto data = MakeDataSet();
   EXPECT_EQ(data->GetNVariables(), 2u);
   EXPECT_EQ(data->GetNTargets(), 1u);
   EXPECT_EQ(data->GetNSpectators(), 2u);
   EXPECT_EQ(data->GetNEvents(), 6);
   EXPECT_EQ(data->GetNEvents(Types::kTraining), 4);
   EXPECT_EQ(data->GetNEvents(Types::kTesting), 2);
   const Long64_t counts[2][3] = {{1, 2, 1}, {1, 0, 1}};
   for (UInt_t cls = 0; cls < 3; ++cls) {
      EXPECT_EQ(data->GetNClassEvents(Types::kTraining, cls), counts[0][cls]);
      EXPECT_EQ(data->GetNClassEvents(Types::kTesting, cls), counts[1][cls]);
   }
   ExpectError(EErrorCode::kArgument, {"below 3", "found 3"}, [&] { data->GetNClassEvents(Types::kTraining, 3); });
   EXPECT_TRUE(data->HasNegativeEventWeights(Types::kTraining));
   EXPECT_TRUE(data->HasNegativeEventWeights(Types::kTesting));
   EXPECT_FALSE(data->Select({0, 1}, 1, {})->HasNegativeEventWeights(Types::kTraining));
}

TEST(DataSet, SamplesAreTheRowsOfEachMatrix)
{
   const auto data = MakeDataSet();
   const Sample test = data->GetSample(Types::kTesting);
   ASSERT_EQ(test.Size(), 2);
   const Sample slice = data->GetSample(Types::kTraining).Slice(1, 2);
   ASSERT_EQ(slice.Size(), 2);
   for (Long64_t i = 0; i < 2; ++i) {
      for (const auto &[sample, row] : {std::pair(test, 4 + i), std::pair(slice, 1 + i)}) {
         EXPECT_EQ(sample.fVariables(i, 0), 10 * row);
         EXPECT_EQ(sample.fVariables(i, 1), 10 * row + 1);
         EXPECT_EQ(sample.fTargets(i, 0), 100 * row);
         EXPECT_EQ(sample.fSpectators(i, 0), 9007199254740992. - row);
         EXPECT_EQ(sample.fSpectators(i, 1), -row);
      }
   }
   EXPECT_EQ(test.fWeights[0], 5);
   EXPECT_EQ(test.fWeights[1], -6);
   EXPECT_EQ(test.fClasses[0], 2);
   EXPECT_EQ(slice.fWeights[0], 8);
   EXPECT_EQ(slice.fClasses[1], 2);
   for (const auto &[first, n] : {std::pair(-1, 1), std::pair(0, -1), std::pair(1, 2)})
      ExpectError(EErrorCode::kArgument, {"inside"}, [&, f = first, k = n] { test.Slice(f, k); });
   EXPECT_EQ(test.Slice(1, 1).fWeights[0], -6);
}

TEST(DataSet, EventsAreCopiesOfRows)
{
   const auto data = MakeDataSet();
   const Event event = data->CopyEvent(3, Types::kTraining);
   EXPECT_EQ(event.GetValues(), (std::vector<Float_t>{30, 31}));
   EXPECT_EQ(event.GetTargets(), std::vector<Float_t>{300});
   EXPECT_EQ(event.GetSpectators(), (std::vector<Double_t>{9007199254740989., -3}));
   EXPECT_EQ(event.GetClass(), 1u);
   EXPECT_EQ(event.GetWeight(), -16);
   EXPECT_EQ(data->CopyEvent(1, Types::kTesting).GetValue(0), 50);
   ExpectError(EErrorCode::kArgument, {"below 2", "found 2"}, [&] { data->CopyEvent(2, Types::kTesting); });
   ExpectError(EErrorCode::kArgument, {"found -1"}, [&] { data->CopyEvent(-1, Types::kTesting); });
   const auto &training = data->GetEventCollection(Types::kTraining);
   ASSERT_EQ(training.size(), 4u);
   EXPECT_EQ(training[2]->GetValue(0), 20);
   EXPECT_EQ(training[2], data->GetEvent(2, Types::kTraining)) << "each event is copied once";
   EXPECT_EQ(&data->GetEventCollection(Types::kTraining), &training);
   EXPECT_EQ(training.size(), 4u);
   data->SetCurrentType(Types::kTesting);
   ASSERT_EQ(data->GetEventCollection(Types::kMaxTreeType).size(), 2u);
   EXPECT_EQ(data->GetEventCollection(Types::kMaxTreeType)[0]->GetValue(0), 40);
}

TEST(DataSet, OriginalWeightsAreWithoutTheFactors)
{
   const auto data = MakeDataSet();
   const double expected[] = {1, 2, 3, -4, 5, -6};
   for (Long64_t row = 0; row < 6; ++row)
      EXPECT_EQ(data->GetOriginalWeight(row), expected[row]) << row;
   // another selection gets its own factors, in its training rows only
   const auto selected = data->Select({5, 2, 4, 0}, 2, {10, 20, 30});
   EXPECT_EQ(selected->GetNTrainingEvents(), 2);
   const float weights[] = {-60, 90, 5, 1};
   for (Long64_t i = 0; i < 4; ++i) {
      const Event event = selected->CopyEvent(i % 2, i < 2 ? Types::kTraining : Types::kTesting);
      EXPECT_EQ(event.GetWeight(), weights[i]) << i;
   }
   EXPECT_EQ(selected->CopyEvent(1, Types::kTraining).GetSpectator(1), -2);
   EXPECT_EQ(selected->CopyEvent(0, Types::kTesting).GetTarget(0), 400);
}

TEST(DataSet, SelectedVariablesKeepTheirEvents)
{
   const auto selected = MakeDataSet()->SelectVariables({1});
   ASSERT_EQ(selected->GetNVariables(), 1u);
   EXPECT_EQ(selected->CopyEvent(1, Types::kTesting).GetValues(), std::vector<Float_t>{51});
   EXPECT_EQ(selected->GetOriginalWeight(2), 3);
   ExpectError(EErrorCode::kArgument, {"below 2", "found 2"}, [] { MakeDataSet()->SelectVariables({2}); });
}

TEST(DataSet, MatricesOfDifferentLengthsAreRefused)
{
   const SharedMatrix<float> six(6, 1), five(5, 1);
   const SharedMatrix<double> spectators(6, 1);
   SharedMatrix<int> classes(6, 1);
   std::fill_n(classes.Data(), 6, 0);
   const auto make = [&](const SharedMatrix<float> &targets, Long64_t nTraining, UInt_t nClasses) {
      DataSet(six, targets, spectators, six, classes, nTraining, nClasses, {1});
   };
   EXPECT_NO_THROW(make(six, 6, 1));
   ExpectError(EErrorCode::kInternal, {"differ"}, [&] { make(five, 3, 1); });
   ExpectError(EErrorCode::kInternal, {"differ"}, [&] { make(six, 7, 1); });
   ExpectError(EErrorCode::kInternal, {"differ"}, [&] { make(six, -1, 1); });
   classes.Data()[5] = 1;
   ExpectError(EErrorCode::kInternal, {"class number 1", "1 classes"}, [&] { make(six, 6, 1); });
   classes.Data()[5] = -1;
   ExpectError(EErrorCode::kInternal, {"class number -1"}, [&] { make(six, 6, 2); });
}

TEST(DataSetInfo, WhatIsAddedIsReturned)
{
   DataSetInfo info("d");
   for (const char *name : {"a", "b"}) {
      EXPECT_EQ(info.AddVariable(name).GetExpression(), name);
      EXPECT_EQ(info.AddTarget(name).GetExpression(), name);
      EXPECT_EQ(info.AddSpectator(name).GetExpression(), name);
   }
}

TEST(DataSetInfo, SumsOfWeightsAndTargetsOfClasses)
{
   DataSetInfo info("d");
   info.AddVariable("x");
   info.AddVariable("y");
   info.AddTarget("t");
   info.AddSpectator("s");
   info.AddSpectator("u");
   for (const char *name : {"A", "Signal", "C"})
      info.AddClass(name);
   info.SetDataSet(MakeDataSet());
   EXPECT_EQ(info.GetTrainingSumSignalWeights(), 2 * 4 - 4 * 4);
   EXPECT_EQ(info.GetTrainingSumBackgrWeights(), 1 * 2 + 3 * 8);
   EXPECT_EQ(info.GetTestingSumSignalWeights(), 0);
   EXPECT_EQ(info.GetTestingSumBackgrWeights(), -1);
   const Event event({1, 2}, 2);
   EXPECT_EQ(*info.GetTargetsForMulticlass(&event), (std::vector<Float_t>{0, 0, 1}));
   EXPECT_EQ(*info.GetTargetsForMulticlass(&event), (std::vector<Float_t>{0, 0, 1}));
}
