// Labels, internal names and the lists of DataSetInfo.

#include "support/ExpectError.hxx"
#include "support/ToyTree.hxx"

#include "TH2.h"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <gtest/gtest.h>

#include <cfloat>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;
using TorchMVA::Test::Silence;

namespace {
struct NameCase {
   const char *fText, *fLabel, *fExpression, *fInternal;
};
class Names : public ::testing::TestWithParam<NameCase> {};
} // namespace

TEST_P(Names, FollowTheRules)
{
   const VariableInfo info(GetParam().fText, "", "");
   EXPECT_STREQ(info.GetLabel(), GetParam().fLabel);
   EXPECT_STREQ(info.GetExpression(), GetParam().fExpression);
   EXPECT_STREQ(info.GetInternalName(), GetParam().fInternal);
   EXPECT_STREQ(info.GetTitle(), GetParam().fLabel);
   EXPECT_EQ(info.GetMin(), FLT_MAX);
   EXPECT_EQ(info.GetMax(), -FLT_MAX);
}

INSTANTIATE_TEST_SUITE_P(Rules, Names,
                         ::testing::Values(NameCase{"var1", "var1", "var1", "var1"},
                                           NameCase{"sum := a + b", "sum", "a+b", "sum"},
                                           NameCase{"a+b", "a+b", "a+b", "a_P_b"},
                                           NameCase{"a - b*c / d", "a-b*c/d", "a-b*c/d", "a_M_b_T_c_D_d"},
                                           NameCase{"v[2]", "v[2]", "v[2]", "v_2_"},
                                           NameCase{"TMath::Abs(x)", "TMath::Abs(x)", "TMath::Abs(x)", "TMath_Abs_x_"},
                                           NameCase{"(a<b)&&!c", "(a<b)&&!c", "(a<b)&&!c", "_a_b____c"}));

TEST(VariableInfo, GivenRangeAndTitleAreKept)
{
   const VariableInfo info("x", "X axis", "GeV", 'I', -1, 2);
   EXPECT_STREQ(info.GetTitle(), "X axis");
   EXPECT_EQ(info.GetMin(), -1);
   EXPECT_EQ(info.GetMax(), 2);
   EXPECT_EQ(info.GetVarType(), 'I');
}

TEST(DataSetInfo, ArraysAreVariablesOfTheirOwn)
{
   DataSetInfo info("d");
   info.AddVariable("x");
   info.AddVariablesArray("v", 3);
   EXPECT_EQ(info.GetNVariables(), 4u);
   EXPECT_FALSE(info.IsVariableFromArray(0));
   EXPECT_TRUE(info.IsVariableFromArray(3));
   EXPECT_EQ(info.GetVarArraySize("v"), 3);
   EXPECT_EQ(info.GetVarArraySize("x"), 0);
   EXPECT_STREQ(info.GetVariableInfo(2).GetInternalName(), "v[1]");
   EXPECT_STREQ(info.GetVariableInfo(2).GetTitle(), "[1]");
   EXPECT_EQ(info.FindVarIndex("v[1]"), 2);
   ExpectError(EErrorCode::kArgument, {"v[7]", "v["}, [&] { info.FindVarIndex("v[7]"); });
   ExpectError(EErrorCode::kArgument, {"size"}, [&] { info.AddVariablesArray("v", 0); });
}

TEST(DataSetInfo, SignalIsTheClassOfThatName)
{
   const Silence silence;
   DataSetInfo info("d");
   EXPECT_EQ(info.GetSignalClassIndex(), 0u);
   info.AddClass("Background");
   info.AddClass("Signal");
   EXPECT_EQ(info.GetSignalClassIndex(), 1u);
   EXPECT_EQ(info.AddClass("Background").GetNumber(), 0u);
   EXPECT_EQ(info.GetClassInfo("Other"), nullptr);
   EXPECT_EQ(info.GetClassInfo(7), nullptr);
}

TEST(DataSetInfo, WeightsAndCutsReachTheRightClasses)
{
   const Silence silence;
   DataSetInfo binary("d");
   binary.SetWeightExpression("w");
   EXPECT_EQ(binary.GetNClasses(), 0u); // nobody has named one
   binary.AddClass("Signal");
   binary.AddClass("Background");
   EXPECT_STREQ(binary.GetClassInfo("Background")->GetWeight(), "w");
   binary.AddCut("x>0");
   binary.AddCut("y>0", "Signal");
   EXPECT_STREQ(binary.GetClassInfo("Signal")->GetCut().GetTitle(), "(x>0)&&(y>0)");
   EXPECT_TRUE(binary.HasCuts());
   DataSetInfo regression("d");
   regression.AddClass("Regression");
   regression.SetWeightExpression("w");
   EXPECT_EQ(regression.GetNClasses(), 1u);
   EXPECT_STREQ(regression.GetClassInfo(0)->GetWeight(), "w");
   DataSetInfo several("d");
   several.AddClass("Signal");
   several.SetWeightExpression("w");
   several.SetWeightExpression("2*w", "W");
   EXPECT_STREQ(several.AddClass("Z").GetWeight(), "w"); // also a class that comes later
   EXPECT_STREQ(several.GetClassInfo("W")->GetWeight(), "2*w");
   EXPECT_EQ(several.GetClassInfo("Background"), nullptr);
}

TEST(DataSetInfo, WithoutABuilderThereAreNoEvents)
{
   DataSetInfo info("d");
   ExpectError(EErrorCode::kState, {"'d'"}, [&] { info.GetDataSet(); });
}

TEST(DataSetInfo, CorrelationHistogramIsInPercentAndOwnedByTheCaller)
{
   DataSetInfo info("d");
   info.AddVariable("x");
   info.AddVariable("y");
   TMatrixD m(2, 2);
   m(0, 0) = m(1, 1) = 1;
   m(0, 1) = m(1, 0) = -0.256;
   const std::unique_ptr<TH2> hist(info.CreateCorrelationMatrixHist(m, "h", "t"));
   EXPECT_EQ(hist->GetBinContent(1, 1), 100);
   EXPECT_EQ(hist->GetBinContent(1, 2), -25); // cut off, not rounded
   EXPECT_EQ(hist->GetBinContent(2, 1), -25);
   EXPECT_EQ(hist->GetDirectory(), nullptr);
   for (const TAxis *axis : {hist->GetXaxis(), hist->GetYaxis()}) {
      EXPECT_STREQ(axis->GetBinLabel(1), "x");
      EXPECT_STREQ(axis->GetBinLabel(2), "y");
   }
   ExpectError(EErrorCode::kState, {"correlation"}, [&] { info.CreateCorrelationMatrixHist(TMatrixD(), "h", "t"); });
}
