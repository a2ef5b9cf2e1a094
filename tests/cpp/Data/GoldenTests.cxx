// The split, the normalisation and the correlations against what TMVA itself gives (tests/data/golden).

#include "support/Golden.hxx"
#include "support/ToyTree.hxx"

#include "TorchMVA/DataLoader.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

/// The job of TMVAClassification; a spectator tells the entry.
struct ClassJob {
   explicit ClassJob(const std::string &options, const std::string &backgroundWeight = "")
      : fFile(OpenTutorialFile("tmva_class_example.root")), fLoader("dataset")
   {
      for (const char *name : {"var1", "var2", "var3", "var4"})
         fLoader.AddVariable(name);
      fLoader.AddSpectator("Entry$");
      fLoader.AddSignalTree(fFile->Get<TTree>("TreeS"));
      fLoader.AddBackgroundTree(fFile->Get<TTree>("TreeB"));
      if (!backgroundWeight.empty())
         fLoader.SetBackgroundWeightExpression(backgroundWeight.c_str());
      fLoader.PrepareTrainingAndTestTree("", options.c_str());
      fData = fLoader.GetDataSetInfo().GetDataSet();
   }
   Silence fSilence;
   std::unique_ptr<TFile> fFile;
   DataLoader fLoader;
   DataSet *fData;
};

class SplitGolden : public ::testing::TestWithParam<std::pair<const char *, const char *>> {};

} // namespace

TEST_P(SplitGolden, SameEventsInTheSameOrderAsTMVA)
{
   const ClassJob job(GetParam().second);
   const Csv golden = Golden(std::string("split/split_") + GetParam().first + ".csv");
   ASSERT_EQ(static_cast<Long64_t>(golden.Size()), job.fData->GetNEvents());
   for (std::size_t i = 0; i < golden.Size(); ++i) {
      const auto type = golden.Text(i, "set") == "train" ? Types::kTraining : Types::kTesting;
      const Sample sample = job.fData->GetSample(type);
      const auto pos = static_cast<Long64_t>(golden.Number(i, "pos"));
      ASSERT_LT(pos, sample.Size());
      ASSERT_EQ(sample.fClasses[pos], golden.Number(i, "class")) << "line " << i;
      ASSERT_EQ(sample.fSpectators(pos, 0), golden.Number(i, "entry")) << "line " << i;
      ASSERT_EQ(sample.fWeights[pos], golden.Number(i, "weight")) << "line " << i;
   }
}

INSTANTIATE_TEST_SUITE_P(
   AllModes, SplitGolden,
   ::testing::Values(
      std::make_pair("random_n1000", "nTrain_Signal=1000:nTrain_Background=1000:SplitMode=Random:NormMode=NumEvents"),
      std::make_pair("random_all", "SplitMode=Random:NormMode=NumEvents"),
      std::make_pair("alternate_n1000",
                     "nTrain_Signal=1000:nTrain_Background=1000:SplitMode=Alternate:NormMode=NumEvents"),
      std::make_pair("block_n1000", "nTrain_Signal=1000:nTrain_Background=1000:SplitMode=Block:NormMode=NumEvents")),
   [](const auto &test) { return std::string(test.param.first); });

TEST(NormModeGolden, WeightsAreThoseOfTMVA)
{
   const Csv golden = Golden("normmode.csv");
   for (const std::string mode : {"None", "NumEvents", "EqualNumEvents"}) {
      for (const std::string input : {"equal_n_unit_w", "unequal_n_bkg_weight_branch"}) {
         const bool weighted = input != "equal_n_unit_w";
         const ClassJob job("nTrain_Signal=1000:nTrain_Background=" + std::string(weighted ? "2000" : "1000") +
                               ":SplitMode=Random:NormMode=" + mode,
                            weighted ? "weight" : "");
         for (std::size_t i = 0; i < golden.Size(); ++i) {
            if (golden.Text(i, "normmode") != mode || golden.Text(i, "case") != input)
               continue;
            const auto type = golden.Text(i, "set") == "train" ? Types::kTraining : Types::kTesting;
            const Sample sample = job.fData->GetSample(type);
            const int cls = golden.Number(i, "class");
            std::vector<double> weights;
            for (Long64_t e = 0; e < sample.Size(); ++e) {
               if (sample.fClasses[e] == cls)
                  weights.push_back(sample.fWeights[e]);
            }
            ASSERT_EQ(weights.size(), golden.Number(i, "n"));
            const auto near = [&](double value, const char *column) {
               EXPECT_NEAR(value / golden.Number(i, column), 1., 1e-6) << mode << " " << input << " " << column;
            };
            double sum = 0;
            for (const double w : weights)
               sum += w;
            near(sum, "sum_weight");
            near(*std::min_element(weights.begin(), weights.end()), "min_weight");
            near(*std::max_element(weights.begin(), weights.end()), "max_weight");
         }
      }
   }
}

TEST(StatisticsGolden, CorrelationsAndRangesOfTheTrainingSample)
{
   ClassJob job("nTrain_Signal=1000:nTrain_Background=1000:SplitMode=Random:NormMode=NumEvents");
   const Csv matrices = Golden("correlation_matrices.csv");
   for (std::size_t i = 0; i < matrices.Size(); ++i) {
      const auto &m = job.fLoader.GetDataSetInfo().CorrelationMatrix(matrices.Text(i, "class").c_str());
      const int row = matrices.Number(i, "row");
      for (int j = 0; j < 4; ++j)
         EXPECT_NEAR(m(row, j), matrices.Number(i, "var" + std::to_string(j + 1)), 1e-6);
   }
   const Csv ranges = Golden("variable_info.csv");
   for (std::size_t i = 0; i < ranges.Size(); ++i) {
      const auto &info = job.fLoader.GetDataSetInfo().GetVariableInfo(i);
      EXPECT_FLOAT_EQ(info.GetMin(), ranges.Number(i, "min"));
      EXPECT_FLOAT_EQ(info.GetMax(), ranges.Number(i, "max"));
   }
}
