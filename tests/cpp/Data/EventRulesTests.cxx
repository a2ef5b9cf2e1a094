// Which events a job has and with which weights: NaN behind cuts, negative weights, fractions, orders, numbers kept.

#include "ReadingFixture.hxx"
#include "support/Arrays.hxx"
#include "support/ExpectError.hxx"

#include "TChain.h"
#include "TError.h"
#include "TorchMVA/DataLoader.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

std::vector<std::string> gLines;

/// Collects what is printed through ROOT's handler.
class EventRules : public Reading {
protected:
   EventRules() : fBefore(SetErrorHandler([](int, Bool_t, const char *, const char *text) { gLines.push_back(text); }))
   {
      gLines.clear();
   }
   ~EventRules() override { SetErrorHandler(fBefore); }

   static int Lines(const std::string &words)
   {
      return std::count_if(gLines.begin(), gLines.end(), [&](const auto &l) { return l.find(words) != l.npos; });
   }

   ErrorHandlerFunc_t fBefore;
};

/// x = 0, 1, ...; `bad` is NaN where x is a multiple of 10, infinite at 5; v has x % 4 elements, NaN where x is 6.
std::unique_ptr<TTree> TreeWithNaN(int n)
{
   auto tree = std::make_unique<TTree>("TBad", "");
   tree->SetDirectory(nullptr);
   float x = 0;
   float bad = 0;
   int m = 0;
   float v[4];
   tree->Branch("x", &x, "x/F");
   tree->Branch("bad", &bad, "bad/F");
   tree->Branch("m", &m, "m/I");
   tree->Branch("v", v, "v[m]/F");
   for (int i = 0; i < n; ++i) {
      x = i;
      bad = i % 10 == 0 ? std::nan("") : i == 5 ? std::numeric_limits<float>::infinity() : i;
      m = i % 4;
      for (auto &element : v)
         element = i == 6 ? std::nan("") : i;
      tree->Fill();
   }
   tree->ResetBranchAddresses();
   return tree;
}

TString Numbers(const Sample &sample)
{
   TString text;
   for (Long64_t i = 0; i < sample.Size(); ++i)
      text += TString::Format("%s%d", i ? " " : "", static_cast<int>(sample.fVariables(i, 0)));
   return text;
}

} // namespace

TEST_F(EventRules, NaNThatTheCutRemovesIsCountedAndWarnedOf)
{
   const auto tree = TreeWithNaN(100);
   DataLoader loader("d");
   loader.AddVariable("bad");
   loader.AddVariable("2*bad");
   loader.AddSpectator("x");
   loader.AddRegressionTree(tree.get());
   loader.PrepareTrainingAndTestTree("Entry$ % 5 != 0", "SplitMode=Block:!Correlations");
   EXPECT_EQ(loader.GetDataSetInfo().GetDataSet()->GetNEvents(), 80);
   EXPECT_EQ(Lines("variable 'bad' in tree 'TBad' of class 'Regression' with cut 'Entry$ % 5 != 0': 11 events, which "
                   "were all removed by the specified cut, continuing"),
             1);
   EXPECT_EQ(Lines("variable '2*bad' in tree"), 1);
   EXPECT_EQ(Lines(": 11 events, which"), 2);
   EXPECT_EQ(gLines.size(), 2u);
}

TEST_F(EventRules, NaNInElementsThatTheCutRemoves)
{
   const auto tree = TreeWithNaN(20);
   DataLoader loader("d");
   loader.AddVariable("v");
   loader.AddRegressionTree(tree.get());
   loader.PrepareTrainingAndTestTree("x != 6", "SplitMode=Block:!Correlations");
   EXPECT_EQ(loader.GetDataSetInfo().GetDataSet()->GetNEvents(), 28);
   EXPECT_EQ(Lines("variable 'v' in tree 'TBad' of class 'Regression' with cut 'x != 6': 2 events, which"), 1);
}

TEST_F(EventRules, NegativeWeightsAreKeptAndReported)
{
   const auto tree = MakeToyTree("T", 100);
   DataLoader loader("d");
   loader.AddVariable("x0");
   loader.AddSignalTree(tree.get());
   loader.AddBackgroundTree(tree.get());
   loader.SetWeightExpression("Entry$ % 4 == 0 ? -1 : 2", "Signal");
   loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=NumEvents:!Correlations");
   gConfig().SetSilent(kFALSE);
   ::testing::internal::CaptureStdout();
   const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
   const std::string log = ::testing::internal::GetCapturedStdout();
   gConfig().SetSilent(kTRUE);
   EXPECT_TRUE(data.HasNegativeEventWeights(Types::kTraining));
   const Sample training = data.GetSample(Types::kTraining);
   // 13 of -1 and 37 of 2: sum 61, normalised to a mean of 1
   EXPECT_FLOAT_EQ(training.fWeights[0], -50.f / 61);
   EXPECT_FLOAT_EQ(training.fWeights[1], 100.f / 61);
   // 61^2 / (13 + 4 * 37), which the normalisation does not change; 12 and 38 in the test sample: 64^2 / (12 + 4 * 38)
   for (const char *line : {"Signal: 13 of 50 training events have negative weights; effective number of events 23.1",
                            "Signal: 12 of 50 test events have negative weights; effective number of events 25.0"})
      EXPECT_NE(log.find(line), std::string::npos) << log;
   EXPECT_EQ(log.find("Background: 0"), std::string::npos);
}

TEST_F(EventRules, FractionsAndRequestsOfEachClass)
{
   const auto tree = MakeToyTree("T", 100);
   const auto counts = [&](const TString &options, const TCut &cut = "") {
      DataLoader loader("d");
      loader.AddVariable("x0");
      loader.AddTree(tree.get(), "A");
      loader.AddTree(tree.get(), "B_2");
      loader.PrepareTrainingAndTestTree(cut, options + ":!Correlations");
      const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
      std::vector<Long64_t> n;
      for (const UInt_t cls : {0, 1})
         for (const auto type : {Types::kTraining, Types::kTesting})
            n.push_back(data.GetNClassEvents(type, cls));
      return n;
   };
   using Counts_t = std::vector<Long64_t>;
   EXPECT_EQ(counts("TrainTestSplit_A=0.8:nTrain_A=3:nTest_A=4"), (Counts_t{80, 20, 50, 50}));
   EXPECT_EQ(counts("TrainTestSplit_A=0.999:TrainTestSplit_B_2=0.25"), (Counts_t{99, 1, 25, 75}));
   EXPECT_EQ(counts("TrainTestSplit_A=0:nTest_B_2=10"), (Counts_t{50, 50, 90, 10}));
   EXPECT_EQ(counts("nTrain_A=10:nTest_A=10:nTrain_B_2=80:nTest_B_2=40:SplitMode=Random"), (Counts_t{10, 10, 80, 20}));
   EXPECT_EQ(counts("ScaleWithPreselEff:nTrain_A=40:nTest_B_2=60", "Entry$ % 2"), (Counts_t{20, 30, 20, 30}));
   for (const char *bad : {"1", "1.5", "-0.2"})
      ExpectError(EErrorCode::kOption, {"TrainTestSplit_A"}, [&] { counts(TString("TrainTestSplit_A=") + bad); });
}

TEST_F(EventRules, MixModeOrdersTheSamplesOfAnySplit)
{
   auto tree = std::make_unique<TTree>("T", "");
   tree->SetDirectory(nullptr);
   int x = 0;
   tree->Branch("x", &x);
   for (x = 0; x < 12; ++x)
      tree->Fill();
   tree->ResetBranchAddresses();
   const auto order = [&](const TString &options) {
      DataLoader loader("d");
      loader.AddVariable("x");
      loader.AddTree(tree.get(), "A", 1., "x < 4");
      loader.AddTree(tree.get(), "B", 1., "x >= 4");
      loader.PrepareTrainingAndTestTree("", options + ":!Correlations");
      const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
      return Numbers(data.GetSample(Types::kTraining)) + " | " + Numbers(data.GetSample(Types::kTesting));
   };
   EXPECT_EQ(order("SplitMode=Block"), "0 1 4 5 6 7 | 2 3 8 9 10 11");
   EXPECT_EQ(order("SplitMode=Block:MixMode=SameAsSplitMode"), "0 1 4 5 6 7 | 2 3 8 9 10 11");
   EXPECT_EQ(order("SplitMode=Block:MixMode=Alternate"), "0 4 1 5 6 7 | 2 8 3 9 10 11");
   EXPECT_EQ(order("SplitMode=Alternate:MixMode=Block"), "0 2 4 6 8 10 | 1 3 5 7 9 11");
   EXPECT_EQ(order("SplitMode=Alternate"), "0 4 2 6 8 10 | 1 5 3 7 9 11");
   const TString mixed = order("SplitMode=Block:MixMode=Random");
   EXPECT_NE(mixed, order("SplitMode=Block"));
   EXPECT_EQ(mixed, order("SplitMode=Block:MixMode=Random")); // the seed is fixed
   EXPECT_NE(mixed, order("SplitMode=Block:MixMode=Random:SplitSeed=7"));
}

TEST_F(EventRules, EventNumbersUpTo2To53AreExact)
{
   auto tree = std::make_unique<TTree>("T", "");
   tree->SetDirectory(nullptr);
   Long64_t event = 0;
   tree->Branch("event", &event);
   const Long64_t last = 1LL << 53;
   for (int i = 0; i < 20; ++i) {
      event = last - i;
      tree->Fill();
   }
   tree->ResetBranchAddresses();
   DataLoader loader("d");
   loader.AddVariable("x := event - 9007199254740992");
   loader.AddSpectator("event");
   loader.AddSpectator("again := event + 0");
   loader.AddRegressionTree(tree.get());
   loader.PrepareTrainingAndTestTree("", "SplitMode=Block:!Correlations");
   const Sample sample = loader.GetDataSetInfo().GetDataSet()->GetSample(Types::kTraining);
   for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(static_cast<Long64_t>(sample.fSpectators(i, 0)), last - i);
      EXPECT_EQ(static_cast<Long64_t>(sample.fSpectators(i, 1)), last - i);
   }
}

TEST_F(EventRules, ChainsWithFriendsOverSeveralFiles)
{
   const std::string a = WriteTypes(fDir / "a.root", 300, 1);
   const std::string b = WriteTypes(fDir / "b.root", 200, 2);
   TChain chain("T");
   chain.Add(a.c_str());
   chain.Add(b.c_str());
   TChain other("T"); // the same files the other way round
   other.Add(b.c_str());
   other.Add(a.c_str());
   chain.AddFriend(&other, "o");
   DataLoader loader("d");
   for (const char *name : {"f", "o.f", "f - o.f"})
      loader.AddVariable(name);
   loader.AddRegressionTree(&chain);
   loader.PrepareTrainingAndTestTree("", "SplitMode=Block:!Correlations:nTrain_Regression=499");
   const Sample sample = loader.GetDataSetInfo().GetDataSet()->GetSample(Types::kTraining);
   TFile fileA(a.c_str());
   TFile fileB(b.c_str());
   for (const Long64_t entry : {0, 150, 299, 300, 498}) {
      const auto value = [&](Long64_t i, TFile &first, TFile &second, Long64_t n) {
         auto *tree = (i < n ? first : second).Get<TTree>("T");
         float f = 0;
         tree->SetBranchAddress("f", &f);
         tree->GetEntry(i < n ? i : i - n);
         tree->ResetBranchAddresses();
         return f;
      };
      const float mine = value(entry, fileA, fileB, 300);
      const float theirs = value(entry, fileB, fileA, 200);
      EXPECT_EQ(sample.fVariables(entry, 0), mine);
      EXPECT_EQ(sample.fVariables(entry, 1), theirs);
      EXPECT_EQ(sample.fVariables(entry, 2), static_cast<float>(double(mine) - theirs));
   }
}

namespace {

/// Entry i has i % 3 elements of v (i, i + 1) and of jets; the friend `more` has y = 10 i for even i only.
struct Sparse {
   Sparse()
   {
      fTree->SetDirectory(nullptr);
      fMore->SetDirectory(nullptr);
      int i = 0, m = 0;
      float jets[2], y = 0;
      std::vector<float> v;
      fTree->Branch("i", &i);
      fTree->Branch("m", &m);
      fTree->Branch("jets", jets, "jets[m]/F");
      fTree->Branch("v", &v);
      fMore->Branch("i", &i);
      fMore->Branch("y", &y);
      for (i = 0; i < 30; ++i) {
         m = i % 3;
         v.clear();
         for (int k = 0; k < m; ++k) {
            jets[k] = i + k;
            v.push_back(i + k);
         }
         y = 10 * i;
         fTree->Fill();
         if (i % 2 == 0)
            fMore->Fill();
      }
      fTree->ResetBranchAddresses();
      fMore->ResetBranchAddresses();
      fMore->BuildIndex("i");
      fTree->AddFriend(fMore.get());
   }
   ~Sparse() { fTree->RemoveFriend(fMore.get()); }

   std::unique_ptr<TTree> fTree = std::make_unique<TTree>("T", "");
   std::unique_ptr<TTree> fMore = std::make_unique<TTree>("more", "");
};

/// All events but the last.
std::unique_ptr<DataLoader> SparseLoader(TTree *tree, std::vector<const char *> variables, const char *cut = "")
{
   auto loader = std::make_unique<DataLoader>("d");
   for (const char *variable : variables)
      loader->AddVariable(variable);
   loader->AddRegressionTree(tree);
   loader->PrepareTrainingAndTestTree(cut, "nTest_Regression=1:SplitMode=Block:!Correlations:NormMode=None");
   return loader;
}

} // namespace

TEST_F(EventRules, AGuardedElementIsAnEventOfEveryEntry)
{
   const Sparse sparse;
   for (const char *guarded : {"m>0 ? v[0] : -1", "m>0 ? jets[0] : -1", "m==0 ? -1 : v[0]"}) {
      SCOPED_TRACE(guarded);
      const auto loader = SparseLoader(sparse.fTree.get(), {guarded, "i"});
      const Sample sample = loader->GetDataSetInfo().GetDataSet()->GetSample(Types::kTraining);
      ASSERT_EQ(sample.Size(), 29);
      for (int i = 0; i < 29; ++i) {
         EXPECT_EQ(sample.fVariables(i, 0), i % 3 > 0 ? i : -1);
         EXPECT_EQ(sample.fVariables(i, 1), i);
      }
   }
   EXPECT_EQ(gLines.size(), 0u);
   const auto target = SparseLoader(sparse.fTree.get(), {"i"});
   target->AddTarget("m>0 ? v[0] : -1");
   target->SetWeightExpression("m>1 ? v[1] : 1");
   const Sample sample = target->GetDataSetInfo().GetDataSet()->GetSample(Types::kTraining);
   EXPECT_EQ(sample.fTargets(3, 0), -1);
   EXPECT_EQ(sample.fTargets(4, 0), 4);
   EXPECT_EQ(sample.fWeights[5], 6);
   const auto cut = SparseLoader(sparse.fTree.get(), {"i"}, "m==0 || v[0] > 10");
   EXPECT_EQ(cut->GetDataSetInfo().GetDataSet()->GetNEvents(), 10 + 13);
}

/// TTreeFormula reads a branch where it occurs first, also if the entry does not need that: it kept a value of another
/// entry. Each expression is alone, since another may read the branch.
TEST_F(EventRules, ConditionsInAliasesAndSums)
{
   const auto tree = TreeWithNaN(30);
   tree->SetAlias("chosen", "(m>0 ? 5 : x) + x");
   tree->SetAlias("outer", "chosen + 0");
   const auto expected = [](int i) { return (i % 4 > 0 ? 5 : i) + i; };
   const auto build = [&](const char *variable, const std::function<void(DataLoader &)> &add) {
      const auto loader = SparseLoader(tree.get(), {variable, "m"});
      add(*loader);
      return loader->GetDataSetInfo().GetSharedDataSet();
   };
   for (const char *chosen :
        {"chosen", "0*m + chosen", "outer", "Sum$((m>0 ? 5 : x) + x)", "Max$(chosen)", "Alt$(chosen, 0)"}) {
      const auto variable = build(chosen, [](DataLoader &) {});
      const auto target = build("0*m", [&](DataLoader &l) { l.AddTarget(chosen); });
      const auto spectator = build("0*m", [&](DataLoader &l) { l.AddSpectator(chosen); });
      const auto weight =
         build("0*m", [&](DataLoader &l) { l.SetWeightExpression("1+" + TString(chosen), "Regression"); });
      const auto cut = build("0*m", [&](DataLoader &l) { l.SetCut(chosen + TString(" > 24")); });
      for (int i = 0; i < 29; ++i) {
         SCOPED_TRACE(chosen + std::string(" in entry ") + std::to_string(i));
         ASSERT_EQ(variable->GetSample(Types::kTraining).fVariables(i, 0), expected(i));
         ASSERT_EQ(target->GetSample(Types::kTraining).fTargets(i, 0), expected(i));
         ASSERT_EQ(spectator->GetSample(Types::kTraining).fSpectators(i, 0), expected(i));
         ASSERT_EQ(weight->GetSample(Types::kTraining).fWeights[i], expected(i) + 1);
      }
      EXPECT_EQ(cut->GetNEvents(), 7 + 4) << chosen; // 21, 22, 23, 25, ... and 16, 20, ...
   }
}

TEST_F(EventRules, EntriesThatGiveNoEventAreSaid)
{
   const Sparse sparse;
   const auto build = [&](std::vector<const char *> variables, const char *cut = "") {
      gLines.clear();
      const auto loader = SparseLoader(sparse.fTree.get(), std::move(variables), cut);
      return loader->GetDataSetInfo().GetDataSet()->GetNEvents();
   };
   EXPECT_EQ(build({"v[0]", "i"}), 20);
   EXPECT_EQ(Lines("tree 'T' of class 'Regression': 10 of 30 entries give no event, since variable 'v[0]' asks for an "
                   "element"),
             1);
   EXPECT_EQ(Lines("entry 0 is the first"), 1);
   EXPECT_EQ(build({"v[0]", "jets[1]"}), 10); // not of different lengths
   EXPECT_EQ(Lines("10 of 30 entries give no event, since variable 'v[0]'"), 1);
   EXPECT_EQ(Lines("20 of 30 entries give no event, since variable 'jets[1]'"), 1);
   EXPECT_EQ(build({"more.y", "i"}), 15);
   EXPECT_EQ(Lines("15 of 30 entries give no event, since variable 'more.y'"), 1);
   EXPECT_EQ(Lines("entry 1 is the first"), 1);
   EXPECT_EQ(build({"Alt$(more.y, -1)", "i"}), 30);
   EXPECT_EQ(build({"i"}, "more.y >= 0"), 15);
   EXPECT_EQ(Lines("15 of 30 entries do not pass, since the cut 'more.y >= 0'"), 1);
   for (const char *text : {"v[m-1] > 5 ? 1 : 2", "v[m-1] > -1 && i < 0", "jets[m-1] > 5", "(v[m-1] > 5) + 1"}) {
      EXPECT_EQ(build({text, "i"}), 20) << text; // the comparison does not hide the element
      EXPECT_EQ(Lines("10 of 30 entries give no event, since variable '"), 1);
   }
   for (const char *cut : {"v[m-1] > -1", "!(v[m-1] > 100)"}) {
      EXPECT_EQ(build({"i"}, cut), 20);
      EXPECT_EQ(Lines("10 of 30 entries do not pass, since the cut '" + std::string(cut) + "'"), 1);
   }
   EXPECT_EQ(build({"m>1 ? v[m-2]>0 : -1", "i"}), 30);
   EXPECT_EQ(build({"jets"}), 30); // two of ten entries, one of ten: that is what jets are
   EXPECT_TRUE(gLines.empty());
   EXPECT_EQ(build({"more.y", "i"}, "i % 2 == 0"), 15); // the variable decides first
   ExpectError(EErrorCode::kData, {"'jets' and 'more.y'"}, [&] { build({"jets", "more.y"}); });
}

TEST_F(EventRules, TheTableHasTheEntriesThatGiveNoEvent)
{
   const Sparse sparse;
   gConfig().SetSilent(kFALSE);
   ::testing::internal::CaptureStdout();
   SparseLoader(sparse.fTree.get(), {"jets"})->GetDataSetInfo().GetDataSet();
   const std::string log = ::testing::internal::GetCapturedStdout();
   gConfig().SetSilent(kTRUE);
   EXPECT_NE(log.find("Regression -- entries without an event    : 10"), std::string::npos) << log;
   EXPECT_NE(log.find("10 of 30 entries give no event, since variable 'jets' has no elements there"),
             std::string::npos);
}

TEST_F(EventRules, MissingElementsOverSeveralFiles)
{
   const std::string a = WriteTypes(fDir / "a.root", 300, 1), b = WriteTypes(fDir / "b.root", 200, 2);
   TChain chain("T");
   chain.Add(a.c_str());
   chain.Add(b.c_str());
   const auto none = chain.Draw("i", "m == 0", "goff");
   ASSERT_GT(none, 20);
   const auto build = [&](const char *variable) {
      gLines.clear();
      return SparseLoader(&chain, {variable, "f"})->GetDataSetInfo().GetDataSet()->GetNEvents();
   };
   EXPECT_EQ(build("vec[0]"), 500 - none);
   EXPECT_EQ(Lines(std::to_string(none) + " of 500 entries give no event, since variable 'vec[0]'"), 1);
   EXPECT_EQ(build("vec[m-1]>0 ? 1 : 2"), 500 - none);
   EXPECT_EQ(Lines(std::to_string(none) + " of 500 entries give no event, since variable 'vec[m-1]>0"), 1);
   EXPECT_EQ(build("m>0 ? vec[0] : -1"), 500);
   EXPECT_TRUE(gLines.empty());
}

namespace {

/// time: 1.7e9 and a Gaussian of 100; small: that Gaussian; number: a whole number of nine digits; run: six digits.
std::unique_ptr<TTree> TreeWithTimes(int n)
{
   auto tree = std::make_unique<TTree>("T", "");
   tree->SetDirectory(nullptr);
   double time = 0, small = 0;
   float single = 0;
   int number = 0, run = 0;
   double v[2];
   tree->Branch("time", &time);
   tree->Branch("small", &small);
   tree->Branch("single", &single);
   tree->Branch("number", &number);
   tree->Branch("run", &run);
   tree->Branch("v", v, "v[2]/D");
   TRandom3 random(3);
   for (int i = 0; i < n; ++i) {
      small = random.Gaus(0, 100);
      time = 1.7e9 + small;
      single = static_cast<float>(time);
      number = 987654321 + 4 * (i % 50);
      run = 355000 + i;
      v[0] = small;
      v[1] = time;
      tree->Fill();
   }
   tree->ResetBranchAddresses();
   return tree;
}

} // namespace

TEST_F(EventRules, NumbersThatAFloatCannotHoldAreSaid)
{
   for (const int n : {60, 5000}) {
      SCOPED_TRACE(n);
      const auto tree = TreeWithTimes(n);
      const auto build = [&](const std::function<void(DataLoader &)> &declare) {
         gLines.clear();
         DataLoader loader("d");
         declare(loader);
         loader.AddRegressionTree(tree.get());
         loader.PrepareTrainingAndTestTree("", "SplitMode=Block:!Correlations");
         loader.GetDataSetInfo().GetDataSet();
      };
      build([](DataLoader &l) {
         l.AddVariable("time");
         l.AddVariable("time+0");
         l.AddVariable("number");
         l.AddVariablesArray("v", 2);
         l.AddTarget("time");
         l.AddSpectator("time"); // a double
      });
      EXPECT_EQ(Lines("Variable 'time' is kept as a float, which has steps of 128 at 1.7e+09: of "), 1);
      EXPECT_EQ(Lines("Subtract an offset: 'time-1700000000'"), 2);
      EXPECT_EQ(Lines("Variable 'time+0'"), 1);
      EXPECT_EQ(Lines("'(time+0)-1700000000'"), 1);
      EXPECT_EQ(Lines("Variable 'number' is kept as a float, which has steps of 64"), 1);
      EXPECT_EQ(Lines("Variable 'v[1]'"), 1);
      EXPECT_EQ(Lines("Target 'time'"), 1);
      EXPECT_EQ(gLines.size(), 5u);
      build([](DataLoader &l) {
         for (const char *variable : {"time-1700000000", "small", "single", "run", "small*1e30", "1/small", "run/3."})
            l.AddVariable(variable);
      });
      EXPECT_TRUE(gLines.empty()) << gLines.front();
   }
   gLines.clear();
   DataLoader events("d");
   events.AddVariable("time");
   for (int i = 0; i < 40; ++i)
      events.AddSignalTrainingEvent({1.7e9 + i});
   for (int i = 0; i < 10; ++i)
      events.AddSignalTestEvent({1.7e9 + i});
   events.GetDataSetInfo().GetDataSet();
   EXPECT_EQ(Lines("Variable 'time' is kept as a float"), 1);
}

/// However many they are; and beside a tree.
TEST_F(EventRules, SingleEventsThatAFloatCannotHoldAreSaid)
{
   const auto tree = TreeWithTimes(500);
   const auto build = [&](const char *variable, double offset, int n) {
      gLines.clear();
      DataLoader loader("d");
      loader.AddVariable("i := " + TString(variable));
      loader.AddTarget(variable);
      loader.AddSpectator("number");
      loader.AddRegressionTree(tree.get());
      for (int i = 0; i < n; ++i) {
         const std::vector<double> event = {offset + i, offset + i % 100, 1.0 * i};
         i % 4 ? loader.AddTrainingEvent("Regression", event, 1) : loader.AddTestEvent("Regression", event, 1);
      }
      loader.PrepareTrainingAndTestTree("", "SplitMode=Block:!Correlations");
      loader.GetDataSetInfo().GetDataSet();
   };
   build("time", 1.7e9, 3000);
   EXPECT_EQ(Lines("Variable 'time' is kept as a float, which has steps of 128 at 1.7e+09"), 1);
   EXPECT_EQ(Lines("Target 'time' is kept as a float"), 1);
   EXPECT_EQ(gLines.size(), 2u);
   build("small", 0, 3000);
   EXPECT_TRUE(gLines.empty()) << gLines.front();
}

TEST_F(EventRules, AClassOfNegativeWeightIsAnError)
{
   const auto tree = MakeToyTree("T", 100);
   const auto build = [&](const TString &norm, const TString &weight, const char *cut = "") {
      DataLoader loader("d");
      loader.AddVariable("x0");
      loader.AddSignalTree(tree.get());
      loader.AddBackgroundTree(tree.get());
      loader.SetWeightExpression(weight, "Background");
      loader.PrepareTrainingAndTestTree(cut, "SplitMode=Block:!Correlations:NormMode=" + norm);
      loader.GetDataSetInfo().GetDataSet();
   };
   for (const char *norm : {"None", "NumEvents", "EqualNumEvents"}) {
      SCOPED_TRACE(norm);
      ExpectError(EErrorCode::kData, {"class 'Background'", "-10.0"}, [&] { build(norm, "id < 30 ? -1 : 1"); });
      EXPECT_NO_THROW(build(norm, "id < 30 ? -1 : 1", "id >= 10")); // 20 of -1 and 25 of 1 for training
      ExpectError(EErrorCode::kData, {"class 'Background'"}, [&] { build(norm, "id < 60 ? 1 : -1", "id >= 50"); });
      EXPECT_NO_THROW(build(norm, "id < 20 ? -1 : 1"));
   }
   gLines.clear();
   build("None", "id < 50 ? 1 : -1"); // the test sample
   EXPECT_EQ(
      Lines("class 'Background' has a negative sum of weights, -50, in the test sample: its efficiencies in the test "
            "sample are not meaningful"),
      1);
}
