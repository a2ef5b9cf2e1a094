#include "TorchMVA/CrossValidation/CvSplitKFolds.hxx"

#include "support/Arrays.hxx"
#include "support/ExpectError.hxx"
#include "TRandom3.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/CrossValidation/CvSplitKFoldsExpr.hxx"
#include "TorchMVA/DataLoader.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

namespace {

/// Events x = 0, 1, 2, ... with spectator id = 10 x, weight 1 + x mod 3; the last `nBackground` are background.
struct Events {
   explicit Events(int nSignal = 60, int nBackground = 40, const char *normMode = "NumEvents") : fLoader("dataset")
   {
      gConfig().SetSilent(kTRUE);
      fLoader.AddVariable("x");
      fLoader.AddSpectator("id");
      for (int i = 0; i < nSignal + nBackground; ++i)
         fLoader.AddTrainingEvent(i < nSignal ? "Signal" : "Background", {double(i), 10. * i}, 1 + i % 3);
      for (const char *name : {"Signal", "Background"})
         fLoader.AddTestEvent(name, {-1, -1}, 1);
      fLoader.PrepareTrainingAndTestTree("", TString("SplitMode=Block:MixMode=Block:NormMode=") + normMode);
   }
   DataLoader fLoader;
   DataSetInfo &Info() { return fLoader.GetDataSetInfo(); }
};

std::vector<int> Values(const Sample &sample)
{
   return {sample.fVariables.fData, sample.fVariables.fData + sample.Size()};
}

std::vector<int> Counts(const std::vector<UInt_t> &folds, UInt_t n)
{
   std::vector<int> counts(n, 0);
   for (const UInt_t fold : folds)
      ++counts.at(fold);
   return counts;
}

/// TRandom3 as std::shuffle wants it, written down here a second time.
struct Generator {
   using result_type = unsigned;
   static constexpr unsigned min() { return 0; }
   static constexpr unsigned max() { return 4294967295u; }
   unsigned operator()() { return fRandom.Integer(max()); }
   TRandom3 fRandom{100};
};

} // namespace

TEST(CvSplit, RandomFoldsAreAPermutationOfEqualNumbers)
{
   Events events;
   CvSplitKFolds split(3, "", kFALSE, 7);
   EXPECT_TRUE(split.NeedsRebuild());
   events.fLoader.MakeKFoldDataSet(split);
   EXPECT_FALSE(split.NeedsRebuild());
   EXPECT_EQ(Counts(split.GetFolds(), 3), (std::vector<int>{34, 33, 33}));

   CvSplitKFolds same(3, "", kFALSE, 7);
   CvSplitKFolds other(3, "", kFALSE, 8);
   events.fLoader.MakeKFoldDataSet(same);
   events.fLoader.MakeKFoldDataSet(other);
   EXPECT_EQ(split.GetFolds(), same.GetFolds());
   EXPECT_NE(split.GetFolds(), other.GetFolds());
}

TEST(CvSplit, StratifiedFoldsHaveTheSamePartOfEachClass)
{
   Events events(60, 40);
   CvSplitKFolds split(5);
   events.fLoader.MakeKFoldDataSet(split);
   const auto &folds = split.GetFolds();
   EXPECT_EQ(Counts({folds.begin(), folds.begin() + 60}, 5), std::vector<int>(5, 12));
   EXPECT_EQ(Counts({folds.begin() + 60, folds.end()}, 5), std::vector<int>(5, 8));
}

TEST(CvSplit, TheShuffleIsTRandom3s)
{
   Generator generator;
   std::vector<UInt_t> expected(100);
   for (unsigned i = 0; i < 100; ++i)
      expected[i] = i % 4;
   std::shuffle(expected.begin(), expected.end(), generator);
   Events events;
   CvSplitKFolds split(4, "", kFALSE);
   events.fLoader.MakeKFoldDataSet(split);
   EXPECT_EQ(split.GetFolds(), expected);
}

TEST(CvSplit, TheExpressionSeesSpectatorsAndNumberOfFolds)
{
   Events events;
   CvSplitKFolds split(4, "int(fabs([id])/10)%int([NumFolds])");
   events.fLoader.MakeKFoldDataSet(split);
   for (std::size_t i = 0; i < split.GetFolds().size(); ++i)
      ASSERT_EQ(split.GetFolds()[i], i % 4) << i;

   const CvSplitKFoldsExpr rounded(events.Info(), "[id]/[numFolds]");
   const double id = 5.8; // 1.45 is rounded to 1
   EXPECT_EQ(rounded.Eval(4, &id), 1u);
}

TEST(CvSplit, TheExpressionMayBeUsedBySeveralThreads)
{
   Events events;
   const CvSplitKFoldsExpr expression(events.Info(), "int([id])%int([NumFolds])");
   std::vector<int> wrong(4, 0);
   std::vector<std::thread> threads;
   for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
         for (int i = 0; i < 20000; ++i) {
            const double id = i;
            wrong[t] += expression.Eval(7, &id) != unsigned(i % 7);
         }
      });
   for (auto &thread : threads)
      thread.join();
   EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(CvSplit, BadExpressionsSayWhatIsWrong)
{
   Events events;
   const auto make = [&](const char *text) {
      CvSplitKFolds split(2, text);
      events.fLoader.MakeKFoldDataSet(split);
   };
   ExpectError(EErrorCode::kExpression, {"'eventID'", "spectators: id"}, [&] { make("int([eventID])%2"); });
   ExpectError(EErrorCode::kExpression, {"brackets"}, [&] { make("int(x)%2"); });
   ExpectError(EErrorCode::kData, {"0 to 1", "id", "20.0"}, [&] { make("[id]/10"); });
   ExpectError(EErrorCode::kData, {"-1.0"}, [&] { make("[id]-1"); });
   ExpectError(EErrorCode::kData, {"0 to 1", "nan"}, [&] { make("sqrt(-1-[id])"); });
   ExpectError(EErrorCode::kData, {"fold 0 of 2", "'Background'"}, [&] { make("[id]>=600"); });
}

/// Unbalanced texts ended the process, others were compiled and run.
TEST(CvSplit, TheExpressionOnlyComputes)
{
   Events events;
   for (const char *text : {"int(fabs([id])%2", "int(fabs([id])))%2", "[id", "\"", "gSystem->Exec(\"true\")+[id]%2",
                            "std::system(\"true\")", "exit(1)", "[id];[id]", ""})
      ExpectError(EErrorCode::kExpression, {"found '" + std::string(text) + "'", "SplitExpr"},
                  [&] { CvSplitKFoldsExpr(events.Info(), text); });
   ExpectError(EErrorCode::kData, {"nan"}, [&] {
      const double id = 3;
      CvSplitKFoldsExpr(events.Info(), "int([id])%int([id]-[id])").Eval(2, &id);
   });
}

/// The values are those of the same text compiled as C++, where whole numbers are concerned.
TEST(CvSplit, TheExpressionHasTheRulesOfCxx)
{
   Events events;
   const auto fold = [&](const char *text, double id) {
      return CvSplitKFoldsExpr(events.Info(), text).Eval(1000, &id);
   };
   for (const long long id : {0LL, 1LL, 7LL, 123456LL, (1LL << 31) + 5, (1LL << 53) - 1}) {
      EXPECT_EQ(fold("int(fabs([id]))%7", id), id % 7) << id;
      EXPECT_EQ(fold("int([id])/10%7", id), id / 10 % 7) << id;
      EXPECT_EQ(fold("int([id])%7*3", id), id % 7 * 3) << id;
      EXPECT_EQ(fold("[id]>100 ? 1 : int([id])%3", id), id > 100 ? 1 : id % 3) << id;
   }
   EXPECT_EQ(fold("1/2+[id]", 3), 3u);
   EXPECT_EQ(fold("1/2.+[id]", 3), 4u); // 3.5 is rounded
   // 37/10 is 3, 37/10. would be rounded to 4
   for (const char *text :
        {"int([id])/10", "(int)[id]/10", "int([id])/10u", "int([id])/10UL", "int([id])/0xA", "abs(int([id]))/10",
         "std::abs(int([id]))/10", "TMath::Abs(int([id]))/10", "std::max(int([id]),1)/10", "std::min(int([id]),99)/10",
         "min(int([id]),99)/10", "TMath::Max(int([id]),1)/10", "-(-int([id])/10)", "(int([id])+0u)/10",
         "int([id])*true/10", "int([id])*bool([id])/10", "([id]>0?int([id]):1)/10", "int([id])*([id]>1)/10"})
      EXPECT_EQ(fold(text, 37), 3u) << text;
   for (const char *text : {"int([id])/10.", "[id]/10", "fabs(int([id]))/10", "std::fabs(int([id]))/10",
                            "int([id])/1e1", "std::abs([id])/10", "TMath::Abs([id])/10", "double(int([id]))/10",
                            "int([id])/10.f", "([id]>0?[id]:1)/10", "std::floor([id])/10"})
      EXPECT_EQ(fold(text, 37), 4u) << text;
   for (const char *scope : {"", "std::"}) { // TTreeFormula has numbers for all of these
      for (const char *text :
           {"log([id]-5)", "log10([id]-5)", "asin([id]+1)", "acos([id]+1)", "acosh([id]-5)", "atanh([id]+1)"})
         ExpectError(EErrorCode::kData, {"nan"}, [&] { fold((scope + std::string(text)).c_str(), 1); });
      ExpectError(EErrorCode::kData, {"inf"}, [&] { fold((scope + std::string("exp(1000*[id])")).c_str(), 1); });
   }
   ExpectError(EErrorCode::kData, {"inf"}, [&] { fold("1./[id]", 0); });
   ExpectError(EErrorCode::kData, {"nan"}, [&] { fold("int([id])%2", std::nan("")); });
}

/// Its time must not be exponential in the depth.
TEST(CvSplit, NestedFunctionsAreEvaluatedOnce)
{
   Events events;
   const double id = 37;
   for (const auto &[open, close] : std::vector<std::pair<std::string, std::string>>{
           {"Sum$(", ")"}, {"Max$(", ")"}, {"Alt$(", ",0)"}, {"abs(", ")"}}) {
      std::string text = "[id]";
      for (int i = 0; i < 60; ++i)
         text = open + text + close;
      EXPECT_EQ(CvSplitKFoldsExpr(events.Info(), text.c_str()).Eval(100, &id), 37u) << text;
   }
}

TEST(CvSplit, WhatCannotBeSplitIsRefused)
{
   ExpectError(EErrorCode::kArgument, {"at least 2", "found 1"}, [] { CvSplitKFolds split(1); });
   Events few(3, 3);
   CvSplitKFolds tooMany(7);
   ExpectError(EErrorCode::kData, {"7", "found 6"}, [&] { few.fLoader.MakeKFoldDataSet(tooMany); });
   CvSplitKFolds four(4); // three events of a class cannot be in four folds
   ExpectError(EErrorCode::kData, {"fold", "'Signal'"}, [&] { few.fLoader.MakeKFoldDataSet(four); });

   Events events;
   CvSplitKFolds split(2);
   ExpectError(EErrorCode::kState, {"MakeKFoldDataSet"}, [&] { events.fLoader.PrepareFoldDataSet(split, 0); });
   ExpectError(EErrorCode::kState, {"MakeKFoldDataSet"}, [&] { events.fLoader.RecombineKFoldDataSet(split); });
   events.fLoader.MakeKFoldDataSet(split);
   ExpectError(EErrorCode::kArgument, {"below 2", "found 2"}, [&] { events.fLoader.PrepareFoldDataSet(split, 2); });
   ExpectError(EErrorCode::kArgument, {"kTraining"},
               [&] { events.fLoader.PrepareFoldDataSet(split, 0, Types::kTesting); });
}

TEST(CvSplit, AFoldIsTestedAndTheOthersTrain)
{
   Events events;
   CvSplitKFolds split(3, "int([id]/10)%3");
   events.fLoader.MakeKFoldDataSet(split);
   for (UInt_t fold = 0; fold < 3; ++fold) {
      events.fLoader.PrepareFoldDataSet(split, fold);
      const DataSet &data = *events.Info().GetDataSet();
      const Sample training = data.GetSample(Types::kTraining);
      const Sample test = data.GetSample(Types::kTesting);
      std::vector<int> expectedTraining, expectedTest;
      for (int i = 0; i < 100; ++i)
         (i % 3 == int(fold) ? expectedTest : expectedTraining).push_back(i);
      EXPECT_EQ(Values(training), expectedTraining);
      EXPECT_EQ(Values(test), expectedTest);
      for (Long64_t i = 0; i < test.Size(); ++i) {
         EXPECT_EQ(test.fSpectators(i, 0), 10. * expectedTest[i]);
         EXPECT_EQ(test.fClasses[i], expectedTest[i] < 60 ? 0 : 1);
         EXPECT_FLOAT_EQ(test.fWeights[i], 1 + expectedTest[i] % 3) << "test weights are the original ones";
      }
      EXPECT_EQ(data.GetNClassEvents(Types::kTesting, 0) + data.GetNClassEvents(Types::kTraining, 0), 60);
   }
}

TEST(CvSplit, TrainingWeightsAreNormalisedForEachFold)
{
   for (const std::string mode : {"None", "NumEvents", "EqualNumEvents"}) {
      Events events(60, 40, mode.c_str());
      CvSplitKFolds split(4);
      events.fLoader.MakeKFoldDataSet(split);
      for (UInt_t fold = 0; fold < 4; ++fold) {
         events.fLoader.PrepareFoldDataSet(split, fold);
         const Sample training = events.Info().GetDataSet()->GetSample(Types::kTraining);
         std::vector<double> sums(2, 0.), original(2, 0.);
         for (Long64_t i = 0; i < training.Size(); ++i) {
            sums[training.fClasses[i]] += training.fWeights[i];
            original[training.fClasses[i]] += 1 + int(training.fVariables(i, 0)) % 3;
         }
         const std::vector<double> expected = mode == "None"        ? original
                                              : mode == "NumEvents" ? std::vector<double>{45, 30}
                                                                    : std::vector<double>{45, 45};
         EXPECT_NEAR(sums[0], expected[0], 1e-4) << mode << " fold " << fold;
         EXPECT_NEAR(sums[1], expected[1], 1e-4) << mode << " fold " << fold;
      }
   }
}

TEST(CvSplit, RecombinedEventsAreInBothSamples)
{
   Events events;
   const auto before = events.Info().GetSharedDataSet();
   CvSplitKFolds split(2);
   events.fLoader.MakeKFoldDataSet(split);
   const auto folds = split.GetFolds();
   events.fLoader.PrepareFoldDataSet(split, 1);
   events.fLoader.MakeKFoldDataSet(split); // not of the fold, but of the sample it came from
   EXPECT_EQ(split.GetFolds(), folds);
   events.fLoader.RecombineKFoldDataSet(split);
   const DataSet &data = *events.Info().GetDataSet();
   EXPECT_EQ(data.GetNTrainingEvents(), 100);
   EXPECT_EQ(data.GetNTestEvents(), 100);
   const Sample expected = before->GetSample(Types::kTraining);
   for (const auto type : {Types::kTraining, Types::kTesting}) {
      const Sample sample = data.GetSample(type);
      EXPECT_TRUE(TorchMVA::Test::SameBits(sample.fVariables, expected.fVariables));
      EXPECT_TRUE(TorchMVA::Test::SameBits(sample.fSpectators, expected.fSpectators));
   }
   const Sample training = data.GetSample(Types::kTraining);
   EXPECT_TRUE(std::equal(training.fWeights, training.fWeights + 100, expected.fWeights));
}

TEST(CvSplit, ADataSetThatIsHeldIsThatOfTheFold)
{
   Events events;
   DataSet *held = events.Info().GetDataSet();
   const Event *event = held->GetTrainingEvent(7);
   const auto &collection = held->GetEventCollection(Types::kTraining);
   const auto before = events.Info().GetSharedDataSet();
   CvSplitKFolds split(4, "int([id]/10)%int([NumFolds])");
   events.fLoader.MakeKFoldDataSet(split);
   for (UInt_t fold = 0; fold < 4; ++fold) {
      events.fLoader.PrepareFoldDataSet(split, fold);
      EXPECT_EQ(events.Info().GetDataSet(), held);
      EXPECT_EQ(held->GetNTrainingEvents(), 75);
      EXPECT_EQ(held->GetNTestEvents(), 25);
      EXPECT_EQ(held->GetEventCollection(Types::kTesting).size(), 25u);
      for (const Event *test : held->GetEventCollection(Types::kTesting))
         EXPECT_EQ(int(test->GetSpectator(0) / 10) % 4, static_cast<int>(fold));
   }
   // what was handed out before stays what it was
   EXPECT_EQ(event->GetValue(0), 7);
   EXPECT_EQ(collection.size(), 100u);
   EXPECT_EQ(collection[99]->GetValue(0), 99);
   EXPECT_EQ(before->GetNTrainingEvents(), 100);
   events.fLoader.AddSpectator("x*2", "twice"); // the events have to be read again
   ExpectError(EErrorCode::kState, {"GetDataSet() again"}, [&] { held->GetNTrainingEvents(); });
   ExpectError(EErrorCode::kState, {"GetDataSet() again"}, [&] { held->GetEvent(0, Types::kTesting); });
}

TEST(DataSetSelect, CopiesRowsInTheOrderGiven)
{
   Events events(5, 5);
   const auto data = events.Info().GetSharedDataSet();
   const auto selected = data->Select({7, 0, 0, 3}, 1, {2., 10.});
   EXPECT_EQ(selected->GetNTrainingEvents(), 1);
   EXPECT_EQ(Values(selected->GetSample(Types::kTraining)), std::vector<int>{7});
   EXPECT_EQ(Values(selected->GetSample(Types::kTesting)), (std::vector<int>{0, 0, 3}));
   EXPECT_FLOAT_EQ(selected->GetSample(Types::kTraining).fWeights[0], 20);
   EXPECT_FLOAT_EQ(selected->GetSample(Types::kTesting).fWeights[2], 1);
   EXPECT_EQ(selected->GetNormFactor(1), 10.);
   ExpectError(EErrorCode::kArgument, {"below 12", "found 12"}, [&] { data->Select({12}, 0, {}); });
   ExpectError(EErrorCode::kArgument, {"found -1"}, [&] { data->Select({-1}, 0, {}); });
}

TEST(DataSetSelect, OnlyEventsThatFitAreTaken)
{
   Events events(5, 5);
   DataLoader other("other");
   other.AddVariable("x");
   other.AddTrainingEvent("Signal", {1}, 1);
   ExpectError(EErrorCode::kArgument, {"other"},
               [&] { other.GetDataSetInfo().SetDataSet(events.Info().GetDataSet()->Select({0}, 1, {})); });
   ExpectError(EErrorCode::kArgument, {"other"}, [&] { other.GetDataSetInfo().SetDataSet(nullptr); });
}
