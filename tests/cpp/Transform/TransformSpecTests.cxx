// The spelling of chains of transformations.

#include "ToyEvents.hxx"
#include "Transform/TransformSpec.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <gtest/gtest.h>

using namespace TorchMVA;
using namespace TorchMVA::Internal;

namespace {

TransformContext MakeContext()
{
   TransformContext context;
   context.fVariables = {VariableInfo("x", "", ""), VariableInfo("sum := a + b", "", ""),
                         VariableInfo("max(a,b)", "", "")};
   context.fTargets = {VariableInfo("t", "", ""), VariableInfo("u", "", "")};
   context.fSpectators = {VariableInfo("spec", "", "")};
   context.fClasses = {"Signal", "Background_0", "Background"};
   return context;
}

/// "V0 V1 T0" for a selection.
std::string Describe(const std::vector<Slot> &slots)
{
   std::string text;
   for (const Slot &slot : slots)
      text += std::string(text.empty() ? "" : " ") + "VTS"[slot.fKind] + std::to_string(slot.fIndex);
   return text;
}

} // namespace

TEST(TransformSpec, NoneAndNothingGiveNoStep)
{
   for (const char *spec : {"", "None", " None "})
      EXPECT_TRUE(ParseTransformSpec(spec, MakeContext()).empty()) << spec;
}

TEST(TransformSpec, EverySpellingOfEveryStepIsKnown)
{
   const std::vector<std::pair<ETransform, std::vector<std::string>>> table = {
      {ETransform::kIdentity, {"I", "Ident", "Identity"}},
      {ETransform::kDecorrelate, {"D", "Deco", "Decorrelate"}},
      {ETransform::kPCA, {"P", "PCA"}},
      {ETransform::kNormalize, {"N", "Norm", "Normalise", "Normalize"}},
      {ETransform::kUniform, {"U", "Uniform"}},
      {ETransform::kGauss, {"G", "Gauss"}}};
   for (const auto &[type, spellings] : table) {
      for (const std::string &spelling : spellings) {
         const auto steps = ParseTransformSpec(spelling, MakeContext());
         ASSERT_EQ(steps.size(), 1u) << spelling;
         EXPECT_EQ(steps[0].fType, type) << spelling;
         EXPECT_EQ(steps[0].fReferenceClass, -1) << spelling;
      }
   }
}

TEST(TransformSpec, SelectionsAndClassesAreUnderstood)
{
   struct Case {
      const char *fSpec;
      const char *fSlots;
      int fClass;
   };
   const Case table[] = {{"D", "V0 V1 V2", -1},
                         {"G", "V0 V1 V2", -1},
                         {"N", "V0 V1 V2 T0 T1", -1},
                         {"U", "V0 V1 V2 T0 T1", -1},
                         {"N(_V_)", "V0 V1 V2", -1},
                         {"N(_T_)", "T0 T1", -1},
                         {"G(_S_)", "S0", -1},
                         {"N(_S_,_T1_,_V0_)", "V0 T1 S0", -1},
                         {"N(_V1_,_V1_,_V0_)", "V0 V1", -1},
                         {"N(x, sum)", "V0 V1", -1},
                         {"N(max(a,b),u)", "V2 T1", -1},
                         {"N(spec)", "S0", -1},
                         {"D_Signal", "V0 V1 V2", 0},
                         {"D_Background", "V0 V1 V2", 2},
                         {"D_Background_0", "V0 V1 V2", 1},
                         {"D_AllClasses", "V0 V1 V2", -1},
                         {"Gauss(_V0_)_Background_0", "V0", 1},
                         {" N ( _V0_ ) _Signal ", "V0", 0}};
   for (const Case &c : table) {
      const auto steps = ParseTransformSpec(c.fSpec, MakeContext());
      ASSERT_EQ(steps.size(), 1u) << c.fSpec;
      EXPECT_EQ(Describe(steps[0].fSlots), c.fSlots) << c.fSpec;
      EXPECT_EQ(steps[0].fReferenceClass, c.fClass) << c.fSpec;
      ASSERT_EQ(steps[0].fLabels.size(), steps[0].fSlots.size());
      // What is formatted means the same.
      const auto again = ParseTransformSpec(FormatStepSpec(steps[0], MakeContext()), MakeContext());
      ASSERT_EQ(again.size(), 1u) << c.fSpec;
      EXPECT_EQ(Describe(again[0].fSlots), c.fSlots) << c.fSpec;
      EXPECT_EQ(again[0].fReferenceClass, c.fClass) << c.fSpec;
   }
}

TEST(TransformSpec, ChainsAreSplitOutsideOfParenthesesOnly)
{
   for (const char *spec : {"N(_V0_,_T_)_Signal,D,G", "N(_V0_,_T_)_Signal+D+G", "N(_V0_,_T_)_Signal , D + G"}) {
      const auto steps = ParseTransformSpec(spec, MakeContext());
      ASSERT_EQ(steps.size(), 3u) << spec;
      EXPECT_EQ(steps[0].fType, ETransform::kNormalize);
      EXPECT_EQ(Describe(steps[0].fSlots), "V0 T0 T1");
      EXPECT_EQ(steps[1].fType, ETransform::kDecorrelate);
      EXPECT_EQ(steps[2].fType, ETransform::kGauss);
   }
}

TEST(TransformSpec, MistakesAreNamed)
{
   const std::vector<std::pair<std::string, std::string>> table = {
      {"Gaus", "Gauss"},      // what was meant
      {"X", "\"X\""},         // unknown step
      {"d", "Decorrelate"},   // case counts
      {"None,D", "\"None\""}, // None is no step
      {"D,,G", "separators"}, // nothing between separators
      {"D,", "separators"},
      {"D_Signl", "Signal"}, // unknown class
      {"D_", "name of a class"},
      {"D(_V_)Signal", "\"_\""}, // class without underscore
      {"N(_V3_)", "_V3_"},       // index out of range
      {"N(_T99999999999999999999_)", "number of Targets"},
      {"N(suum)", "'sum'"}, // unknown label
      {"N()", "label"},     // empty selection
      {"N(_V0_", "parentheses"},
      {"N)_V0_(", "parentheses"},
      {"D(_V_,_T_)", "mix"}, // variables and targets
      {"P(_V0_)", "at least two"},
      {"I(_V0_)", "partial"}};
   for (const auto &[spec, word] : table) {
      try {
         ParseTransformSpec(spec, MakeContext());
         FAIL() << spec << " was accepted";
      } catch (const Error &error) {
         EXPECT_EQ(error.GetCode(), EErrorCode::kOption) << spec;
         EXPECT_NE(error.GetMessage().find(word), std::string::npos) << spec << ": " << error.GetMessage();
         EXPECT_NE(std::string(error.what()).find(spec), std::string::npos) << "the chain is not shown: " << spec;
      }
   }
}

TEST(TransformSpec, ASelectionOfNothingIsAnError)
{
   TransformContext context = MakeContext();
   context.fTargets.clear();
   EXPECT_THROW(ParseTransformSpec("N(_T_)", context), Error);
   EXPECT_EQ(Describe(ParseTransformSpec("N", context).at(0).fSlots), "V0 V1 V2");
}

TEST(TransformSpec, DecorrelationOfVeryManyColumnsIsLeftOutAsInTMVA)
{
   TransformContext context;
   for (int i = 0; i < 201; ++i)
      context.fVariables.emplace_back(("v" + std::to_string(i)).c_str(), "", "");
   EXPECT_EQ(ParseTransformSpec("D,G", context).size(), 1u);
   EXPECT_EQ(ParseTransformSpec("U,N", context).size(), 2u); // with a warning
   context.fVariables.pop_back();
   EXPECT_EQ(ParseTransformSpec("D,G", context).size(), 2u);
}
