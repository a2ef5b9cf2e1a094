#include "TorchMVA/Output/OutputFile.hxx"

#include "Evaluate/GoldenLD.hxx"
#include "Output/GoldenKeys.hxx"
#include "TBranch.h"
#include "TFile.h"
#include "TGraph.h"
#include "TH2.h"
#include "TKey.h"
#include "TProfile.h"
#include "TRandom3.h"
#include "TTree.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Transform/TransformPipeline.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

using namespace TorchMVA;
using namespace TorchMVATest;
using namespace TorchMVA::Test;

namespace {

/// A data set made of given rows; columns of targets come after those of variables.
std::shared_ptr<DataSet> MakeDataSet(const std::vector<float> &rows, int nVariables, int nTargets, int nSpectators,
                                     const std::vector<int> &classes, Long64_t nTraining, UInt_t nClasses)
{
   const Long64_t n = classes.size();
   SharedMatrix<float> variables(n, nVariables), targets(n, nTargets), weights(n, 1);
   SharedMatrix<double> spectators(n, nSpectators);
   SharedMatrix<int> numbers(n, 1);
   for (Long64_t i = 0; i < n; ++i) {
      const float *row = rows.data() + i * (nVariables + nTargets);
      std::copy_n(row, nVariables, variables.View().Row(i));
      std::copy_n(row + nVariables, nTargets, targets.View().Row(i));
      for (int k = 0; k < nSpectators; ++k)
         spectators.View()(i, k) = static_cast<double>(i) + 0.5 * k;
      weights.Data()[i] = 1.F + static_cast<float>(i % 2) * 0.5F;
      numbers.Data()[i] = classes[i];
   }
   return std::make_shared<DataSet>(variables, targets, spectators, weights, numbers, nTraining, nClasses,
                                    std::vector<double>(nClasses, 1.0));
}

/// Weights of 1, as in the golden jobs.
void UseUnitWeights(const DataSet &data)
{
   for (auto type : {Types::kTraining, Types::kTesting}) {
      const Sample sample = data.GetSample(type);
      std::fill_n(const_cast<float *>(sample.fWeights), sample.Size(), 1.F);
   }
}

} // namespace

class GoldenOutput : public ::testing::Test {
protected:
   void SetUp() override
   {
      for (const char *name : {"var1", "var2", "var3", "var4"})
         fInfo.AddVariable(name, name, "");
      fTraining = ReadGoldenFisher("train");
      fTest = ReadGoldenFisher("test");
      fTraining.fVariables.insert(fTraining.fVariables.end(), fTest.fVariables.begin(), fTest.fVariables.end());
      std::vector<int> classes = fTraining.fClasses;
      classes.insert(classes.end(), fTest.fClasses.begin(), fTest.fClasses.end());
      TMatrixD correlations(4, 4);
      correlations.UnitMatrix();
      correlations(0, 1) = -0.5;
      for (const char *name : {"Signal", "Background"})
         fInfo.AddClass(name);
      const Long64_t nTraining = fTraining.fClasses.size();
      fInfo.SetBuilder([=](DataSetInfo &info) {
         for (const char *name : {"Signal", "Background"})
            info.GetClassInfo(TString(name))->SetCorrelationMatrix(correlations);
         auto data = MakeDataSet(fTraining.fVariables, 4, 0, 0, classes, nTraining, 2);
         UseUnitWeights(*data);
         return data;
      });
   }
   DataSetInfo fInfo{"dataset"};
   GoldenSample fTraining, fTest;
   TorchMVA::Test::TempDir fFolder;
};

TEST_F(GoldenOutput, DataSetInformation)
{
   TFile file((fFolder / "out.root").c_str(), "RECREATE");
   std::vector<TransformPipeline> pipelines;
   std::vector<const TransformPipeline *> views;
   for (const char *spec : {"I", "D", "P", "G,D"}) {
      pipelines.push_back(TransformPipeline::Parse(spec, TransformContext::From(fInfo)));
      pipelines.back().FitTransform(fInfo.GetDataSet()->GetSample(Types::kTraining));
   }
   for (const TransformPipeline &pipeline : pipelines)
      views.push_back(&pipeline);
   WriteDataSetInformation(MakeDataSetDirectory(&file, "dataset"), fInfo, Types::kClassification, views);

   EXPECT_EQ(ExpectGoldenKeys(file, "output_file_keys.tsv", "dataset/CorrelationMatrix"), 2);
   EXPECT_EQ(ExpectGoldenKeys(file, "output_file_keys.tsv", "dataset/InputVariables_"), 4 * (1 + 8 + 1 + 24));
   std::set<std::string> paths;
   ListKeys(&file, "", paths);
   EXPECT_EQ(paths.size(), 1u + 2u + 4u * 34u); // and nothing else
   auto *correlation = file.Get<TH2>("dataset/CorrelationMatrixS");
   EXPECT_EQ(correlation->GetBinContent(1, 2), -50); // percent
   auto *signal = file.Get<TH1>("dataset/InputVariables_Id/var1__Signal_Id");
   EXPECT_EQ(signal->GetEntries(), 1000);
   EXPECT_EQ(signal->Integral(), 1000);
   auto *profile = file.Get<TProfile>("dataset/InputVariables_Id/CorrelationPlots/prof_var2_vs_var1_Signal_Id");
   EXPECT_GT(profile->GetBinContent(30), profile->GetBinContent(10)); // var1 and var2 are correlated
}

TEST_F(GoldenOutput, ClassificationHistograms)
{
   TFile file((fFolder / "out.root").c_str(), "RECREATE");
   TDirectory *const before = gDirectory;
   TDirectory *directory = MakeMethodDirectory(&file, "dataset", "Fisher", "Fisher");
   EXPECT_STREQ(directory->GetMotherDir()->GetTitle(), "Directory for all Fisher methods");
   const ScoredSample test = fTest.View(), training = fTraining.View();
   for (int pass = 0; pass < 2; ++pass) { // the second time replaces the first
      WriteMethodStrings(directory, "dataset/weights/x.weights.xml");
      WriteClassificationHistograms(directory, "Fisher", test, &training, 0);
      WriteVariablePlots(directory, fInfo, fInfo.GetDataSet()->GetSample(Types::kTesting), "");
   }
   EXPECT_EQ(gDirectory, before);
   for (TObject *object : *directory->GetList())
      EXPECT_TRUE(object->InheritsFrom(TDirectory::Class())) << object->GetName() << " stayed in memory";
   std::set<std::string> paths;
   ListKeys(directory, "", paths);
   EXPECT_EQ(static_cast<int>(paths.size()),
             ExpectGoldenKeys(file, "output_file_keys.tsv", "dataset/Method_Fisher/Fisher/"));

   auto *response = directory->Get<TH1>("MVA_Fisher_S");
   EXPECT_NEAR(response->Integral("width"), 1, 1e-12);
   auto *efficiency = directory->Get<TH1>("MVA_Fisher_effS");
   EXPECT_DOUBLE_EQ(efficiency->GetBinContent(1), 1);
   auto *rejection = directory->Get<TH1>("MVA_Fisher_rejBvsS"),
        *inverse = directory->Get<TH1>("MVA_Fisher_invBeffvsSeff");
   for (int i = 50; i <= 100; ++i)
      EXPECT_NEAR(inverse->GetBinContent(i), 1 / (1 - rejection->GetBinContent(i)), 1e-9);
}

TEST(Output, ResponseHistogramsAreWeightedDensitiesWithTheirErrors)
{
   // signal: 2 at 0 and 1 + 3 at 0.51; background: 2 at 0.51 and 3 + 4 at 1, the upper edge, which is inside
   const float responses[] = {0, 0.51F, 0.51F, 0.51F, 1, 1}, weights[] = {2, 1, 3, 2, 3, 4};
   const int classes[] = {0, 0, 0, 1, 1, 1};
   const ScoredSample test{responses, 6, 1, weights, classes};
   const ScoredSample training{responses, 5, 1, weights, classes};
   const TorchMVA::Test::TempDir folder;
   TFile file((folder / "out.root").c_str(), "RECREATE");
   WriteClassificationHistograms(&file, "Net", test, &training, 0);
   const double width = (1 + 1e-5) / 40;
   const auto expect = [&](const char *name, int bin, double weight, double squares, double sum) {
      const auto *histogram = file.Get<TH1>(name);
      ASSERT_NE(histogram, nullptr) << name;
      EXPECT_EQ(histogram->GetNbinsX(), 40);
      EXPECT_NEAR(histogram->GetBinContent(bin), weight / (sum * width), 1e-9) << name << bin;
      EXPECT_NEAR(histogram->GetBinError(bin), std::sqrt(squares) / (sum * width), 1e-9) << name << bin;
   };
   expect("MVA_Net_S", 1, 2, 4, 6);
   expect("MVA_Net_S", 21, 4, 10, 6);
   expect("MVA_Net_S", 40, 0, 0, 6);
   expect("MVA_Net_B", 21, 2, 4, 9);
   expect("MVA_Net_B", 40, 7, 25, 9);
   expect("MVA_Net_Train_S", 21, 4, 10, 6);
   expect("MVA_Net_Train_B", 40, 3, 9, 5);
}

TEST_F(GoldenOutput, TrainingCurveHasTheCutsOfTheTestSample)
{
   TFile file((fFolder / "out.root").c_str(), "RECREATE");
   const ScoredSample test = fTest.View(), training = fTraining.View();
   WriteClassificationHistograms(&file, "Fisher", test, &training, 0);
   const auto sorted = [](const ScoredSample &sample, int cls) {
      std::vector<double> responses;
      for (Long64_t i = 0; i < sample.fN; ++i)
         if (sample.Class(i) == cls)
            responses.push_back(sample.Response(i));
      std::sort(responses.begin(), responses.end(), std::greater<>());
      return responses;
   };
   // background of the training sample above the cut that keeps a fraction of some sample's signal
   const std::vector<double> background = sorted(training, 1);
   const auto efficiency = [&background](const std::vector<double> &signal, double fraction) {
      const double cut = signal.at(static_cast<std::size_t>(fraction * signal.size()));
      const auto above = std::count_if(background.begin(), background.end(), [cut](double y) { return y >= cut; });
      return static_cast<double>(above) / background.size();
   };
   const std::vector<double> ofTest = sorted(test, 0), ofTraining = sorted(training, 0);
   auto *curve = file.Get<TH1>("MVA_Fisher_trainingEffBvsS"), *rejection = file.Get<TH1>("MVA_Fisher_trainingRejBvsS");
   double largest = 0;
   for (int i = 1; i <= 100; ++i) {
      const double fraction = curve->GetBinCenter(i);
      EXPECT_NEAR(curve->GetBinContent(i), efficiency(ofTest, fraction), 0.005) << fraction;
      EXPECT_NEAR(curve->GetBinContent(i) + rejection->GetBinContent(i), 1, 1e-12);
      largest = std::max(largest, std::abs(efficiency(ofTest, fraction) - efficiency(ofTraining, fraction)));
   }
   EXPECT_GT(largest, 0.01) << "the two definitions cannot be told apart here";
}

TEST_F(GoldenOutput, EventTrees)
{
   TFile file((fFolder / "out.root").c_str(), "RECREATE");
   TDirectory *directory = MakeDataSetDirectory(&file, "dataset");
   std::vector<MethodResponses> methods;
   for (const char *title : {"Second", "First", "Third"})
      methods.push_back({title, {}, fTest.fResponses.data(), fTraining.fResponses.data()});
   methods[2].fTraining = nullptr;
   WriteEventTrees(directory, *fInfo.GetDataSet(), fInfo, methods);
   WriteEventTrees(directory, *fInfo.GetDataSet(), fInfo, methods);
   file.Close();

   TFile in((fFolder / "out.root").c_str());
   auto *test = in.Get<TTree>("dataset/TestTree"), *train = in.Get<TTree>("dataset/TrainTree");
   ASSERT_TRUE(test && train);
   EXPECT_EQ(in.GetDirectory("dataset")->GetListOfKeys()->GetSize(), 2);
   EXPECT_EQ(test->GetEntries(), 10000);
   EXPECT_EQ(train->GetEntries(), 2000);
   std::vector<std::string> branches;
   for (TObject *branch : *test->GetListOfBranches())
      branches.push_back(branch->GetTitle());
   EXPECT_EQ(branches, (std::vector<std::string>{"classID/I", "className/C", "var1/F", "var2/F", "var3/F", "var4/F",
                                                 "weight/F", "First/F", "Second/F", "Third/F"}));
   EXPECT_EQ(train->GetBranch("Third"), nullptr);
   // first row of golden/output/output_trees.txt
   Int_t cls = -1;
   Float_t var1 = 0, fisher = 0;
   char name[100] = "";
   test->SetBranchAddress("classID", &cls);
   test->SetBranchAddress("className", name);
   test->SetBranchAddress("var1", &var1);
   test->SetBranchAddress("First", &fisher);
   test->GetEntry(2);
   EXPECT_EQ(cls, 1);
   EXPECT_STREQ(name, "Background");
   EXPECT_FLOAT_EQ(var1, -1.39180493F);
   EXPECT_NEAR(fisher, -0.535301208, 1e-6);
}

TEST(OutputFile, ArraysTargetsAndLeafLists)
{
   const TorchMVA::Test::TempDir folder;
   DataSetInfo info("d");
   info.AddVariablesArray("pixels", 3);
   info.AddVariable("x");
   info.AddTarget("t1");
   info.AddSpectator("eventID");
   info.AddSpectator("half");
   info.AddSpectator("large");
   info.AddClass("Regression");
   const std::vector<float> rows = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}; // 2 events x (4 + 1)
   const auto data = MakeDataSet(rows, 4, 1, 3, {0, 0}, 1, 1);
   for (const auto type : {Types::kTraining, Types::kTesting}) {
      auto *spectators = const_cast<double *>(data->GetSample(type).fSpectators.fData);
      spectators[0] = std::nan("");                                      // no reason for a double
      spectators[2] = type == Types::kTesting ? std::nan("") : 16777217; // the first whole number that no float holds
   }
   const std::vector<float> test = {0.1F, 0.2F}, training = {0.3F, 0.4F};
   TFile file((folder / "out.root").c_str(), "RECREATE");
   WriteEventTrees(MakeDataSetDirectory(&file, "d"), *data, info,
                   {{"M", {"A:1/2", "B"}, test.data(), training.data()}});
   auto *tree = file.Get<TTree>("d/TestTree");
   EXPECT_STREQ(tree->GetBranch("pixels")->GetTitle(), "pixels[3]/F");
   EXPECT_STREQ(tree->GetBranch("eventID")->GetTitle(), "eventID/F");
   EXPECT_STREQ(tree->GetBranch("large")->GetTitle(), "large/D");
   EXPECT_EQ(file.Get<TTree>("d/TrainTree")->GetEntries("large == 16777217"), 1);
   EXPECT_EQ(tree->GetEntries("TMath::IsNaN(eventID) && TMath::IsNaN(large)"), 1);
   EXPECT_EQ(tree->GetBranch("M")->GetListOfLeaves()->GetEntries(), 2);
   EXPECT_STREQ(tree->GetBranch("M")->GetListOfLeaves()->At(0)->GetName(), "A_1_2"); // which could divide the list
   float pixels[3], x, target, spectator, m[2], weight;
   tree->SetBranchAddress("pixels", pixels);
   tree->SetBranchAddress("x", &x);
   tree->SetBranchAddress("t1", &target);
   tree->SetBranchAddress("half", &spectator);
   tree->SetBranchAddress("weight", &weight);
   tree->SetBranchAddress("M", m);
   tree->GetEntry(0);
   EXPECT_EQ(pixels[0], 6);
   EXPECT_EQ(pixels[2], 8);
   EXPECT_EQ(x, 9);
   EXPECT_EQ(target, 10);
   EXPECT_EQ(spectator, 1.5F);
   EXPECT_EQ(weight, 1.5F);
   EXPECT_EQ(m[0], 0.1F);
   EXPECT_EQ(m[1], 0.2F);
}

TEST(OutputFile, TwoBranchesOfOneNameAreSaid)
{
   const TorchMVA::Test::TempDir folder;
   DataSetInfo info("d");
   info.AddVariable("x");
   info.AddVariable("weight");
   info.AddClass("Signal");
   const auto data = MakeDataSet({1, 2, 3, 4}, 2, 0, 0, {0, 0}, 1, 1);
   const float response = 0.5F;
   TFile file((folder / "out.root").c_str(), "RECREATE");
   testing::internal::CaptureStderr();
   WriteEventTrees(MakeDataSetDirectory(&file, "d"), *data, info, {{"x", {}, &response, &response}});
   const std::string said = testing::internal::GetCapturedStderr();
   for (const char *name : {"\"x\"", "\"weight\""}) {
      const auto at = said.find(std::string("TestTree and TrainTree have two branches ") + name);
      EXPECT_NE(at, std::string::npos) << said;
      EXPECT_EQ(said.find(name, at + 60), std::string::npos) << said; // once
   }
}

TEST(OutputFile, MulticlassObjects)
{
   const TorchMVA::Test::TempDir folder;
   TRandom3 random(1);
   std::vector<float> responses;
   std::vector<int> classes;
   for (int i = 0; i < 600; ++i) {
      classes.push_back(i % 3);
      for (int c = 0; c < 3; ++c)
         responses.push_back(static_cast<float>(random.Uniform(c == i % 3 ? 0.3 : 0, 1)));
   }
   const MulticlassSample sample{{responses.data(), 600, 3}, nullptr, classes.data()};
   TFile file((folder / "out.root").c_str(), "RECREATE");
   TDirectory *directory = MakeMethodDirectory(&file, "d", "PyTorch", "Net");
   WriteMulticlassHistograms(directory, "Net", {"S", "B", "C"}, sample, &sample);
   EXPECT_EQ(directory->GetListOfKeys()->GetSize(), 2 * (9 + 3 + 6));
   auto *histogram = directory->Get<TH1>("MVA_Net_Test_B_prob_for_S");
   ASSERT_NE(histogram, nullptr);
   EXPECT_EQ(histogram->GetEntries(), 200);
   EXPECT_DOUBLE_EQ(histogram->GetXaxis()->GetXmin(), -0.0002);
   EXPECT_DOUBLE_EQ(histogram->GetXaxis()->GetXmax(), 1.0002);
   for (const char *name : {"MVA_Net_Train_rejBvsS_C", "MVA_Net_Test_1v1rejBvsS_S_vs_B"}) {
      auto *graph = directory->Get<TGraph>(name);
      ASSERT_NE(graph, nullptr) << name;
      EXPECT_STREQ(graph->GetName(), name);
      EXPECT_EQ(graph->GetX()[0], 0);
   }
}

TEST(OutputFile, RegressionObjectsAreTMVAs)
{
   const TorchMVA::Test::TempDir folder;
   const GoldenLDJob job = ReadGoldenLD();
   DataSetInfo info("datasetReg");
   info.AddVariable("var1", "Variable 1", "units");
   info.AddVariable("var2", "Variable 2", "units");
   info.AddTarget("fvalue");
   info.AddClass("Regression");
   TMatrixD correlations(2, 2);
   correlations.UnitMatrix();
   info.GetClassInfo(0)->SetCorrelationMatrix(correlations);
   const auto data = MakeDataSet(job.fRows, 2, 1, 0, std::vector<int>(job.Size(), 0), GoldenLDJob::kTraining, 1);
   UseUnitWeights(*data);
   info.SetBuilder([&](DataSetInfo &) { return data; });

   TFile file((folder / "out.root").c_str(), "RECREATE");
   TransformPipeline identity = TransformPipeline::Parse("I", TransformContext::From(info));
   identity.FitTransform(data->GetSample(Types::kTraining));
   WriteDataSetInformation(MakeDataSetDirectory(&file, "datasetReg"), info, Types::kRegression, {&identity});
   TDirectory *directory = MakeMethodDirectory(&file, "datasetReg", "LD", "LD");
   WriteMethodStrings(directory, "x");
   const Sample training = data->GetSample(Types::kTraining), test = data->GetSample(Types::kTesting);
   WriteRegressionHistograms(directory, "LD", Types::kTraining, info, training, job.fPredictions.data());
   WriteRegressionHistograms(directory, "LD", Types::kTesting, info, test,
                             job.fPredictions.data() + GoldenLDJob::kTraining);
   WriteVariablePlots(directory, info, test, "");

   EXPECT_EQ(ExpectGoldenKeys(file, "output_file_keys_regression.tsv", "datasetReg/CorrelationMatrix"), 1);
   EXPECT_EQ(ExpectGoldenKeys(file, "output_file_keys_regression.tsv", "datasetReg/InputVariables_"), 7);
   std::set<std::string> paths;
   ListKeys(directory, "", paths);
   EXPECT_EQ(static_cast<int>(paths.size()),
             ExpectGoldenKeys(file, "output_file_keys_regression.tsv", "datasetReg/Method_LD/LD/"));
   EXPECT_STREQ(directory->Get<TH1>("MVA_LDtest_reg_var1_rtgt0")->GetXaxis()->GetTitle(), "Variable 2 [units]");
   EXPECT_EQ(directory->Get<TH1>("MVA_LDtest_Quadr_Deviation_target_0_")->Integral(), 9000);
   EXPECT_NEAR(directory->Get<TH1>("MVA_LDtest_Quadr_Dev_best90perc_target_0_")->Integral(), 8100, 30);
}

TEST(OutputFile, DeviationsOfEachTargetAreAgainstEachColumn)
{
   const TorchMVA::Test::TempDir folder;
   DataSetInfo info("d");
   info.AddVariable("x");
   info.AddVariable("y");
   info.AddTarget("t");
   info.AddTarget("u");
   info.AddClass("Regression");
   const std::vector<float> rows = {1, 20, 300, 4000, 2, 30, 500, 7000, 5, 80, 700, 9000}; // x, y, t, u of three events
   const std::vector<float> predictions = {301, 4003, 505, 7010, 702, 9007};
   const double weights[] = {1.5, 1}; // of the last two, which are the test sample
   const auto data = MakeDataSet(rows, 2, 2, 0, {0, 0, 0}, 1, 1);
   TFile file((folder / "out.root").c_str(), "RECREATE");
   WriteRegressionHistograms(&file, "M", Types::kTesting, info, data->GetSample(Types::kTesting), &predictions[2]);
   const auto mean = [&](const std::vector<float> &values, int columns, int column) {
      return (weights[0] * values[columns + column] + weights[1] * values[2 * columns + column]) /
             (weights[0] + weights[1]);
   };
   for (int target = 0; target < 2; ++target)
      for (int column = 0; column < 4; ++column) {
         const std::string name = std::string("MVA_Mtest_reg_") + (column < 2 ? "var" : "tgt") +
                                  std::to_string(column % 2) + "_rtgt" + std::to_string(target);
         auto *histogram = file.Get<TH1>(name.c_str());
         ASSERT_NE(histogram, nullptr) << name;
         EXPECT_FLOAT_EQ(histogram->GetMean(1), mean(rows, 4, column)) << name;
         EXPECT_NEAR(histogram->GetMean(2), mean(predictions, 2, target) - mean(rows, 4, 2 + target), 1e-3) << name;
      }
}

TEST(OutputFile, ReadOnlyFileIsRefused)
{
   const TorchMVA::Test::TempDir folder;
   {
      TFile file((folder / "out.root").c_str(), "RECREATE");
   }
   TFile file((folder / "out.root").c_str());
   TorchMVA::Test::ExpectError(EErrorCode::kFile, {"writable", "dataset"},
                               [&] { MakeDataSetDirectory(&file, "dataset"); });
   TorchMVA::Test::ExpectError(EErrorCode::kFile, {"writable"}, [&] { WriteMethodStrings(&file, "x"); });
   TorchMVA::Test::ExpectError(EErrorCode::kFile, {"output file"}, [&] { MakeDataSetDirectory(nullptr, "dataset"); });
}
