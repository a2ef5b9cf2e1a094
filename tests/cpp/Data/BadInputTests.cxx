// Trees and options that cannot be used: each gives one Error that says what and where.

#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"
#include "support/ToyTree.hxx"

#include "TError.h"
#include "TorchMVA/DataLoader.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

int gPrinted = 0;
void CountPrints(int level, Bool_t, const char *, const char *)
{
   gPrinted += level >= kWarning;
}

class BadInput : public ::testing::Test {
protected:
   BadInput() : fSignal(MakeToyTree("TS", 100)), fBackground(MakeToyTree("TB", 100, 3, 1., 2)), fLoader("dataset")
   {
      fBefore = SetErrorHandler(CountPrints);
      gPrinted = 0;
      fLoader.AddVariable("x0");
      fLoader.AddSignalTree(fSignal.get());
      fLoader.AddBackgroundTree(fBackground.get());
   }
   ~BadInput() override { SetErrorHandler(fBefore); }
   void ExpectBuildError(EErrorCode code, std::initializer_list<std::string> words)
   {
      ExpectError(code, words, [this] { fLoader.GetDataSetInfo().GetDataSet(); });
      EXPECT_EQ(gPrinted, 0) << "ROOT printed something";
   }
   Silence fSilence;
   std::unique_ptr<TTree> fSignal;
   std::unique_ptr<TTree> fBackground;
   DataLoader fLoader;
   ErrorHandlerFunc_t fBefore;
};

/// A tree with `bad` in x of entry 7 (and 8, if second).
std::unique_ptr<TTree> TreeWith(double bad, bool second = false)
{
   auto tree = std::make_unique<TTree>("TBad", "");
   tree->SetDirectory(nullptr);
   double x = 0;
   tree->Branch("x0", &x);
   for (int i = 0; i < 50; ++i) {
      x = i == 7 || (second && i == 8) ? bad : i;
      tree->Fill();
   }
   tree->ResetBranchAddresses();
   return tree;
}

} // namespace

TEST_F(BadInput, NullAndEmptyTrees)
{
   ExpectError(EErrorCode::kTree, {"Signal", "null"}, [&] { fLoader.AddSignalTree(static_cast<TTree *>(nullptr)); });
   TTree empty("TEmpty", "");
   empty.SetDirectory(nullptr);
   ExpectError(EErrorCode::kTree, {"TEmpty", "empty"}, [&] { fLoader.AddSignalTree(&empty); });
   ExpectError(EErrorCode::kArgument, {"validation"},
               [&] { fLoader.AddTree(fSignal.get(), "Signal", 1., "", "validation"); });
}

TEST_F(BadInput, MissingBranchSuggestsANearOne)
{
   fLoader.AddVariable("X1");
   ExpectBuildError(EErrorCode::kExpression, {"variable", "'X1'", "TS", "memory", "did you mean 'x1'"});
}

TEST_F(BadInput, MissingBranchInsideAnExpression)
{
   fLoader.AddVariable("sqrt(x0*x0 + x7*x7)");
   ExpectBuildError(EErrorCode::kExpression, {"sqrt(x0*x0+x7*x7)", "no branch 'x7'", "did you mean 'x"});
}

TEST_F(BadInput, BrokenCutAndWeight)
{
   fLoader.SetCut("x0 >", "Signal");
   ExpectBuildError(EErrorCode::kExpression, {"cut", "x0 >"});
   fLoader.SetCut("", "Signal");
   fLoader.SetWeightExpression("weigth", "Background");
   ExpectBuildError(EErrorCode::kExpression, {"weight", "weigth", "TB"});
}

TEST_F(BadInput, ClassWithoutEvents)
{
   fLoader.SetCut("x0 > 100", "Background");
   ExpectBuildError(EErrorCode::kData, {"Background", "x0 > 100", "100"});
   fLoader.SetCut("", "Background");
   fLoader.GetDataSetInfo().AddClass("Third");
   ExpectBuildError(EErrorCode::kData, {"Third", "no tree"});
}

TEST_F(BadInput, SplitOptionsAreChecked)
{
   fLoader.PrepareTrainingAndTestTree("", "nTrain_Sgnal=10");
   ExpectBuildError(EErrorCode::kOption, {"nTrain_Sgnal", "did you mean 'nTrain_Signal'"});
   fLoader.PrepareTrainingAndTestTree("", "nTrain_Signal=1000");
   ExpectBuildError(EErrorCode::kData, {"Signal", "1000", "100"});
}

TEST_F(BadInput, NotANumberIsNamedWithTreeAndEntries)
{
   const auto bad = TreeWith(std::nan(""), true);
   fLoader.AddSignalTree(bad.get());
   ExpectBuildError(EErrorCode::kData, {"NaN", "variable 'x0'", "TBad", "2 events", "entries 7, 8"});
   const auto infinite = TreeWith(std::numeric_limits<double>::infinity());
   fLoader.SetSignalTree(infinite.get());
   ExpectBuildError(EErrorCode::kData, {"infinite", "1 event ", "entries 7"});
   const auto big = TreeWith(1e300); // no float
   fLoader.SetSignalTree(big.get());
   ExpectBuildError(EErrorCode::kData, {"variable 'x0'"});
}

TEST_F(BadInput, NotANumberThatTheCutRemovesIsFine)
{
   const auto bad = TreeWith(std::nan(""));
   fLoader.SetSignalTree(bad.get());
   fLoader.SetCut("x0 == x0", "Signal");
   EXPECT_EQ(fLoader.GetDataSetInfo().GetDataSet()->GetNClassEvents(Types::kTraining, 0), 24);
}

TEST_F(BadInput, NotANumberInWeightAndCut)
{
   fLoader.SetWeightExpression("TMath::Sqrt(-1 - x0*x0)", "Signal");
   ExpectBuildError(EErrorCode::kData, {"weight", "TS", "100 events", "..."});
   fLoader.SetWeightExpression("", "Signal");
   fLoader.SetCut("TMath::Sqrt(-1 - x0*x0)", "Signal");
   ExpectBuildError(EErrorCode::kData, {"cut", "TS", "entry: 0"});
}

TEST_F(BadInput, WeightsThatSumToZero)
{
   fLoader.SetWeightExpression("0", "Signal");
   ExpectBuildError(EErrorCode::kData, {"Signal", "positive sum"});
   fLoader.PrepareTrainingAndTestTree("", "NormMode=None");
   EXPECT_NO_THROW(fLoader.GetDataSetInfo().GetDataSet());
}

TEST_F(BadInput, ConstantVariableWarnsConstantTargetThrows)
{
   fLoader.AddVariable("one := 1");
   EXPECT_NO_THROW(fLoader.GetDataSetInfo().GetDataSet());
   EXPECT_EQ(gPrinted, 1);
   gPrinted = 0;
   DataLoader regression("r");
   regression.AddVariable("x0");
   regression.AddTarget("3");
   regression.AddRegressionTree(fSignal.get());
   ExpectError(EErrorCode::kData, {"target '3'", "constant"}, [&] { regression.GetDataSetInfo().GetDataSet(); });
}

TEST_F(BadInput, NoTestEventWarns)
{
   fLoader.PrepareTrainingAndTestTree("", "nTrain_Signal=100:nTrain_Background=100");
   EXPECT_EQ(fLoader.GetDataSetInfo().GetDataSet()->GetNTestEvents(), 0);
   EXPECT_EQ(gPrinted, 1);
}

TEST_F(BadInput, NoVariablesNoTreesWrongEvents)
{
   DataLoader nothing("n");
   ExpectError(EErrorCode::kState, {"no variables"}, [&] { nothing.GetDataSetInfo().GetDataSet(); });
   nothing.AddVariable("x");
   ExpectError(EErrorCode::kState, {"no trees"}, [&] { nothing.GetDataSetInfo().GetDataSet(); });
   fLoader.AddSignalTrainingEvent({1., 2.});
   ExpectBuildError(EErrorCode::kData, {"1 values", "with 2"});
}

TEST_F(BadInput, FilesThatAreNoTables)
{
   const TempDir dir;
   SetErrorHandler([](int, Bool_t, const char *, const char *) {});
   ExpectError(EErrorCode::kFile, {"nothing.txt"}, [&] { fLoader.AddSignalTree(TString(dir / "nothing.txt")); });
}

TEST_F(BadInput, ALaterChangeMakesItWork)
{
   fLoader.SetCut("x0 > 100");
   ExpectBuildError(EErrorCode::kData, {"Signal"});
   fLoader.SetCut("");
   EXPECT_EQ(fLoader.GetDataSetInfo().GetDataSet()->GetNEvents(), 200);
}
