#include "Output/PlottedColumn.hxx"
#include "TFile.h"
#include "TH2F.h"
#include "TProfile.h"
#include "TRandom3.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Output/OutputFile.hxx"
#include "TorchMVA/Output/ResponseCorrelations.hxx"
#include "support/TempDir.hxx"
#include "support/ToyTree.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

using namespace TorchMVA;

namespace {

/// Random events of two classes with weights.
struct Events {
   Events(int n, int columns, bool weighted) : fColumns(columns)
   {
      TRandom3 random(7);
      for (int i = 0; i < n; ++i) {
         fClasses.push_back(i % 2);
         fWeights.push_back(weighted ? static_cast<float>(random.Uniform(-0.2, 2)) : 1.F);
         const double common = random.Gaus();
         for (int k = 0; k < columns; ++k)
            fRows.push_back(static_cast<float>(common * k + random.Gaus(i % 2, 1)));
      }
   }
   Sample View() const
   {
      Sample sample;
      sample.fVariables = {fRows.data(), static_cast<Long64_t>(fClasses.size()), fColumns};
      sample.fWeights = fWeights.data();
      sample.fClasses = fClasses.data();
      return sample;
   }
   Long64_t fColumns;
   std::vector<float> fRows, fWeights;
   std::vector<int> fClasses;
};

DataSetInfo &AddAll(DataSetInfo &info, int columns)
{
   for (int k = 0; k < columns; ++k)
      info.AddVariable(TString::Format("x%d", k));
   info.AddClass("Signal");
   info.AddClass("Background");
   return info;
}

/// Same bins, errors, entries and moments.
void ExpectSame(const TH1 &ours, const TH1 &filled)
{
   ASSERT_EQ(ours.GetNcells(), filled.GetNcells());
   for (int bin = 0; bin < ours.GetNcells(); ++bin) {
      ASSERT_NEAR(ours.GetBinContent(bin), filled.GetBinContent(bin), 1e-5) << ours.GetName() << " bin " << bin;
      ASSERT_NEAR(ours.GetBinError(bin), filled.GetBinError(bin), 1e-5) << ours.GetName() << " bin " << bin;
   }
   EXPECT_EQ(ours.GetEntries(), filled.GetEntries());
   for (int axis = 1; axis <= 2; ++axis) {
      EXPECT_NEAR(ours.GetMean(axis), filled.GetMean(axis), 1e-9) << ours.GetName();
      EXPECT_NEAR(ours.GetStdDev(axis), filled.GetStdDev(axis), 1e-9) << ours.GetName();
   }
   EXPECT_NEAR(ours.GetEffectiveEntries(), filled.GetEffectiveEntries(), 1e-6);
}

class PairPlots : public ::testing::TestWithParam<bool> {};

/// An integer column, 0, 1, ..., n-1 and then `last`.
TAxis IntegerAxis(int n, float last, char type = 'I')
{
   std::vector<float> values(n + 1);
   for (int i = 0; i < n; ++i)
      values[i] = static_cast<float>(i);
   values[n] = last;
   const VariableInfo info("n", "", "", type);
   return Internal::PlottedColumn(info, {values.data(), n + 1, 1}, 0, nullptr).DistributionAxis();
}

} // namespace

TEST_P(PairPlots, AreWhatROOTFills)
{
   const TorchMVA::Test::TempDir folder;
   DataSetInfo info("d");
   AddAll(info, 3);
   const Events events(2000, 3, GetParam());
   const Sample sample = events.View();
   TFile file((folder / "out.root").c_str(), "RECREATE");
   WriteVariablePlots(&file, info, sample, "Id");
   for (const int cls : {0, 1}) {
      const std::string name = std::string("x2_vs_x1_") + (cls == 0 ? "Signal" : "Background") + "_Id";
      auto *scatter = file.Get<TH2F>(("CorrelationPlots/scat_" + name).c_str());
      auto *profile = file.Get<TProfile>(("CorrelationPlots/prof_" + name).c_str());
      ASSERT_TRUE(scatter && profile);
      TH2F filled2D("filled", "", 300, scatter->GetXaxis()->GetXmin(), scatter->GetXaxis()->GetXmax(), 300,
                    scatter->GetYaxis()->GetXmin(), scatter->GetYaxis()->GetXmax());
      TProfile filled1D("profile", "", 40, scatter->GetXaxis()->GetXmin(), scatter->GetXaxis()->GetXmax(),
                        scatter->GetYaxis()->GetXmin(), scatter->GetYaxis()->GetXmax());
      for (Long64_t i = 0; i < sample.Size(); ++i)
         if (sample.fClasses[i] == cls) {
            filled2D.Fill(sample.fVariables(i, 1), sample.fVariables(i, 2), sample.fWeights[i]);
            filled1D.Fill(sample.fVariables(i, 1), sample.fVariables(i, 2), sample.fWeights[i]);
         }
      ExpectSame(*scatter, filled2D);
      ExpectSame(*profile, filled1D);
      EXPECT_NEAR(scatter->GetCorrelationFactor(), filled2D.GetCorrelationFactor(), 1e-9);
      for (int bin = 1; bin <= 40; ++bin)
         EXPECT_NEAR(profile->GetBinEntries(bin), filled1D.GetBinEntries(bin), 1e-9);
   }
}

INSTANTIATE_TEST_SUITE_P(VariablePlots, PairPlots, ::testing::Bool(),
                         [](const auto &test) { return test.param ? "Weighted" : "Unweighted"; });

TEST(VariablePlots, WholeNumbersHaveBinsOfTheirOwn)
{
   const TAxis jets = IntegerAxis(7, 9);
   EXPECT_EQ(jets.GetNbins(), 10);
   EXPECT_EQ(jets.GetXmin(), -0.5);
   EXPECT_EQ(jets.GetXmax(), 9.5);
   // one bin a number up to 200 bins, then several numbers a bin, so that an event number does not make millions
   EXPECT_EQ(IntegerAxis(10, 199).GetNbins(), 200);
   const TAxis many = IntegerAxis(10, 1000);
   EXPECT_EQ(many.GetNbins(), 167);
   EXPECT_EQ(many.GetBinWidth(1), 6);
   // what is not whole (after a transformation, say), or not declared, is binned as ever
   EXPECT_EQ(IntegerAxis(7, 8.5F).GetNbins(), 40);
   EXPECT_EQ(IntegerAxis(7, 9, 'F').GetNbins(), 40);
}

TEST(VariablePlots, WeightsWithoutASumLeaveTheRange)
{
   const std::vector<float> values = {1, 2.5, 4}, weights = {1, 0, -1};
   const VariableInfo info("x", "", "", 'F');
   const TAxis axis = Internal::PlottedColumn(info, {values.data(), 3, 1}, 0, weights.data()).DistributionAxis();
   EXPECT_TRUE(std::isfinite(axis.GetXmin()) && std::isfinite(axis.GetXmax()) && axis.GetXmin() < axis.GetXmax());
}

TEST(VariablePlots, OnlyUpToTheConfiguredNumbersOfVariables)
{
   const TorchMVA::Test::TempDir folder;
   TFile file((folder / "out.root").c_str(), "RECREATE");
   const auto write = [&](const char *name, int columns) {
      DataSetInfo info(name);
      AddAll(info, columns);
      const Events events(20, columns, false);
      WriteVariablePlots(file.mkdir(name), info, events.View(), "Id");
      return file.GetDirectory(name);
   };
   TDirectory *twenty = write("twenty", 20), *more = write("more", 21), *tooMany = write("tooMany", 201);
   EXPECT_EQ(twenty->GetDirectory("CorrelationPlots")->GetListOfKeys()->GetSize(), 190 * 2 * 2);
   EXPECT_EQ(more->GetListOfKeys()->GetSize(), 21 * 2); // and no pairs
   EXPECT_EQ(tooMany->GetListOfKeys()->GetSize(), 0);
}

TEST(ResponseCorrelations, OverlapIsTheWeightedFractionThatAgrees)
{
   // four events of class 0, weights 1, 2, 3, 4; the second method cuts from above
   const std::vector<float> first = {0.9F, 0.9F, 0.1F, 0.1F, 0.9F}, second = {-1, 1, -1, 1, 1};
   const std::vector<int> classes = {0, 0, 0, 0, 1};
   const std::vector<float> weights = {1, 2, 3, 4, 100};
   Sample sample;
   sample.fVariables = {first.data(), 5, 1};
   sample.fClasses = classes.data();
   sample.fWeights = weights.data();
   const TMatrixD overlaps = ResponseOverlaps(sample, 0, {{"A", first.data(), 0.5}, {"B", second.data(), 0, false}});
   EXPECT_DOUBLE_EQ(overlaps(0, 0), 1);
   EXPECT_DOUBLE_EQ(overlaps(0, 1), 0.5); // events 0 (both signal-like) and 3 (both not)
   EXPECT_DOUBLE_EQ(overlaps(1, 0), 0.5);
}

TEST(ResponseCorrelations, TablesOfEachClass)
{
   DataSetInfo info("d");
   AddAll(info, 2);
   const Events events(100, 2, true);
   std::vector<float> response(100), opposite(100);
   for (int i = 0; i < 100; ++i) {
      response[i] = events.fRows[2 * i];
      opposite[i] = -events.fRows[2 * i];
   }
   gConfig().SetSilent(kFALSE);
   ::testing::internal::CaptureStdout();
   PrintResponseCorrelations(Logger("Factory"), info, events.View(),
                             {{"Net", response.data(), 0}, {"Opposite", opposite.data(), 0, false}});
   std::fflush(stdout);
   const std::string text = ::testing::internal::GetCapturedStdout();
   for (const char *words :
        {"Correlations of the responses (Signal):", "Correlations of variables and responses (Signal):",
         "that two methods agree on (Background):", "     Net:   +1.000   -1.000", "      x0:   +1.000   -1.000",
         "     Net:   +1.000   +1.000"})
      EXPECT_NE(text.find(words), std::string::npos) << words << "\n" << text;
}
