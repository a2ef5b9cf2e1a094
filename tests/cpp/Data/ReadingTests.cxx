// Trees to matrices: both ways of reading, cuts, weights, arrays, chains, friends, and what is left of the tree.

#include "Data/TreeReader.hxx"
#include "support/Arrays.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"
#include "support/ToyTree.hxx"

#include "TChain.h"
#include "TLeaf.h"
#include "TorchMVA/DataLoader.hxx"

#include <gtest/gtest.h>

#include <vector>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

/// A file with one tree of all number types, arrays and a string; small baskets, so that there are many.
std::string WriteTypes(const std::string &path, int n, unsigned seed = 1)
{
   TFile file(path.c_str(), "RECREATE");
   auto *tree = new TTree("T", "T"); // the file owns it
   float f = 0;
   double d = 0;
   int i = 0;
   unsigned u = 0;
   short s = 0;
   unsigned short us = 0;
   char c = 0;
   unsigned char uc = 0;
   bool b = false;
   Long64_t l = 0;
   ULong64_t ul = 0;
   float pair[2];
   float v[3];
   int m = 0;
   float jets[5];
   std::vector<float> vec;
   tree->Branch("f", &f, "f/F", 4000);
   tree->Branch("d", &d, "d/D", 5000);
   tree->Branch("i", &i, "i/I", 3000);
   tree->Branch("u", &u, "u/i", 3000);
   tree->Branch("s", &s, "s/S", 3000);
   tree->Branch("us", &us, "us/s", 3000);
   tree->Branch("c", &c, "c/B", 3000);
   tree->Branch("uc", &uc, "uc/b", 3000);
   tree->Branch("b", &b, "b/O", 3000);
   tree->Branch("l", &l, "l/L", 3000);
   tree->Branch("ul", &ul, "ul/l", 3000);
   tree->Branch("pair", pair, "first/F:second/F", 3000);
   tree->Branch("v", v, "v[3]/F", 3000);
   tree->Branch("m", &m, "m/I", 3000);
   tree->Branch("jets", jets, "jets[m]/F", 3000);
   tree->Branch("vec", &vec);
   TRandom3 random(seed);
   for (int e = 0; e < n; ++e) {
      f = random.Gaus();
      d = random.Gaus() * 1e10;
      i = random.Integer(1u << 31) - (1 << 30);
      u = random.Integer(4294967295u);
      s = i % 30000;
      us = u % 60000;
      c = i % 128;
      uc = u % 256;
      b = random.Rndm() < 0.5;
      l = Long64_t(i) * 4000000007LL;
      ul = ULong64_t(u) * 4294967296ULL + u;
      for (auto &x : pair)
         x = random.Rndm();
      for (auto &x : v)
         x = random.Rndm();
      m = random.Integer(6);
      for (auto &x : jets)
         x = random.Rndm();
      vec.assign(m, f);
      tree->Fill();
   }
   tree->Write();
   return path;
}

const std::vector<const char *> kPlain = {"f", "d", "i", "u", "s", "us", "c", "uc", "b", "l", "ul"};

struct ForceFormula {
   ForceFormula() { Internal::ForceFormulaReading() = true; }
   ~ForceFormula() { Internal::ForceFormulaReading() = false; }
};

std::unique_ptr<DataLoader> TypesLoader(TTree *tree, const TString &cut = "",
                                        const TString &options = "SplitMode=Random")
{
   auto loader = std::make_unique<DataLoader>("d");
   for (const char *name : kPlain)
      loader->AddVariable(name);
   loader->AddTarget("d");
   loader->AddTarget("pair.second");
   loader->AddSpectator("l");
   loader->AddSpectator("Entry$");
   loader->AddRegressionTree(tree);
   loader->SetWeightExpression("uc + 1", "Regression");
   loader->PrepareTrainingAndTestTree(TCut(cut), options + ":!Correlations");
   return loader;
}

void ExpectSameSample(const Sample &a, const Sample &b)
{
   EXPECT_TRUE(SameBits(a.fVariables, b.fVariables));
   EXPECT_TRUE(SameBits(a.fTargets, b.fTargets));
   EXPECT_TRUE(SameBits(a.fSpectators, b.fSpectators));
   EXPECT_TRUE(
      SameBits(MatrixView<const float>(a.fWeights, a.Size(), 1), MatrixView<const float>(b.fWeights, b.Size(), 1)));
   EXPECT_TRUE(
      SameBits(MatrixView<const int>(a.fClasses, a.Size(), 1), MatrixView<const int>(b.fClasses, b.Size(), 1)));
}

class Reading : public ::testing::Test {
protected:
   Silence fSilence;
   TempDir fDir;
};

class BothWays : public Reading, public ::testing::WithParamInterface<const char *> {};

} // namespace

TEST_P(BothWays, GiveTheSameBits)
{
   const std::string path = WriteTypes(fDir / "t.root", 20000);
   TFile file(path.c_str());
   auto *tree = file.Get<TTree>("T");
   const auto fast = TypesLoader(tree, GetParam());
   const auto slow = TypesLoader(tree, GetParam());
   const DataSet &a = *fast->GetDataSetInfo().GetDataSet();
   const ForceFormula force;
   const DataSet &b = *slow->GetDataSetInfo().GetDataSet();
   ASSERT_GT(a.GetNTrainingEvents(), 0);
   ExpectSameSample(a.GetSample(Types::kTraining), b.GetSample(Types::kTraining));
   ExpectSameSample(a.GetSample(Types::kTesting), b.GetSample(Types::kTesting));
}

INSTANTIATE_TEST_SUITE_P(Cuts, BothWays,
                         ::testing::Values("", "f > 0", "Entry$ > 15000", "f > 3", "Entry$ < 3 || Entry$ == 12345",
                                           "u > 0 && f*s < 1e9"));

TEST_F(Reading, ValuesAreThoseOfTheTree)
{
   const std::string path = WriteTypes(fDir / "t.root", 5000);
   TFile file(path.c_str());
   auto *tree = file.Get<TTree>("T");
   const auto loader = TypesLoader(tree);
   const Sample sample = loader->GetDataSetInfo().GetDataSet()->GetSample(Types::kTraining);
   float f = 0;
   Long64_t l = 0;
   unsigned char uc = 0;
   tree->SetBranchAddress("f", &f);
   tree->SetBranchAddress("l", &l);
   tree->SetBranchAddress("uc", &uc);
   for (Long64_t i = 0; i < sample.Size(); ++i) {
      tree->GetEntry(static_cast<Long64_t>(sample.fSpectators(i, 1)));
      ASSERT_EQ(sample.fVariables(i, 0), f);
      ASSERT_EQ(sample.fVariables(i, 7), uc);
      ASSERT_EQ(sample.fSpectators(i, 0), static_cast<double>(l));
      ASSERT_NEAR(sample.fWeights[i] / loader->GetDataSetInfo().GetDataSet()->GetNormFactor(0), uc + 1., 1e-4);
   }
}

TEST_F(Reading, TheTreeIsLeftAsItWas)
{
   const std::string path = WriteTypes(fDir / "t.root", 3000);
   TFile file(path.c_str());
   auto *tree = file.Get<TTree>("T");
   float f = -1;
   double d = -1;
   tree->SetBranchAddress("f", &f);
   tree->SetBranchAddress("d", &d);
   tree->SetBranchStatus("i", false);
   tree->GetEntry(7);
   const float f7 = f;
   const double d7 = d;
   DataLoader loader("d");
   for (const char *name : {"f", "i", "d*2"}) // bulk, disabled, formula
      loader.AddVariable(name);
   loader.AddRegressionTree(tree);
   loader.GetDataSetInfo().GetDataSet();
   EXPECT_EQ(f, f7);
   EXPECT_EQ(d, d7);
   EXPECT_EQ(tree->GetReadEntry(), 7);
   EXPECT_FALSE(tree->GetBranchStatus("i"));
   EXPECT_EQ(tree->GetBranch("f")->GetAddress(), reinterpret_cast<char *>(&f));
   for (const Long64_t entry : {0, 2999, 7}) {
      tree->GetEntry(entry);
      ASSERT_EQ(tree->GetLeaf("f")->GetValue(), f);
   }
   EXPECT_EQ(f, f7);
   EXPECT_EQ(d, d7);
   tree->ResetBranchAddresses();
}

TEST_F(Reading, ATreeInMemoryWhoseVariablesAreGone)
{
   auto tree = std::make_unique<TTree>("T", "");
   tree->SetDirectory(nullptr);
   {
      auto x = std::make_unique<float>(0.f);
      tree->Branch("x", x.get(), "x/F");
      for (int i = 0; i < 100; ++i) {
         *x = i;
         tree->Fill();
      }
   } // the address of branch x is stale now, as it often is in Python
   DataLoader loader("d");
   loader.AddVariable("x");
   loader.AddVariable("2*x");
   loader.AddRegressionTree(tree.get());
   loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=None");
   const Sample s = loader.GetDataSetInfo().GetDataSet()->GetSample(Types::kTraining);
   ASSERT_EQ(s.Size(), 50);
   EXPECT_EQ(s.fVariables(49, 0), 49);
   EXPECT_EQ(s.fVariables(49, 1), 98);
   tree->ResetBranchAddresses();
}

TEST_F(Reading, ATreeInAFileThatIsStillBeingWritten)
{
   TFile file((fDir / "w.root").c_str(), "RECREATE");
   auto *tree = new TTree("T", ""); // the file owns it
   float x = 0;
   tree->Branch("x", &x, "x/F", 1000);
   for (int i = 0; i < 5000; ++i) {
      x = i;
      tree->Fill();
   }
   DataLoader loader("d");
   loader.AddVariable("x");
   loader.AddRegressionTree(tree);
   loader.PrepareTrainingAndTestTree("", "SplitMode=Block");
   EXPECT_EQ(loader.GetDataSetInfo().GetDataSet()->GetSample(Types::kTesting).fVariables(2499, 0), 4999);
   x = 5000;
   tree->Fill();
   EXPECT_EQ(tree->GetEntries("x == 5000"), 1);
}

TEST_F(Reading, ADamagedFileIsAnError)
{
   const std::string path = WriteTypes(fDir / "t.root", 20000);
   Long64_t seek = 0;
   {
      TFile file(path.c_str());
      seek = file.Get<TTree>("T")->GetBranch("f")->GetBasketSeek(3);
   }
   std::fstream raw(path, std::ios::in | std::ios::out | std::ios::binary);
   raw.seekp(seek);
   raw << std::string(200, 'x');
   raw.close();
   TFile file(path.c_str());
   DataLoader loader("d");
   loader.AddVariable("f");
   loader.AddRegressionTree(file.Get<TTree>("T"));
   ExpectError(EErrorCode::kFile, {"branch 'f'", "damaged", "t.root"}, [&] { loader.GetDataSetInfo().GetDataSet(); });
}

TEST_F(Reading, AChainEqualsItsTrees)
{
   const std::string a = WriteTypes(fDir / "a.root", 3000, 1);
   const std::string b = WriteTypes(fDir / "b.root", 2000, 2);
   TChain chain("T");
   chain.Add(a.c_str());
   chain.Add(b.c_str());
   chain.SetAlias("twice", "2*f");
   for (const TString cut : {"", "f>0"}) {
      const auto chained = TypesLoader(&chain, cut, "SplitMode=Block");
      chained->AddVariable("twice");
      TFile fileA(a.c_str());
      TFile fileB(b.c_str());
      const auto single = TypesLoader(fileA.Get<TTree>("T"), cut, "SplitMode=Block");
      single->AddVariable("2*f");
      single->AddRegressionTree(fileB.Get<TTree>("T"));
      const Sample x = chained->GetDataSetInfo().GetDataSet()->GetSample(Types::kTesting);
      const Sample y = single->GetDataSetInfo().GetDataSet()->GetSample(Types::kTesting);
      ASSERT_GT(x.Size(), 1000);
      EXPECT_TRUE(SameBits(x.fVariables, y.fVariables));
      EXPECT_TRUE(SameBits(x.fTargets, y.fTargets));
   }
   EXPECT_EQ(chain.GetReadEntry(), -1); // never touched
}

TEST_F(Reading, FriendsAndAliases)
{
   auto tree = MakeToyTree("T", 200);
   auto other = MakeToyTree("F", 200, 3, 5., 9);
   tree->AddFriend(other.get(), "F");
   tree->SetAlias("sum", "x0+x1");
   DataLoader loader("d");
   for (const char *name : {"x0", "sum", "F.x0", "x0 + x1"})
      loader.AddVariable(name);
   loader.AddRegressionTree(tree.get());
   const Sample s = loader.GetDataSetInfo().GetDataSet()->GetSample(Types::kTraining);
   for (Long64_t i = 0; i < s.Size(); ++i)
      ASSERT_EQ(s.fVariables(i, 1), s.fVariables(i, 3));
   EXPECT_NEAR(loader.GetDataSetInfo().GetVariableInfo(2).GetMean(), 5., 0.5);
   tree->RemoveFriend(other.get());
}

TEST_F(Reading, CutsOfTreeAndClassAndTreeWeights)
{
   auto tree = MakeToyTree("T", 1000);
   DataLoader loader("d");
   loader.AddVariable("x0");
   loader.AddVariable("x1");
   loader.AddSpectator("w");
   loader.AddTree(tree.get(), "Signal", 2.0, "x0 > 0");
   loader.AddTree(tree.get(), "Background", 3.0);
   loader.SetWeightExpression("w", "Signal");
   loader.PrepareTrainingAndTestTree("x1 > 0", "x1 < 0", "NormMode=None");
   const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
   EXPECT_NEAR(data.GetNClassEvents(Types::kTraining, 0), 125, 40);
   EXPECT_NEAR(data.GetNClassEvents(Types::kTraining, 1), 250, 40);
   for (const auto type : {Types::kTraining, Types::kTesting}) {
      const Sample s = data.GetSample(type);
      for (Long64_t i = 0; i < s.Size(); ++i) {
         if (s.fClasses[i] == 0) {
            ASSERT_GT(s.fVariables(i, 0), 0);
            ASSERT_GT(s.fVariables(i, 1), 0);
            ASSERT_FLOAT_EQ(s.fWeights[i], 2 * s.fSpectators(i, 0));
         } else {
            ASSERT_LT(s.fVariables(i, 1), 0);
            ASSERT_EQ(s.fWeights[i], 3);
         }
      }
   }
}

TEST_F(Reading, ArrayVariablesMakeOneEventAnElement)
{
   const std::string path = WriteTypes(fDir / "t.root", 500);
   TFile file(path.c_str());
   auto *tree = file.Get<TTree>("T");
   for (const char *array : {"jets", "vec"}) {
      DataLoader loader("d");
      loader.AddVariable(array);
      loader.AddVariable("f");
      loader.AddSpectator("Entry$");
      loader.AddRegressionTree(tree);
      loader.PrepareTrainingAndTestTree("m > 1", "SplitMode=Block:NormMode=None");
      const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
      const Long64_t expected = tree->Draw("jets", "m > 1", "goff");
      EXPECT_EQ(data.GetNEvents(), expected / 2 * 2);
      int m = 0;
      float f = 0;
      tree->SetBranchAddress("m", &m);
      tree->SetBranchAddress("f", &f);
      const Sample s = data.GetSample(Types::kTraining);
      for (Long64_t i = 0; i < s.Size();) {
         tree->GetEntry(static_cast<Long64_t>(s.fSpectators(i, 0)));
         ASSERT_GT(m, 1);
         for (int k = 0; k < m && i < s.Size(); ++k, ++i)
            ASSERT_EQ(s.fVariables(i, 1), f);
      }
      tree->ResetBranchAddresses();
   }
}

TEST_F(Reading, ArrayOfFixedSizeAsVariables)
{
   const std::string path = WriteTypes(fDir / "t.root", 500);
   TFile file(path.c_str());
   auto *tree = file.Get<TTree>("T");
   DataLoader loader("d");
   loader.AddVariable("f");
   loader.AddVariablesArray("v", 3);
   loader.AddVariable("v[1]");
   loader.AddRegressionTree(tree);
   const Sample s = loader.GetDataSetInfo().GetDataSet()->GetSample(Types::kTraining);
   ASSERT_EQ(s.fVariables.fColumns, 5);
   for (Long64_t i = 0; i < s.Size(); ++i)
      ASSERT_EQ(s.fVariables(i, 2), s.fVariables(i, 4));
   DataLoader tooLong("d");
   tooLong.AddVariablesArray("v", 4);
   tooLong.AddRegressionTree(tree);
   ExpectError(EErrorCode::kData, {"'v'", "4 elements", "found 3"}, [&] { tooLong.GetDataSetInfo().GetDataSet(); });
}

TEST_F(Reading, ExplicitTrainingAndTestTrees)
{
   auto training = MakeToyTree("TTrain", 300, 3, 1.);
   auto testing = MakeToyTree("TTest", 100, 3, -1.);
   DataLoader loader("d");
   loader.AddVariable("x0");
   loader.AddTree(training.get(), "Signal", 1., "", Types::kTraining);
   loader.AddTree(testing.get(), "Signal", 1., "", "Test");
   loader.AddBackgroundTree(training.get(), 1., "training");
   loader.AddBackgroundTree(testing.get(), 1., Types::kTesting);
   ExpectError(EErrorCode::kTree, {"Signal", "TTest"}, [&] { loader.AddSignalTree(testing.get()); });
   const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
   EXPECT_EQ(data.GetNClassEvents(Types::kTraining, 0), 300);
   EXPECT_EQ(data.GetNClassEvents(Types::kTesting, 1), 100);
   EXPECT_GT(loader.GetDataSetInfo().GetVariableInfo(0).GetMean(), 0.8);
}

TEST_F(Reading, SingleEventsAndNumbersOfEvents)
{
   DataLoader loader("d");
   loader.AddVariable("x");
   loader.AddVariable("y");
   loader.AddSpectator("s");
   for (int i = 0; i < 10; ++i) {
      loader.AddSignalTrainingEvent({double(i), i * 2., 1e9 + i}, 2.);
      loader.AddBackgroundTestEvent({double(-i), i * 2., 0.});
      loader.AddBackgroundTrainingEvent({double(-i), i * 2., 0.}, 0.5);
      loader.AddSignalTestEvent({1., 2., 3.});
   }
   loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=None");
   const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
   const Event event = data.GetTrainingEvent(9);
   EXPECT_EQ(event.GetValue(1), 18);
   EXPECT_EQ(event.GetSpectator(0), 1e9 + 9);
   EXPECT_EQ(event.GetWeight(), 2);
   EXPECT_EQ(event.GetClass(), 0u);
   auto tree = MakeToyTree("T", 100);
   DataLoader counted("d");
   counted.AddVariable("x0");
   counted.SetInputTrees(tree.get(), "x0 > 0", "x0 < 0");
   counted.PrepareTrainingAndTestTree("", 20, 10);
   EXPECT_EQ(counted.GetDataSetInfo().GetDataSet()->GetNTrainingEvents(), 40);
   counted.PrepareTrainingAndTestTree("", 5, 6, 7, 8);
   EXPECT_EQ(counted.GetDataSetInfo().GetDataSet()->GetNClassEvents(Types::kTesting, 1), 8);
}

TEST_F(Reading, AsciiFiles)
{
   WriteText(fDir / "s.txt", "x0/F:x1/F\n1 2\n3 4\n5 7\n7 8\n");
   WriteText(fDir / "b.txt", "x0/F:x1/F\n-1 2\n-3 4\n-5 7\n-7 8\n");
   DataLoader loader("d");
   loader.AddVariable("x0");
   loader.SetInputTrees(TString(fDir / "s.txt"), TString(fDir / "b.txt"));
   loader.PrepareTrainingAndTestTree("", "SplitMode=Block");
   EXPECT_EQ(loader.GetDataSetInfo().GetDataSet()->GetTestEvent(0).GetValue(0), 5);
}

TEST_F(Reading, ASampleOutlivesItsDataSetAndChangesBuildItAnew)
{
   auto tree = MakeToyTree("T", 100);
   Sample sample;
   std::shared_ptr<const DataSet> shared;
   float first = 0;
   {
      DataLoader loader("d");
      loader.AddVariable("x0");
      loader.AddSpectator("id");
      loader.AddRegressionTree(tree.get());
      shared = loader.GetDataSetInfo().GetSharedDataSet();
      sample = shared->GetSample(Types::kTraining).Slice(10, 5);
      first = sample.fVariables(0, 0);
      loader.AddVariable("x1");
      EXPECT_EQ(loader.GetDataSetInfo().GetDataSet()->GetNVariables(), 2u);
      EXPECT_EQ(shared->GetNVariables(), 1u);
   }
   shared.reset();
   EXPECT_EQ(sample.Size(), 5);
   EXPECT_EQ(sample.fVariables(0, 0), first);
   EXPECT_GT(sample.fWeights[4], 0);
   EXPECT_EQ(sample.fClasses[4], 0);
   ExpectError(EErrorCode::kArgument, {"sample of 5"}, [&] { sample.Slice(3, 3); });
}

TEST_F(Reading, EmptyCutsOfTheThreeArgumentCallAddNoClasses)
{
   auto tree = MakeToyTree("T", 100);
   DataLoader loader("d");
   loader.AddVariable("x0");
   for (const char *name : {"A", "B", "C"})
      loader.AddTree(tree.get(), name);
   loader.PrepareTrainingAndTestTree("", "", "SplitMode=Random");
   EXPECT_EQ(loader.GetDataSetInfo().GetDataSet()->GetNClasses(), 3u);
}
