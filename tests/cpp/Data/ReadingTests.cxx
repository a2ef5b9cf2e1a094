// Trees to matrices: all ways of reading give the same bits and leave the tree as it was.

#include "Data/TreeReader.hxx"
#include "ReadingFixture.hxx"
#include "support/Arrays.hxx"
#include "support/ExpectError.hxx"

#include "TChain.h"
#include "TLeaf.h"
#include "TMemFile.h"
#include "TorchMVA/DataLoader.hxx"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <vector>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

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

/// Plain branches only, some of them twice.
std::unique_ptr<DataLoader> PlainLoader(TTree *tree, const TString &cut)
{
   auto loader = std::make_unique<DataLoader>("d");
   for (const char *name : kPlain)
      loader->AddVariable(name);
   loader->AddTarget("d");
   loader->AddSpectator("l");
   loader->AddRegressionTree(tree);
   loader->SetWeightExpression("uc", "Regression");
   loader->PrepareTrainingAndTestTree(TCut(cut), "SplitMode=Random:!Correlations");
   return loader;
}

void ExpectSameAsFormulas(TTree *tree, const TString &cut)
{
   const auto fast = PlainLoader(tree, cut);
   const auto slow = PlainLoader(tree, cut);
   const DataSet &a = *fast->GetDataSetInfo().GetDataSet();
   const ForceFormula force;
   const DataSet &b = *slow->GetDataSetInfo().GetDataSet();
   ASSERT_GT(a.GetNTrainingEvents(), 0);
   ExpectSameSample(a.GetSample(Types::kTraining), b.GetSample(Types::kTraining));
   ExpectSameSample(a.GetSample(Types::kTesting), b.GetSample(Types::kTesting));
}

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

TEST_F(Reading, PlainBranchesFromSeveralThreads)
{
   for (const int compression : {0, 101, 404}) {
      const std::string path = WriteTypes(fDir / "t.root", 70000, 1, compression);
      TFile file(path.c_str());
      for (const char *cut : {"", "f > 0", "Entry$ > 50000", "Entry$ < 3 || Entry$ == 45678"}) {
         SCOPED_TRACE(std::to_string(compression) + " " + cut);
         ExpectSameAsFormulas(file.Get<TTree>("T"), cut);
      }
   }
}

TEST_F(Reading, AFileInMemoryIsReadAgainAndAgain)
{
   const std::string path = WriteTypes(fDir / "t.root", 20000);
   std::ifstream stream(path, std::ios::binary);
   const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
   TMemFile file("memory.root", TMemFile::ZeroCopyView_t(bytes.data(), bytes.size()));
   for (const char *cut : {"", "f > 0", "Entry$ > 15000"})
      ExpectSameAsFormulas(file.Get<TTree>("T"), cut);
}

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
