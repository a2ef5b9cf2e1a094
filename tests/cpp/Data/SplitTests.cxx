// Split options, event counts, the order of events, normalisation.

#include "Data/Normalise.hxx"
#include "Data/Split.hxx"
#include "Data/SplitOptions.hxx"
#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

using namespace TorchMVA;
using namespace TorchMVA::Internal;
using TorchMVA::Test::ExpectError;

namespace {

struct CountCase {
   Long64_t fTraining, fTesting, fUnassigned, fWantTraining, fWantTesting; // given, and requested
   Long64_t fUseTraining, fUseTesting, fFinalTraining, fFinalTesting;      // expected
};

class Counts : public ::testing::TestWithParam<CountCase> {};

ClassEvents Unassigned(const std::string &name, EventId_t first, EventId_t n)
{
   ClassEvents events;
   events.fName = name;
   events.fUnassigned.resize(n);
   std::iota(events.fUnassigned.begin(), events.fUnassigned.end(), first);
   return events;
}

using Ids_t = std::vector<EventId_t>;

} // namespace

TEST_P(Counts, FollowTheRules)
{
   const auto &c = GetParam();
   const auto counts = CountSplit("S", c.fTraining, c.fTesting, c.fUnassigned, c.fWantTraining, c.fWantTesting);
   EXPECT_EQ(counts.fUseForTraining, c.fUseTraining);
   EXPECT_EQ(counts.fUseForTesting, c.fUseTesting);
   EXPECT_EQ(counts.fTraining, c.fFinalTraining);
   EXPECT_EQ(counts.fTesting, c.fFinalTesting);
}

INSTANTIATE_TEST_SUITE_P(
   WorkedExamples, Counts,
   ::testing::Values(
      CountCase{0, 0, 6000, 4000, 0, 4000, 2000, 4000, 2000}, CountCase{0, 0, 6000, 0, 0, 3000, 3000, 3000, 3000},
      CountCase{0, 0, 6001, 0, 0, 3000, 3000, 3000, 3000}, CountCase{0, 0, 6000, 1000, 1000, 3000, 3000, 1000, 1000},
      CountCase{0, 0, 10000, 4000, 0, 4000, 6000, 4000, 6000}, CountCase{0, 0, 100, 0, 30, 70, 30, 70, 30},
      CountCase{80, 20, 0, 0, 0, 80, 20, 80, 20}, CountCase{80, 20, 30, 0, 0, 80, 50, 80, 50},
      CountCase{20, 80, 30, 0, 0, 50, 80, 50, 80}, CountCase{80, 20, 100, 0, 0, 100, 100, 100, 100},
      CountCase{50, 0, 50, 20, 0, 50, 50, 20, 50}, CountCase{0, 0, 100, 80, 40, 80, 20, 80, 40},
      CountCase{30, 20, 40, 0, 0, 45, 45, 45, 45}, CountCase{10, 5, 100, 30, 20, 62, 53, 30, 20},
      CountCase{10, 50, 40, 0, 30, 50, 50, 50, 30}, CountCase{0, 0, 100, 100, 0, 100, 0, 100, 0}));

TEST(Counts, MoreThanThereIsIsAnError)
{
   ExpectError(EErrorCode::kData, {"training", "'Sig'", "101", "100"}, [] { CountSplit("Sig", 0, 0, 100, 101, 0); });
   ExpectError(EErrorCode::kData, {"test", "'Sig'"}, [] { CountSplit("Sig", 0, 0, 100, 0, 101); });
   ExpectError(EErrorCode::kData, {"training"}, [] { CountSplit("Sig", 0, 0, 100, 101, 5); });
}

TEST(SplitOptions, DefaultsAndValues)
{
   const auto defaults = ParseSplitOptions("", {"Signal", "Background"});
   EXPECT_EQ(defaults.fSplitMode, SplitOptions::EMode::kRandom);
   EXPECT_EQ(defaults.fMixMode, SplitOptions::EMode::kRandom);
   EXPECT_EQ(defaults.fNormMode, SplitOptions::ENorm::kEqualNumEvents);
   EXPECT_EQ(defaults.fSeed, 100u);
   EXPECT_TRUE(defaults.fCorrelations && defaults.fCalcCorrelations && !defaults.fScaleWithPreselEff);
   const auto options =
      ParseSplitOptions("ntrain_signal=7:nTest_Background=8:TrainTestSplit_Signal=0.5:SplitMode=block:"
                        "MixMode=Alternate:NormMode=none:SplitSeed=0:!V:!Correlations",
                        {"Signal", "Background"});
   EXPECT_EQ(options.fClasses[0].fNTrain, 7);
   EXPECT_EQ(options.fClasses[1].fNTest, 8);
   EXPECT_FLOAT_EQ(options.fClasses[0].fTrainTestSplit, 0.5);
   EXPECT_EQ(options.fSplitMode, SplitOptions::EMode::kBlock);
   EXPECT_EQ(options.fMixMode, SplitOptions::EMode::kAlternate);
   EXPECT_EQ(options.fNormMode, SplitOptions::ENorm::kNone);
}

TEST(SplitOptions, MistakesAreNamed)
{
   ExpectError(EErrorCode::kOption, {"nTrain_Signl", "did you mean 'nTrain_Signal'"},
               [] { ParseSplitOptions("nTrain_Signl=3", {"Signal"}); });
   ExpectError(EErrorCode::kOption, {"TrainTestSplit_Signal", "1.5"},
               [] { ParseSplitOptions("TrainTestSplit_Signal=1.5", {"Signal"}); });
   ExpectError(EErrorCode::kOption, {"nTrain_Signal", "-1"}, [] { ParseSplitOptions("nTrain_Signal=-1", {"Signal"}); });
   ExpectError(EErrorCode::kOption, {"Blok", "Block"}, [] { ParseSplitOptions("SplitMode=Blok", {"Signal"}); });
}

TEST(Split, BlockKeepsTreeOrderAndConcatenatesClasses)
{
   const auto r =
      SplitEvents({Unassigned("S", 0, 4), Unassigned("B", 4, 6)}, ParseSplitOptions("SplitMode=Block", {"S", "B"}));
   EXPECT_EQ(r.fTraining, (Ids_t{0, 1, 4, 5, 6}));
   EXPECT_EQ(r.fTesting, (Ids_t{2, 3, 7, 8, 9}));
}

TEST(Split, AlternateInterleavesAndAppendsTheRest)
{
   const auto r =
      SplitEvents({Unassigned("S", 0, 4), Unassigned("B", 4, 8)}, ParseSplitOptions("SplitMode=Alternate", {"S", "B"}));
   EXPECT_EQ(r.fTraining, (Ids_t{0, 4, 2, 6, 8, 10}));
   EXPECT_EQ(r.fTesting, (Ids_t{1, 5, 3, 7, 9, 11}));
}

TEST(Split, AlternateFillsTheTrainingUpFromTheLastTestEvents)
{
   const auto split = [](const std::string &options) {
      return SplitEvents({Unassigned("S", 0, 6)}, ParseSplitOptions("SplitMode=Alternate:" + options, {"S"}));
   };
   EXPECT_EQ(split("").fTraining, (Ids_t{0, 2, 4}));
   EXPECT_EQ(split("").fTesting, (Ids_t{1, 3, 5}));
   EXPECT_EQ(split("nTrain_S=2").fTraining, (Ids_t{0, 2}));
   EXPECT_EQ(split("nTrain_S=2").fTesting, (Ids_t{1, 3, 4, 5}));
   EXPECT_EQ(split("nTrain_S=5").fTraining, (Ids_t{0, 2, 4, 5, 3}));
   EXPECT_EQ(split("nTrain_S=5").fTesting, (Ids_t{1}));
   EXPECT_EQ(split("nTrain_S=6").fTraining, (Ids_t{0, 2, 4, 5, 3, 1}));
   EXPECT_TRUE(split("nTrain_S=6").fTesting.empty());
}

TEST(Split, RequestsTakeTheFirstEventsOfEachHalf)
{
   const auto split = [](const std::string &options) {
      return SplitEvents({Unassigned("S", 0, 10)}, ParseSplitOptions(options, {"S"}));
   };
   const auto block = split("SplitMode=Block:nTrain_S=3:nTest_S=2");
   EXPECT_EQ(block.fTraining, (Ids_t{0, 1, 2}));
   EXPECT_EQ(block.fTesting, (Ids_t{5, 6}));
   const auto alternate = split("SplitMode=Alternate:nTrain_S=3:nTest_S=2");
   EXPECT_EQ(alternate.fTraining, (Ids_t{0, 2, 4}));
   EXPECT_EQ(alternate.fTesting, (Ids_t{1, 3}));
}

TEST(Split, EventsOfTrainingTreesCountForTheRequest)
{
   ClassEvents events = Unassigned("S", 10, 6);
   events.fTraining = {0};
   events.fTesting = {1, 2};
   const auto r = SplitEvents({events}, ParseSplitOptions("SplitMode=Alternate:nTrain_S=3", {"S"}));
   EXPECT_EQ(r.fTraining, (Ids_t{0, 10, 12}));
   EXPECT_EQ(r.fTesting, (Ids_t{1, 2, 11, 13, 14, 15}));
}

TEST(Split, ThreeClassesTakeTurns)
{
   const std::vector<std::string> names = {"A", "B", "C"};
   const auto r = SplitEvents({Unassigned("A", 0, 4), Unassigned("B", 10, 4), Unassigned("C", 20, 8)},
                              ParseSplitOptions("SplitMode=Block:MixMode=Alternate", names));
   EXPECT_EQ(r.fTraining, (Ids_t{0, 10, 20, 1, 11, 21, 22, 23}));
   EXPECT_EQ(r.fTesting, (Ids_t{2, 12, 24, 3, 13, 25, 26, 27}));
}

// A request drops random events and keeps the order of the others: that of the split without it.
TEST(Split, RandomRequestsKeepTheOrder)
{
   const auto split = [](const std::string &options) {
      return SplitEvents({Unassigned("S", 0, 100)}, ParseSplitOptions("MixMode=Block:" + options, {"S"}));
   };
   const auto all = split("nTrain_S=60"), some = split("nTrain_S=30:nTest_S=10");
   ASSERT_EQ(all.fTraining.size(), 60u);
   ASSERT_EQ(some.fTraining.size(), 30u);
   ASSERT_EQ(some.fTesting.size(), 10u);
   const auto isPart = [](const Ids_t &part, const Ids_t &whole) {
      auto next = part.begin();
      for (const auto id : whole)
         next += next != part.end() && *next == id;
      return next == part.end();
   };
   EXPECT_TRUE(isPart(some.fTraining, all.fTraining));
   EXPECT_TRUE(isPart(some.fTesting, all.fTesting));
   EXPECT_NE(some.fTraining, Ids_t(all.fTraining.begin(), all.fTraining.begin() + 30));
   EXPECT_NE(some.fTraining, Ids_t(all.fTraining.end() - 30, all.fTraining.end()));
   EXPECT_FALSE(std::is_sorted(all.fTraining.begin(), all.fTraining.end()));
}

TEST(Split, RandomUsesEveryEventOnceAndDependsOnTheSeedOnly)
{
   const auto split = [](const std::string &options) {
      return SplitEvents({Unassigned("S", 0, 100), Unassigned("B", 100, 50)}, ParseSplitOptions(options, {"S", "B"}));
   };
   const auto a = split("nTrain_S=70");
   const auto b = split("nTrain_S=70");
   EXPECT_EQ(a.fTraining, b.fTraining);
   EXPECT_NE(a.fTraining, split("nTrain_S=70:SplitSeed=1").fTraining);
   EXPECT_EQ(a.fTraining.size(), 95u);
   Ids_t all = a.fTraining;
   all.insert(all.end(), a.fTesting.begin(), a.fTesting.end());
   std::sort(all.begin(), all.end());
   Ids_t expected(150);
   std::iota(expected.begin(), expected.end(), 0u);
   EXPECT_EQ(all, expected);
}

TEST(Split, FractionAndPreselectionScaling)
{
   auto events = Unassigned("S", 0, 100);
   EXPECT_EQ(
      SplitEvents({events}, ParseSplitOptions("TrainTestSplit_S=0.8:nTrain_S=3:nTest_S=3", {"S"})).fTraining.size(),
      80u);
   events.fCutEfficiency = 0.5;
   EXPECT_EQ(SplitEvents({events}, ParseSplitOptions("ScaleWithPreselEff:nTrain_S=60", {"S"})).fTraining.size(), 30u);
}

TEST(Split, TypedEventsStayWhereTheyWerePut)
{
   ClassEvents events;
   events.fName = "S";
   events.fTraining = {0, 1, 2};
   events.fTesting = {3, 4};
   const auto r = SplitEvents({events}, ParseSplitOptions("SplitMode=Block", {"S"}));
   EXPECT_EQ(r.fTraining, (Ids_t{0, 1, 2}));
   EXPECT_EQ(r.fTesting, (Ids_t{3, 4}));
}

TEST(Normalise, FactorsFollowTheModes)
{
   using ENorm = SplitOptions::ENorm;
   const std::vector<Long64_t> n = {100, 50};
   const std::vector<double> sums = {200., 25.};
   EXPECT_EQ(NormFactors(ENorm::kNone, n, sums, {"S", "B"}), (std::vector<double>{1., 1.}));
   EXPECT_EQ(NormFactors(ENorm::kNumEvents, n, sums, {"S", "B"}), (std::vector<double>{0.5, 2.}));
   EXPECT_EQ(NormFactors(ENorm::kEqualNumEvents, n, sums, {"S", "B"}), (std::vector<double>{0.5, 4.}));
   ExpectError(EErrorCode::kData, {"'B'", "NormMode=None"},
               [&] { NormFactors(ENorm::kNumEvents, n, {1., 0.}, {"S", "B"}); });
   EXPECT_NO_THROW(NormFactors(ENorm::kNone, n, {1., 0.}, {"S", "B"}));
}
