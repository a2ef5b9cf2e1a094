// Weight files of kBDT: hand-made ones in TMVA's layout, whose responses are computed by hand, and damaged ones.

#include "Method/ToyBDT.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include "TInterpreter.h"
#include "TROOT.h"

#include <cmath>
#include <limits>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

std::string Option(const std::string &name, const std::string &value)
{
   return "<Option name=\"" + name + "\" modified=\"Yes\">" + value + "</Option>";
}

std::string Leaf(const char *pos, const std::string &res, const std::string &purity, const std::string &type)
{
   return std::string("<Node pos=\"") + pos +
          "\" depth=\"1\" NCoef=\"0\" IVar=\"-1\" Cut=\"0.0000000000000000e+00\" cType=\"1\" res=\"" + res +
          "\" rms=\"0\" purity=\"" + purity + "\" nType=\"" + type + "\"/>";
}

std::string Cut(const char *pos, int variable, const std::string &cut, const std::string &cutType,
                const std::string &children)
{
   return std::string("<Node pos=\"") + pos + "\" depth=\"0\" NCoef=\"0\" IVar=\"" + std::to_string(variable) +
          "\" Cut=\"" + cut + "\" cType=\"" + cutType +
          "\" res=\"-9.9e+01\" rms=\"0\" purity=\"5.0e-01\" nType=\"0\">" + children + "</Node>";
}

std::string Tree(int number, const std::string &boostWeight, const std::string &root)
{
   return "<BinaryTree type=\"DecisionTree\" boostWeight=\"" + boostWeight + "\" itree=\"" + std::to_string(number) +
          "\">" + root + "</BinaryTree>";
}

/// x >= 0.5: right; below it y < 1: right (cType 0).
const std::string kFirstTree =
   Cut("s", 0, "5.0e-01", "1",
       Cut("l", 1, "1.0e+00", "0", Leaf("l", "0.25", "0.2", "-1") + Leaf("r", "-0.5", "0.7", "1")) +
          Leaf("r", "0.75", "0.9", "1"));
const std::string kSecondTree =
   Cut("s", 1, "0.0e+00", "1", Leaf("l", "-0.125", "0.4", "-1") + Leaf("r", "0.375", "0.6", "1"));
const float kRows[][2] = {{0.5f, 0}, {0.4f, 1}, {0.4f, 0.5f}, {-3, -2}};
// leaf values of the two trees for these rows
const double kResponse[][2] = {{0.75, 0.375}, {0.25, 0.375}, {-0.5, 0.375}, {-0.5, -0.125}};
const double kType[][2] = {{1, 1}, {-1, 1}, {1, 1}, {1, -1}};
const double kPurity[][2] = {{0.9, 0.6}, {0.2, 0.6}, {0.7, 0.6}, {0.7, 0.4}};

const std::string kTwoTrees = "<Weights NTrees=\"2\" AnalysisType=\"1\">" + Tree(0, "1.5", kFirstTree) +
                              Tree(1, "0.5", kSecondTree) + "</Weights>";

struct ReadMethod {
   explicit ReadMethod(const std::string &text) : fMethod(fInfo, "")
   {
      gConfig().SetSilent(kTRUE);
      fMethod.SetupMethod();
      fMethod.ReadStateFromXMLString(text.c_str());
   }
   std::vector<float> Evaluate(UInt_t nResponses = 1) const
   {
      std::vector<float> responses(4 * nResponses);
      fMethod.Evaluate(kRows[0], 4, responses.data());
      return responses;
   }
   DataSetInfo fInfo;
   MethodBDT fMethod;
};

std::string Replaced(std::string text, const std::string &from, const std::string &to)
{
   const auto at = text.find(from);
   EXPECT_NE(at, std::string::npos) << from;
   return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

} // namespace

TEST(BDTFile, GradientBoostedTreesOfTwoClasses)
{
   const ReadMethod read(BDTFile("Classification", Option("BoostType", "Grad"), kTwoTrees));
   EXPECT_EQ(read.fMethod.GetNTrees(), 2u);
   EXPECT_EQ(read.fMethod.GetSignalReferenceCut(), 0);
   const auto responses = read.Evaluate();
   for (int i = 0; i < 4; ++i) {
      const double sum = kResponse[i][0] + kResponse[i][1];
      EXPECT_NEAR(responses[i], 2 / (1 + std::exp(-2 * sum)) - 1, 1e-6) << i;
   }
}

TEST(BDTFile, AdaBoostIsTheWeightedMeanOfTypesOrPurities)
{
   for (const bool yesNo : {true, false}) {
      const ReadMethod read(BDTFile("Classification",
                                    Option("BoostType", "AdaBoost") + Option("UseYesNoLeaf", yesNo ? "True" : "False"),
                                    kTwoTrees));
      const auto responses = read.Evaluate();
      const auto &leaves = yesNo ? kType : kPurity;
      for (int i = 0; i < 4; ++i)
         EXPECT_NEAR(responses[i], (1.5 * leaves[i][0] + 0.5 * leaves[i][1]) / 2, 1e-6) << yesNo << " " << i;
   }
}

TEST(BDTFile, RegressionStartsWithTheFirstBoostWeight)
{
   const ReadMethod read(BDTFile("Regression", Option("BoostType", "Grad"), kTwoTrees, 1));
   const auto responses = read.Evaluate();
   for (int i = 0; i < 4; ++i)
      EXPECT_NEAR(responses[i], 1.5 + kResponse[i][0] + kResponse[i][1], 1e-6) << i;
}

TEST(BDTFile, MulticlassTreesBelongToTheClassesInTurn)
{
   const std::string third = Cut("s", 0, "0", "1", Leaf("l", "1", "0", "1") + Leaf("r", "2", "0", "1"));
   std::string weights = "<Weights NTrees=\"6\" AnalysisType=\"1\">";
   const std::string trees[] = {kFirstTree, kSecondTree, third, kSecondTree, third, third};
   for (int t = 0; t < 6; ++t)
      weights += Tree(t, "1", trees[t]);
   const ReadMethod read(BDTFile("Multiclass", Option("BoostType", "Grad"), weights + "</Weights>", 3));
   const auto responses = read.Evaluate(3);
   for (int i = 0; i < 4; ++i) {
      const double leaf = kRows[i][0] >= 0 ? 2 : 1;
      const double f[] = {kResponse[i][0] + kResponse[i][1], kResponse[i][1] + leaf, 2 * leaf};
      const double sum = std::exp(f[0]) + std::exp(f[1]) + std::exp(f[2]);
      for (int k = 0; k < 3; ++k)
         EXPECT_NEAR(responses[3 * i + k], std::exp(f[k]) / sum, 1e-6) << i << " " << k;
   }
}

TEST(BDTFile, OptionsOfOldVersionsAreKnown)
{
   const std::string options =
      Option("BoostType", "Grad") + Option("UseWeightedTrees", "True") + Option("PruneBeforeBoost", "False") +
      Option("RenormByClass", "False") + Option("UseNTrainEvents", "1800") + Option("GradBaggingFraction", "0.6") +
      Option("PruneMethod", "CostComplexity") + Option("nEventsMin", "10") + Option("NNodesMax", "100000");
   EXPECT_EQ(ReadMethod(BDTFile("Classification", options, kTwoTrees)).fMethod.GetNTrees(), 2u);
   ExpectError(EErrorCode::kOption, {"UseWeightedTrees"}, [] {
      const auto info = MakeToyInfo(Types::kClassification, 100);
      BookToyBDT(*info, Types::kClassification, "UseWeightedTrees");
   });
}

TEST(BDTFile, OptionsThatOnlyATrainingNeedsMayHaveForeignValues)
{
   const std::string grad = Option("BoostType", "Grad");
   const auto expected = ReadMethod(BDTFile("Classification", grad, kTwoTrees)).Evaluate();
   const std::pair<const char *, const char *> foreign[] = {{"UseNvars", "None"},
                                                            {"UseNvars", "sqrt"},
                                                            {"MaxDepth", "-1"},
                                                            {"NTrees", "None"},
                                                            {"nCuts", "1e400"},
                                                            {"SeparationType", "friedman_mse"},
                                                            {"Shrinkage", "1e999"},
                                                            {"V", "None"},
                                                            {"UseWeightedTrees", "maybe"},
                                                            {"H", "None"},
                                                            {"UseYesNoLeaf", "None"},
                                                            {"VerbosityLevel", "None"}};
   for (const auto &[name, value] : foreign) {
      const auto options = grad + Option(name, value);
      EXPECT_EQ(ReadMethod(BDTFile("Classification", options, kTwoTrees)).Evaluate(), expected) << name << "=" << value;
   }
   for (const auto &[name, value] : {std::pair("BoostType", "xgb"), {"CreateMVAPdfs", "None"}})
      ExpectError(EErrorCode::kOption, {name, value},
                  [&, text = Option(name, value)] { ReadMethod(BDTFile("Classification", grad + text, kTwoTrees)); });
   ExpectError(EErrorCode::kOption, {"UseYesNoLeaf"}, [&] { // says what the leaves are; BoostType may come after it
      const auto options = Option("UseYesNoLeaf", "None") + Option("BoostType", "AdaBoost");
      ReadMethod(BDTFile("Classification", options, kTwoTrees));
   });
   ExpectError(EErrorCode::kOption, {"objective"}, [&] {
      ReadMethod(BDTFile("Classification", grad + Option("objective", "binary:logistic"), kTwoTrees));
   });
}

TEST(BDTFile, EveryVariableMayBeMissing)
{
   const ReadMethod read(BDTFile("Regression", Option("BoostType", "Grad"), kTwoTrees, 1));
   const float nan = std::numeric_limits<float>::quiet_NaN();
   const float row[] = {nan, nan}; // where small values go: y < 1 in the first tree, y < 0 in the second
   float response = 0;
   read.fMethod.Evaluate(row, 1, &response);
   EXPECT_NEAR(response, 1.5 - 0.5 - 0.125, 1e-6);
}

TEST(BDTFile, StandaloneClassesGiveTheSameResponses)
{
   const TempDir folder;
   int number = 0;
   for (const char *boost : {"Grad", "AdaBoost"}) {
      const ReadMethod read(BDTFile("Classification", Option("BoostType", boost), kTwoTrees));
      const std::string path = folder / (std::string(boost) + ".C"), space = "Standalone" + std::to_string(++number);
      read.fMethod.MakeClass(path.c_str());
      // the class has the title's name, so each goes into a namespace of its own
      const std::string text = "#include <cmath>\n#include <iostream>\n#include <string>\n#include <vector>\n"
                               "#undef IClassifierReader__def\nnamespace " +
                               space + " {\n#include \"" + path +
                               "\"\ndouble Evaluate(const float *x) { std::vector<std::string> names = {\"x\", \"y\"}; "
                               "ReadOld reader(names); return reader.GetMvaValue({x[0], x[1]}); }\n}\n";
      ASSERT_TRUE(gInterpreter->Declare(text.c_str()));
      const auto evaluate = reinterpret_cast<double (*)(const float *)>(
         gROOT->ProcessLine(("reinterpret_cast<long>(&" + space + "::Evaluate);").c_str()));
      ASSERT_NE(evaluate, nullptr);
      const auto responses = read.Evaluate();
      for (int i = 0; i < 4; ++i)
         EXPECT_NEAR(evaluate(kRows[i]), responses[i], 1e-7) << boost << " " << i;
   }
   ExpectError(EErrorCode::kMethod, {"Regression"}, [&] {
      ReadMethod(BDTFile("Regression", Option("BoostType", "Grad"), kTwoTrees, 1))
         .fMethod.MakeClass((folder / "r.C").c_str());
   });
}

TEST(BDTFile, PreselectionsThatCutNothingAreRead)
{
   const std::string good = BDTFile("Classification", Option("BoostType", "Grad"), kTwoTrees);
   const auto with = [&good](const std::string &attributes) {
      return Replaced(good, "AnalysisType=\"1\">", "AnalysisType=\"1\" " + attributes + ">");
   };
   std::string all; // as TMVA writes them
   for (const char *where : {"LowBkg", "LowSig", "HighBkg", "HighSig"})
      for (const char *variable : {"Var0", "Var1"})
         all += std::string("Preselection") + where + variable + "=\"0\" Preselection" + where + variable +
                "Value=\"1.5000000000000000e+00\" ";
   EXPECT_EQ(ReadMethod(with(all)).Evaluate(), ReadMethod(good).Evaluate());
   for (const auto &[attributes, word] : std::vector<std::pair<std::string, std::string>>{
           {"PreselectionHighSigVar1=\"1\" PreselectionHighSigVar1Value=\"0\"", "DoPreselection"},
           {"PreselectionLowBkgVar0Value=\"nan\"", "PreselectionLowBkgVar0Value"},
           {"PreselectionLowBkgVar0Value=\"x\"", "PreselectionLowBkgVar0Value"},
           {"PreselectionScaleValue=\"2\"", "not known here"},
           {"Preselection=\"0\"", "not known here"},
           {"Value=\"0\"", "not known here"}})
      ExpectError(EErrorCode::kWeightFile, {word}, [&, text = with(attributes)] { ReadMethod read(text); });
}

TEST(BDTFile, DamagedTreesAreRefusedWithTheirNumber)
{
   const std::string grad = Option("BoostType", "Grad");
   const std::string good = BDTFile("Classification", grad, kTwoTrees);
   EXPECT_NO_THROW(ReadMethod read(good));
   struct Damage {
      std::string fText, fWord, fOther;
   };
   for (const Damage &damage :
        {Damage{Replaced(good, "NTrees=\"2\"", "NTrees=\"2000000000\""), "NTrees", "found 2"},
         Damage{Replaced(good, "itree=\"1\"", "itree=\"7\""), "itree", "tree: 1"},
         Damage{Replaced(good, "IVar=\"1\"", "IVar=\"2\""), "IVar from 0 to 1, found 2", "tree: 0"},
         Damage{Replaced(good, "Cut=\"5.0e-01\"", "Cut=\"nan\""), "finite Cut", "nan"},
         Damage{Replaced(good, "res=\"0.375\"", "res=\"inf\""), "finite res", "tree: 1"},
         Damage{Replaced(good, "pos=\"r\"", "pos=\"l\""), "one child with", "pos=\"l\""},
         Damage{Replaced(good, Leaf("r", "0.75", "0.9", "1"), ""), "two children", "tree: 0"},
         Damage{Replaced(good, "NCoef=\"0\"", "NCoef=\"3\""), "UseFisherCuts", "tree: 0"},
         Damage{Replaced(good, "AnalysisType=\"1\"", "AnalysisType=\"1\" PreselectionLowBkgVar1=\"1\""),
                "DoPreselection", "PreselectionLowBkgVar1"},
         Damage{Replaced(good, "</Weights>", "<Scale/></Weights>"), "expected <BinaryTree>", "found <Scale>"},
         Damage{Replaced(good, Leaf("r", "0.75", "0.9", "1"),
                         Cut("r", 0, "1", "1", Leaf("l", "0", "0", "1") + Leaf("r", "0", "0", "1"))
                            .replace(Cut("r", 0, "1", "1", "").find("nType=\"0\""), 9, "nType=\"1\"")),
                "leaf without elements", "found <Node>"},
         Damage{BDTFile("Classification", grad, ""), "<Weights>", "none"},
         Damage{BDTFile("Regression", Option("BoostType", "AdaBoostR2"), kTwoTrees, 1), "Grad", "AdaBoostR2"}})
      ExpectError(EErrorCode::kWeightFile, {damage.fWord, damage.fOther}, [&] { ReadMethod read(damage.fText); });
}
