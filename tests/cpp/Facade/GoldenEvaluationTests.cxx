// TMVA's own figures, from the trees of the tutorial to the numbers of MethodBase: data set, transformation, training,
// weight file, responses and evaluation at once.

#include "TorchMVA/Factory.hxx"

#include "ClassExample.hxx"
#include "Evaluate/GoldenFisher.hxx"
#include "TorchMVA/Evaluate/ROCCurve.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

using namespace TorchMVA;
using TorchMVA::Test::ClassExample;
using namespace TorchMVATest;

namespace {

/// VarTransform of a job of golden/fisher_metrics.csv, from its name.
std::string TransformOf(const std::string &method)
{
   const std::map<std::string, std::string> transforms = {
      {"Fisher", "None"},  {"FisherFull", "None"}, {"FisherD", "D"}, {"FisherG", "G"}, {"FisherN", "N"},
      {"FisherDG", "D,G"}, {"FisherGD", "G,D"},    {"FisherP", "P"}, {"FisherU", "U"}};
   return transforms.at(method);
}

class GoldenEvaluation : public ::testing::Test {
protected:
   void SetUp() override
   {
      fLoader = fExample.MakeLoader("dataset");
      for (const auto &row : ReadTable("golden/fisher_metrics.csv"))
         fFactory.BookMethod(fLoader.get(), Types::kFisher, row.at("method"),
                             "!H:!V:Fisher:VarTransform=" + TransformOf(row.at("method")));
      fFactory.TrainAllMethods();
      fFactory.TestAllMethods();
      fFactory.EvaluateAllMethods();
   }
   MethodBase &Method(const std::string &title)
   {
      return *dynamic_cast<MethodBase *>(fFactory.GetMethod("dataset", title));
   }

   TorchMVA::Test::WorkingDir fFolder;
   ClassExample fExample;
   std::unique_ptr<DataLoader> fLoader;
   Factory fFactory{"job", "!V:Silent:!Color:!DrawProgressBar:AnalysisType=Classification"};
};

} // namespace

TEST_F(GoldenEvaluation, EveryFigureOfEveryJob)
{
   int nChecked = 0;
   for (const auto &row : ReadTable("golden/fisher_metrics.csv")) {
      SCOPED_TRACE(row.at("method"));
      MethodBase &method = Method(row.at("method"));
      EXPECT_NEAR(method.GetROCIntegral(), Number(row, "roc_integral"), 1e-4);
      EXPECT_NEAR(method.GetSeparation(), Number(row, "separation"), 1e-4);
      EXPECT_NEAR(method.GetSignificance(), Number(row, "significance"), 1e-4);
      double error = 0;
      // the grid of efficiencies is 0.001 wide: equal means the same grid point
      EXPECT_NEAR(method.GetEfficiency("Efficiency:0.01", Types::kTesting, error), Number(row, "eff_test_B0.01"), 1e-9);
      EXPECT_NEAR(error, Number(row, "err"), 1e-8); // of three columns with this name ReadTable keeps the first
      EXPECT_NEAR(method.GetEfficiency("Efficiency:0.10", Types::kTesting, error), Number(row, "eff_test_B0.10"), 1e-9);
      EXPECT_NEAR(method.GetEfficiency("Efficiency:0.30", Types::kTesting, error), Number(row, "eff_test_B0.30"), 1e-9);

      EXPECT_NEAR(method.GetTrainingEfficiency("Efficiency:0.01"), Number(row, "eff_train_B0.01"), 1e-9);
      EXPECT_NEAR(method.GetTrainingEfficiency("Efficiency:0.10"), Number(row, "eff_train_B0.10"), 1e-9);
      EXPECT_NEAR(method.GetTrainingEfficiency("Efficiency:0.30"), Number(row, "eff_train_B0.30"), 1e-9);
      EXPECT_NEAR(method.GetSignalReferenceCut(), Number(row, "ref_cut"), 1e-4);
      double maximum = 0;
      EXPECT_NEAR(method.GetMaximumSignificance(1000, 1000, maximum), Number(row, "cut_at_max_significance"), 1e-4);
      EXPECT_NEAR(maximum, Number(row, "max_significance_S1000_B1000"), 1e-4);
      ++nChecked;
   }
   EXPECT_EQ(nChecked, 7);
}

// The regression job: LD on TreeR, with and without transformations of variables and target.
TEST(GoldenRegression, EveryFigureOfEveryJob)
{
   const TorchMVA::Test::WorkingDir folder;
   const std::unique_ptr<TFile> file(
      TFile::Open(gROOT->GetTutorialDir() + "/machine_learning/data/tmva_reg_example.root"));
   DataLoader loader("dataset");
   loader.AddVariable("var1");
   loader.AddVariable("var2");
   loader.AddTarget("fvalue");
   loader.AddRegressionTree(file->Get<TTree>("TreeR"));
   loader.PrepareTrainingAndTestTree("", "nTrain_Regression=1000:SplitMode=Random:NormMode=NumEvents:!V");
   Factory factory("job", "!V:Silent:!Color:!DrawProgressBar:AnalysisType=Regression");
   factory.BookMethod(&loader, Types::kLD, "LD", "!H:!V:VarTransform=None");
   factory.BookMethod(&loader, Types::kLD, "LDDG", "!H:!V:VarTransform=D,G");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   factory.EvaluateAllMethods();
   for (const auto &row : ReadTable("golden/regression_first20.csv"))
      for (const char *title : {"LD", "LDDG"}) {
         auto &method = *dynamic_cast<MethodBase *>(factory.GetMethod("dataset", title));
         const auto &responses = method.GetResponses(row.at("set") == "test" ? Types::kTesting : Types::kTraining);
         EXPECT_NEAR(responses.at(std::stoul(row.at("pos"))), Number(row, title), 5e-4) << title << row.at("pos");
      }
   int nChecked = 0;
   for (const auto &row : ReadTable("golden/regression_LD_metrics.csv")) {
      SCOPED_TRACE(row.at("method") + " " + row.at("set"));
      auto &method = *dynamic_cast<MethodBase *>(factory.GetMethod("dataset", row.at("method")));
      double bias, biasT, dev, devT, rms, rmsT, info, infoT, corr;
      method.TestRegression(bias, biasT, dev, devT, rms, rmsT, info, infoT, corr,
                            row.at("set") == "test" ? Types::kTesting : Types::kTraining);
      // relative to the spread of the deviations, of which bias and RMS are figures
      const double scale = 1e-4 * Number(row, "rms");
      EXPECT_NEAR(bias, Number(row, "bias"), scale);
      EXPECT_NEAR(biasT, Number(row, "bias_trunc"), scale);
      EXPECT_NEAR(dev, Number(row, "dev"), scale);
      EXPECT_NEAR(devT, Number(row, "dev_trunc"), scale);
      EXPECT_NEAR(rms, Number(row, "rms"), scale);
      EXPECT_NEAR(rmsT, Number(row, "rms_trunc"), scale);
      // the inverse of G agrees to 2e-4 only: on the edge of a bin one of the 1000 training events may count elsewhere,
      // which is worth up to ln(1000) / 1000
      const bool edge = row.at("method") == "LDDG" && row.at("set") == "train";
      EXPECT_NEAR(info, Number(row, "mutual_info"), edge ? 7e-3 : 1e-4);
      EXPECT_NEAR(infoT, Number(row, "mutual_info_trunc"), 1e-4);
      EXPECT_NEAR(corr, Number(row, "corr"), 1e-4);
      ++nChecked;
   }
   EXPECT_EQ(nChecked, 4);
}
