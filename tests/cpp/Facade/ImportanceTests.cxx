// What Factory says about the variables: ranking of the inputs, permutation importance, trainings on subsets.

#include "ClassExample.hxx"
#include "TorchMVA/Evaluate/ROCCurve.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Method/MethodFisher.hxx"
#include "TorchMVA/Method/MethodVariable.hxx"
#include "TorchMVA/Reader.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include "TH1F.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

using namespace TorchMVA;
using TorchMVA::Test::ClassExample;
using TorchMVA::Test::ExpectError;

namespace {

class ImportanceTest : public ::testing::Test {
protected:
   ImportanceTest() : fFactory("job", "!V:Silent:!Color:!DrawProgressBar:AnalysisType=Classification") {}
   ~ImportanceTest() override { gConfig().SetSilent(kFALSE); }

   /// ROC integral on the test sample of a Fisher discriminant trained on these variables, by a loader of their own.
   double AreaOf(const std::vector<const char *> &variables)
   {
      static int number = 0;
      DataLoader loader(TString::Format("subset%d", ++number));
      for (const char *variable : variables)
         loader.AddVariable(variable);
      loader.AddSignalTree(fExample.fSignal);
      loader.AddBackgroundTree(fExample.fBackground);
      loader.PrepareTrainingAndTestTree("", "nTrain_Signal=1000:nTrain_Background=1000:SplitMode=Random:!V");
      Factory factory("other", "Silent:!ModelPersistence:AnalysisType=Classification");
      factory.BookMethod(&loader, Types::kFisher, "Fisher", "");
      factory.TrainAllMethods();
      factory.TestAllMethods();
      return factory.GetROCIntegral(&loader, "Fisher");
   }

   TorchMVA::Test::WorkingDir fFolder;
   ClassExample fExample;
   std::unique_ptr<DataLoader> fLoader = fExample.MakeLoader("dataset");
   Factory fFactory;
};

} // namespace

TEST_F(ImportanceTest, InputsAreRankedBySeparationBeforeTraining)
{
   gConfig().SetSilent(kFALSE);
   fFactory.BookMethod(fLoader.get(), Types::kFisher, "Fisher", "");
   ::testing::internal::CaptureStdout();
   fFactory.TrainAllMethods();
   std::fflush(stdout);
   const std::string text = ::testing::internal::GetCapturedStdout();
   // values of golden/variable_ranking_separation_training.csv
   std::size_t position = 0;
   for (const char *line :
        {"Ranking input variables (method unspecific)...", "Ranking result (top variable is best",
         "Rank : Variable  : Separation", "   1 : var4      : 3.807e-01", "   2 : var3      : 3.244e-01",
         "   3 : var1      : 2.976e-01", "   4 : var2      : 2.441e-01", "Train method: Fisher"}) {
      const std::size_t found = text.find(line, position);
      ASSERT_NE(found, std::string::npos) << line << "\nis not in its place in\n" << text;
      position = found;
   }
   const Ranking ranking = fFactory.GetInputRanking(fLoader.get());
   EXPECT_STREQ(ranking.GetDiscrName(), "Separation");
   EXPECT_STREQ(ranking.GetRanks().at(0).fVariable, "var4");
   EXPECT_NEAR(ranking.GetRanks().at(0).fValue, 0.380729178, 1e-6);
}

TEST_F(ImportanceTest, InputsOfAMulticlassAndOfARegression)
{
   DataLoader many("many");
   many.AddVariable("var1");
   many.AddVariable("var4");
   many.AddTree(fExample.fSignal, "A");
   many.AddTree(fExample.fBackground, "B");
   many.PrepareTrainingAndTestTree("", "SplitMode=Block:!V");
   Factory multiclass("job", "Silent:AnalysisType=Multiclass");
   const Ranking ofClasses = multiclass.GetInputRanking(&many);
   EXPECT_STREQ(ofClasses.GetRanks().at(0).fVariable, "var4");
   Factory binary("job", "Silent:AnalysisType=Classification");
   EXPECT_NEAR(ofClasses.GetRanks().at(0).fValue, binary.GetInputRanking(&many).GetRanks().at(0).fValue, 1e-12)
      << "each of two classes has the separation of both";

   DataLoader one("one");
   one.AddVariable("var1");
   one.AddVariable("-3*var4");
   one.AddTarget("var4");
   one.AddRegressionTree(fExample.fSignal);
   one.PrepareTrainingAndTestTree("", "SplitMode=Block:!V");
   Factory regression("job", "Silent:AnalysisType=Regression");
   const Ranking ofTarget = regression.GetInputRanking(&one);
   EXPECT_STREQ(ofTarget.GetDiscrName(), "|Correlation with target|");
   EXPECT_STREQ(ofTarget.GetRanks().at(0).fVariable, "-3*var4");
   EXPECT_NEAR(ofTarget.GetRanks().at(0).fValue, 1, 1e-6);
   EXPECT_LT(ofTarget.GetRanks().at(1).fValue, 0.95);
}

TEST_F(ImportanceTest, PermutationIsTheLossOfTheRocIntegral)
{
   auto *fisher = dynamic_cast<MethodFisher *>(fFactory.BookMethod(fLoader.get(), Types::kFisher, "Fisher", ""));
   fFactory.TrainAllMethods();
   const Ranking ranking = fFactory.GetPermutationImportance(fLoader.get(), "Fisher", 5, 1);
   EXPECT_STREQ(ranking.GetDiscrName(), "Loss of ROC integral");
   ASSERT_EQ(ranking.GetRanks().size(), 4u);
   EXPECT_GT(ranking.GetRanks().at(0).fError, 0);

   // The same by hand: a rotation of the column by half the (shuffled) sample is a permutation, too.
   const Sample sample = fLoader->GetDataSetInfo().GetDataSet()->GetSample(Types::kTesting);
   const auto &c = fisher->GetCoefficients();
   const auto area = [&](int moved) {
      std::vector<float> responses;
      for (Long64_t i = 0; i < sample.Size(); ++i) {
         double y = c[0];
         for (int k = 0; k < 4; ++k)
            y += c[k + 1] * sample.fVariables(k == moved ? (i + sample.Size() / 2) % sample.Size() : i, k);
         responses.push_back(static_cast<float>(y));
      }
      return ROCCurve({responses.data(), sample.Size(), 1, sample.fWeights, sample.fClasses}, 0).GetROCIntegral();
   };
   for (const auto &rank : ranking.GetRanks())
      EXPECT_NEAR(rank.fValue, area(-1) - area(rank.fVariable[3] - '1'), 0.03) << rank.fVariable;

   const Ranking same = fFactory.GetPermutationImportance("dataset", "Fisher", 5, 1);
   EXPECT_EQ(same.GetRanks().at(2).fValue, ranking.GetRanks().at(2).fValue);
   ExpectError(EErrorCode::kMethod, {"Fish"}, [&] { fFactory.GetPermutationImportance(fLoader.get(), "Fish"); });
   ExpectError(EErrorCode::kArgument, {}, [&] { fFactory.GetPermutationImportance(fLoader.get(), "Fisher", 0); });
}

TEST_F(ImportanceTest, PrintsTheErrorOfARank)
{
   gConfig().SetSilent(kFALSE);
   Ranking ranking("Net", "Loss of ROC integral");
   ranking.AddRank("x", 0.01, 0.002);
   ranking.AddRank("y", 0.25);
   ::testing::internal::CaptureStdout();
   ranking.Print();
   std::fflush(stdout);
   const std::string text = ::testing::internal::GetCapturedStdout();
   EXPECT_NE(text.find("   1 : y         : 2.500e-01\n"), std::string::npos) << text;
   EXPECT_NE(text.find("   2 : x         : 1.000e-02 +- 2.0e-03\n"), std::string::npos) << text;
}

TEST_F(ImportanceTest, ShortImportanceIsTheLossWithoutAVariable)
{
   gConfig().SetSilent(kFALSE);
   ::testing::internal::CaptureStdout();
   const std::unique_ptr<TH1F> histogram(
      fFactory.EvaluateImportance(fLoader.get(), VIType::kShort, Types::kFisher, "Fisher", ""));
   std::fflush(stdout);
   const std::string text = ::testing::internal::GetCapturedStdout();
   EXPECT_FALSE(gConfig().IsSilent());
   const double all = AreaOf({"var1", "var2", "var3", "var4"});
   const double loss[] = {all - AreaOf({"var2", "var3", "var4"}), all - AreaOf({"var1", "var3", "var4"}),
                          all - AreaOf({"var1", "var2", "var4"}), all - AreaOf({"var1", "var2", "var3"})};
   double sum = 0;
   for (double l : loss)
      sum += std::abs(l);
   EXPECT_STREQ(histogram->GetName(), "vih1");
   ASSERT_EQ(histogram->GetNbinsX(), 4);
   for (int i = 0; i < 4; ++i) {
      EXPECT_NEAR(histogram->GetBinContent(i + 1), 100 * loss[i] / sum, 1e-3) << i;
      EXPECT_NE(text.find(TString::Format("--- var%d = %g %%", i + 1, 100 * loss[i] / sum)), std::string::npos) << text;
   }
   EXPECT_STREQ(histogram->GetXaxis()->GetBinLabel(4), "var4");
   EXPECT_EQ(text.find("Elapsed time"), std::string::npos) << "the trainings are silent";
   EXPECT_FALSE(fFactory.HasMethod("dataset", "Fisher")) << "nothing is booked";
   EXPECT_FALSE(std::filesystem::exists("dataset")) << "nothing is written";
}

TEST_F(ImportanceTest, AllImportanceSumsToOneHundred)
{
   const std::unique_ptr<TH1F> histogram(
      fFactory.EvaluateImportance(fLoader.get(), kAll, Types::kFisher, "Fisher", "VarTransform=N"));
   EXPECT_NEAR(histogram->Integral(), 100, 1e-3);
   int best = histogram->GetMaximumBin();
   EXPECT_STREQ(histogram->GetXaxis()->GetBinLabel(best), "var4");
}

TEST_F(ImportanceTest, WhatCannotBeCompared)
{
   ExpectError(EErrorCode::kArgument, {"kRandom", "11"},
               [&] { fFactory.EvaluateImportance(fLoader.get(), kRandom, Types::kFisher, "Fisher"); });
   ExpectError(EErrorCode::kArgument, {"null"},
               [&] { fFactory.EvaluateImportance(nullptr, kShort, Types::kFisher, "Fisher"); });
   ExpectError(EErrorCode::kMethod, {"SVM"},
               [&] { fFactory.EvaluateImportance(fLoader.get(), kShort, Types::kSVM, "SVM"); });
   Factory regression("job", "Silent:AnalysisType=Regression");
   ExpectError(EErrorCode::kMethod, {"GetPermutationImportance"},
               [&] { regression.EvaluateImportance(fLoader.get(), kShort, Types::kFisher, "Fisher"); });
}

TEST_F(ImportanceTest, EveryVariableAsAMethod)
{
   DataLoader loader("dataset");
   loader.AddVariable("var4");
   loader.AddVariable("ratio := var1/var2");
   loader.AddVariable("-var3/2");
   loader.AddSignalTree(fExample.fSignal);
   loader.AddBackgroundTree(fExample.fBackground);
   loader.PrepareTrainingAndTestTree("", "SplitMode=Random:!V");
   const std::unique_ptr<TFile> output(TFile::Open("out.root", "RECREATE"));
   Factory factory("job", output.get(), "Silent:AnalysisType=Classification");
   factory.EvaluateAllVariables(&loader, "!V");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   factory.EvaluateAllMethods();
   const Sample sample = loader.GetDataSetInfo().GetDataSet()->GetSample(Types::kTesting);
   const auto areaOfColumn = [&](int k) {
      return ROCCurve({sample.fVariables.fData + k, sample.Size(), 3, sample.fWeights, sample.fClasses}, 0)
         .GetROCIntegral();
   };
   EXPECT_NEAR(factory.GetROCIntegral(&loader, "var4"), areaOfColumn(0), 1e-12);
   EXPECT_NEAR(factory.GetROCIntegral(&loader, "ratio"), areaOfColumn(1), 1e-12);
   EXPECT_NEAR(factory.GetROCIntegral(&loader, "_M_var3_D_2"), areaOfColumn(2), 1e-12);
   EXPECT_LT(areaOfColumn(2), 0.5) << "the signal has the smaller values";

   Reader reader("Silent");
   float values[3] = {1, 2, 3};
   reader.AddVariable("var4", &values[0]);
   reader.AddVariable("ratio := var1/var2", &values[1]);
   reader.AddVariable("-var3/2", &values[2]);
   reader.BookMVA("last", "dataset/weights/job__M_var3_D_2.weights.xml");
   EXPECT_EQ(reader.EvaluateMVA("last"), 3);
   ExpectError(EErrorCode::kOption, {"var5"},
               [&] { factory.BookMethod(&loader, Types::kVariable, "V", "Variable=var5"); });
}
