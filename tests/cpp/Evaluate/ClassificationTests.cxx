#include "TorchMVA/Evaluate/Classification.hxx"

#include "Evaluate/GoldenFisher.hxx"
#include "TH1D.h"
#include "TRandom3.h"
#include "TorchMVA/Core/Error.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace TorchMVA;
using namespace TorchMVATest;

namespace {

/// Two Gaussians with weights, responses owned.
struct Toy {
   std::vector<float> fResponses, fWeights;
   std::vector<int> fClasses;
   Toy() = default;
   Toy(int n, double shift, unsigned seed)
   {
      TRandom3 random(seed);
      for (int i = 0; i < n; ++i) {
         const int cls = i % 2;
         fResponses.push_back(static_cast<float>(random.Gaus(cls == 0 ? shift : 0, 1)));
         fWeights.push_back(static_cast<float>(random.Uniform(0.5, 2)));
         fClasses.push_back(cls);
      }
   }
   ScoredSample View() const
   {
      return {fResponses.data(), static_cast<Long64_t>(fResponses.size()), 1, fWeights.data(), fClasses.data()};
   }
};

/// Twelve events with weights and without ties, between 0 and 1. Class 2 is background too.
Toy TwelveEvents()
{
   Toy toy;
   toy.fResponses = {.05F, .12F, .18F, .25F, .31F, .42F, .55F, .61F, .70F, .83F, .90F, .97F};
   toy.fWeights = {1, .5, 2, .25, 1.5, 1, .75, 2, .5, 3, 1, .25};
   toy.fClasses = {1, 1, 0, 1, 2, 0, 1, 0, 0, 2, 0, 0};
   return toy;
}

ResponseStatistics Range(double minimum, double maximum)
{
   ResponseStatistics range;
   range.fMinimum = minimum;
   range.fMaximum = maximum;
   return range;
}

class Golden : public ::testing::Test {
protected:
   static const GoldenSample &Test()
   {
      static const GoldenSample sample = ReadGoldenFisher("test");
      return sample;
   }
   static const GoldenSample &Training()
   {
      static const GoldenSample sample = ReadGoldenFisher("train");
      return sample;
   }
   const std::map<std::string, std::string> fRow = ReadTable("golden/fisher_metrics.csv").front();
};

} // namespace

TEST_F(Golden, ResponsesAreThoseOfTMVA)
{
   int nChecked = 0;
   for (const auto &row : ReadTable("golden/fisher_response_first20.csv")) {
      const GoldenSample &sample = row.at("set") == "train" ? Training() : Test();
      EXPECT_NEAR(sample.fResponses.at(std::stoul(row.at("pos"))), Number(row, "Fisher"), 1e-6);
      ++nChecked;
   }
   EXPECT_EQ(nChecked, 40);
}

TEST_F(Golden, MomentsSignificanceAndRange)
{
   const ResponseStatistics r = ComputeResponseStatistics(Test().View(), 0);
   EXPECT_NEAR(r.fMeanS, Number(fRow, "mean_S"), 1e-7);
   EXPECT_NEAR(r.fMeanB, Number(fRow, "mean_B"), 1e-7);
   EXPECT_NEAR(r.fRmsS, Number(fRow, "rms_S"), 1e-7);
   EXPECT_NEAR(r.fRmsB, Number(fRow, "rms_B"), 1e-7);
   EXPECT_NEAR(ComputeSignificance(r), Number(fRow, "significance"), 1e-7);
   // axis of MVA_Fisher_S in output/output_file_keys.tsv
   EXPECT_NEAR(r.fMinimum, -1.85208, 5e-6);
   EXPECT_NEAR(r.fMaximum, 1.71805, 5e-6);
   EXPECT_TRUE(r.fPositive);
}

TEST_F(Golden, EfficienciesAndReferenceCut)
{
   const ClassificationMetrics test = EvaluateClassification(Test().View(), 0);
   const double step = 1e-9; // TMVA's grid is 0.001 wide: equal means the same grid point
   EXPECT_NEAR(test.fEff01, Number(fRow, "eff_test_B0.01"), step);
   EXPECT_NEAR(test.fEff10, Number(fRow, "eff_test_B0.10"), step);
   EXPECT_NEAR(test.fEff30, Number(fRow, "eff_test_B0.30"), step);
   EXPECT_NEAR(test.fEff01Err, 0.00592404, 1e-8);
   EXPECT_NEAR(test.fEff10Err, 0.00674537, 1e-8);
   EXPECT_NEAR(test.fEff30Err, 0.00426143, 1e-8);
   EXPECT_NEAR(test.fReferenceCut, Number(fRow, "ref_cut"), 1e-5);
}

// TMVA looks up the cuts of its training figures on the *test* sample's signal efficiency, so that its "training"
// efficiency is the test sample's signal efficiency at the training sample's background efficiency.
TEST_F(Golden, TrainingEfficienciesUseTheCutsOfTheTestSample)
{
   const EfficiencyTriple mixed = ComputeTrainingEfficiencies(Test().View(), Training().View(), 0);
   EXPECT_NEAR(mixed.fEff01, Number(fRow, "eff_train_B0.01"), 1e-9);
   EXPECT_NEAR(mixed.fEff10, Number(fRow, "eff_train_B0.10"), 1e-9);
   EXPECT_NEAR(mixed.fEff30, Number(fRow, "eff_train_B0.30"), 1e-9);

   const ResponseStatistics range = ComputeResponseStatistics(Test().View(), 0);
   const ClassificationMetrics own = EvaluateClassification(Training().View(), 0, &range);
   EXPECT_NE(own.fEff10, mixed.fEff10);
   EXPECT_NEAR(own.fEff10, mixed.fEff10, 0.02);
   const EfficiencyTriple same = ComputeTrainingEfficiencies(Test().View(), Test().View(), 0);
   EXPECT_EQ(same.fEff10, EvaluateClassification(Test().View(), 0).fEff10);
}

TEST_F(Golden, MaximumSignificance)
{
   const ResponseStatistics range = ComputeResponseStatistics(Test().View(), 0);
   const MaximumSignificance m = ComputeMaximumSignificance(EfficiencyCurve(Test().View(), 0, range), 1000, 1000);
   EXPECT_NEAR(m.fSignificance, Number(fRow, "max_significance_S1000_B1000"), 1e-5);
   EXPECT_NEAR(m.fCut, Number(fRow, "cut_at_max_significance"), 1e-4);
   EXPECT_THROW(ComputeMaximumSignificance(EfficiencyCurve(Test().View(), 0, range), 0, 10), TorchMVA::Error);
}

// Our forms have no smoothing, so they are close to the golden figures but not equal.
TEST_F(Golden, UnsmoothedFormsAreNearTheSmoothedOnes)
{
   const ClassificationMetrics test = EvaluateClassification(Test().View(), 0);
   EXPECT_NEAR(test.fROCIntegral, Number(fRow, "roc_integral"), 2e-3);
   EXPECT_NEAR(test.fEffArea, test.fROCIntegral, 1e-3);
   EXPECT_NEAR(test.fSeparation, Number(fRow, "separation"), 1e-2);
}

// NumPy: average(y[s], weights=w[s]), sqrt(average((y[s] - mean)**2, weights=w[s])); the area and its uncertainty from all
// pairs of a signal and a background event (formulas of ROCCurve.hxx).
TEST(Classification, FiguresOfTwelveWeightedEvents)
{
   const Toy toy = TwelveEvents();
   const ResponseStatistics r = ComputeResponseStatistics(toy.View(), 0);
   EXPECT_DOUBLE_EQ(r.fSumS, 6.75);
   EXPECT_DOUBLE_EQ(r.fSumB, 7);
   const ClassificationMetrics m = EvaluateClassification(toy.View(), 0);
   EXPECT_NEAR(m.fMeanS, 0.5174074084670456, 1e-12);
   EXPECT_NEAR(m.fRmsS, 0.2634752399311959, 1e-12);
   EXPECT_NEAR(m.fMeanB, 0.5057142802647182, 1e-12);
   EXPECT_NEAR(m.fRmsB, 0.31002797013134853, 1e-12);
   EXPECT_NEAR(m.fSignificance, 0.028739801807878513, 1e-12);
   EXPECT_NEAR(m.fROCIntegral, 0.5291005291005291, 1e-12);
   EXPECT_NEAR(m.fROCIntegralErr, 0.24008397196626238, 1e-12);
   EXPECT_EQ(m.fMinimum, .05F);
   EXPECT_DOUBLE_EQ(m.fMaximum, .97F + 1e-5);
   // Up to a signal efficiency of 1.25/6.75 there is no background, then 3/7 (the event at 0.83). The table has points at
   // 0.185 and 0.195, so that b is at 0.185 + 0.01 b / (3/7): the middles of these steps of 0.001 are
   EXPECT_NEAR(m.fEff01, 0.185, 1e-9);
   EXPECT_NEAR(m.fEff10, 0.187, 1e-9);
   EXPECT_NEAR(m.fEff30, 0.192, 1e-9);
   EXPECT_DOUBLE_EQ(m.fEff01Err, std::sqrt(0.185 * 0.815 / 6.75));
   EXPECT_DOUBLE_EQ(m.fEff10Err, std::sqrt(0.187 * 0.813 / 6.75));
   EXPECT_DOUBLE_EQ(m.fEff30Err, std::sqrt(0.192 * 0.808 / 6.75));
}

// numpy.histogram(y[s], bins=5, range=(0, 1), weights=w[s]) and weights=w[s]**2
TEST(Classification, HistogramsAddWeightsAndTheirSquares)
{
   using Bins_t = std::vector<double>;
   const Toy toy = TwelveEvents();
   const ResponseHistograms h = FillResponseHistograms(toy.View(), 0, Range(0, 1), 5);
   EXPECT_EQ(h.fSignal, (Bins_t{2, 0, 1, 2.5, 1.25}));
   EXPECT_EQ(h.fSignalSumw2, (Bins_t{4, 0, 1, 4.25, 1.0625}));
   EXPECT_EQ(h.fBackground, (Bins_t{1.5, 1.75, 0.75, 0, 3}));
   EXPECT_EQ(h.fBackgroundSumw2, (Bins_t{1.25, 2.3125, 0.5625, 0, 9}));
   EXPECT_NEAR(ComputeSeparation(h.fSignal, h.fBackground), 0.3683223155261748, 1e-12);
   // a range of another width, beyond which events count in the outermost bins
   const ResponseHistograms narrow = FillResponseHistograms(toy.View(), 0, Range(.4, .8), 2);
   EXPECT_EQ(narrow.fSignal, (Bins_t{3, 3.75}));
   EXPECT_EQ(narrow.fBackground, (Bins_t{4, 3}));
   EXPECT_EQ(FillResponseHistograms(toy.View(), 0, Range(0, 1), 1).fSignal, Bins_t{6.75});
   EXPECT_THROW(FillResponseHistograms(toy.View(), 0, Range(0, 1), 0), TorchMVA::Error);
   EXPECT_THROW(FillResponseHistograms(toy.View(), 0, Range(1, 1), 5), TorchMVA::Error);
   EXPECT_THROW(ComputeSeparation({1, 2}, {1, 2, 3}), TorchMVA::Error);
}

TEST(Classification, SeparationIsThatOfFortyBins)
{
   // 0.501 and 0.524 are in the same of 40 bins, but not in the same of 39 or 41.
   const float responses[] = {0, 0.501F, 0.524F, 1};
   const int classes[] = {0, 0, 1, 1};
   EXPECT_NEAR(EvaluateClassification({responses, 4, 1, nullptr, classes}, 0).fSeparation, 0.5, 1e-12);
}

TEST(Classification, RangeEndsTenDeviationsFromTheMeans)
{
   Toy toy; // 400 events at -1, 0, 1 of each class, and one far away on each side
   for (int i = 0; i < 800; ++i) {
      toy.fResponses.push_back(static_cast<float>(i / 2 % 3 - 1));
      toy.fWeights.push_back(1);
      toy.fClasses.push_back(i % 2);
   }
   toy.fResponses[0] = 1e3F;
   toy.fResponses[1] = -1e3F;
   double mean[2] = {0, 0}, rms[2] = {0, 0};
   for (int i = 0; i < 800; ++i)
      mean[i % 2] += toy.fResponses[i] / 400;
   for (int i = 0; i < 800; ++i)
      rms[i % 2] += std::pow(toy.fResponses[i] - mean[i % 2], 2) / 400;
   const ResponseStatistics r = ComputeResponseStatistics(toy.View(), 0);
   EXPECT_NEAR(r.fMinimum, mean[1] - 10 * std::sqrt(rms[1]), 1e-9);
   EXPECT_NEAR(r.fMaximum, mean[0] + 10 * std::sqrt(rms[0]) + 1e-5, 1e-9);
   EXPECT_TRUE(r.fPositive);
   EXPECT_FALSE(ComputeResponseStatistics(toy.View(), 1).fPositive);
   // The signal event beyond the range passes no cut, and the background event on the other side passes the loosest one.
   const EfficiencyCurve curve(toy.View(), 0, r);
   EXPECT_NEAR(curve.GetBackgroundEfficiencyOfCut(-2), 399. / 400, 1e-9);
   EXPECT_NEAR(curve.GetBackgroundEfficiencyOfCut(-500), 399. / 400, 1e-9);
   EXPECT_DOUBLE_EQ(curve.GetBackgroundEfficiencies().front(), 1);
   EXPECT_DOUBLE_EQ(curve.GetSignalEfficiencies().front(), 1);
   EXPECT_DOUBLE_EQ(curve.GetSignalEfficiencies().back(), 0);
}

TEST(Classification, ScaleOfWeightsDoesNotMatter)
{
   const Toy toy(2000, 1.0, 1);
   Toy scaled = toy;
   for (float &w : scaled.fWeights)
      w *= 4; // exact in binary
   const ClassificationMetrics a = EvaluateClassification(toy.View(), 0), b = EvaluateClassification(scaled.View(), 0);
   EXPECT_DOUBLE_EQ(a.fEff10, b.fEff10);
   EXPECT_DOUBLE_EQ(a.fROCIntegral, b.fROCIntegral);
   EXPECT_NEAR(a.fSeparation, b.fSeparation, 1e-12);
   EXPECT_NEAR(a.fRmsS, b.fRmsS, 1e-12);
}

TEST(Classification, SignalBelowBackgroundIsTheMirrorImage)
{
   const Toy toy(4000, 1.0, 2);
   Toy mirror = toy;
   for (float &y : mirror.fResponses)
      y = -y;
   const ClassificationMetrics a = EvaluateClassification(toy.View(), 0);
   const ClassificationMetrics b = EvaluateClassification(mirror.View(), 0);
   EXPECT_NEAR(a.fEff01, b.fEff01, 0.0011);
   EXPECT_NEAR(a.fEff30, b.fEff30, 0.0011);
   EXPECT_NEAR(a.fReferenceCut, -b.fReferenceCut, 2e-3);
   EXPECT_NEAR(a.fROCIntegral, 1 - b.fROCIntegral, 1e-12);
}

TEST(Classification, PerfectAndUselessClassifiers)
{
   std::vector<float> responses;
   std::vector<int> classes;
   for (int i = 0; i < 1000; ++i) {
      classes.push_back(i % 2);
      responses.push_back(i % 2 == 0 ? 1.F : 0.F);
   }
   ScoredSample sample{responses.data(), 1000, 1, nullptr, classes.data()};
   const ClassificationMetrics perfect = EvaluateClassification(sample, 0);
   EXPECT_DOUBLE_EQ(perfect.fROCIntegral, 1);
   EXPECT_DOUBLE_EQ(perfect.fEff01, 1);
   EXPECT_DOUBLE_EQ(perfect.fSeparation, 1);
   EXPECT_TRUE(std::isinf(perfect.fSignificance));

   std::fill(responses.begin(), responses.end(), 0.25F); // a constant
   const ClassificationMetrics useless = EvaluateClassification(sample, 0);
   EXPECT_DOUBLE_EQ(useless.fROCIntegral, 0.5);
   EXPECT_NEAR(useless.fEff10, 0.1, 1.1e-3);
   EXPECT_NEAR(useless.fEffArea, 0.5, 1e-3);
   EXPECT_DOUBLE_EQ(useless.fSeparation, 0);
   EXPECT_DOUBLE_EQ(useless.fSignificance, 0);
}

TEST(Classification, BinnedEfficienciesAgreeWithCounting)
{
   const Toy toy(20000, 1.5, 3);
   const ScoredSample sample = toy.View();
   const EfficiencyCurve curve(sample, 0, ComputeResponseStatistics(sample, 0));
   for (const double effS : {0.1, 0.5, 0.9}) {
      const double cut = curve.GetCut(effS);
      double s = 0, sumS = 0, b = 0, sumB = 0;
      for (Long64_t i = 0; i < sample.fN; ++i) {
         const bool pass = sample.Response(i) > cut;
         (sample.Class(i) == 0 ? sumS : sumB) += sample.Weight(i);
         if (pass)
            (sample.Class(i) == 0 ? s : b) += sample.Weight(i);
      }
      EXPECT_NEAR(s / sumS, effS, 1e-3);
      EXPECT_NEAR(b / sumB, curve.GetBackgroundEfficiency(effS), 4e-3); // between points 0.01 apart: linear
   }
}

TEST(Classification, KolmogorovAgreesWithROOT)
{
   gRandom->SetSeed(1);
   for (const double shift : {0.0, 0.06, 0.1}) {
      TRandom3 random(7);
      TH1D a("a", "", 40, -5, 5), b("b", "", 40, -5, 5);
      std::vector<double> first(40), firstW2(40), second(40), secondW2(40);
      for (int i = 0; i < 2000; ++i) {
         const double x = random.Gaus(), y = random.Gaus(shift);
         a.Fill(x);
         b.Fill(y);
      }
      for (int i = 0; i < 40; ++i) {
         first[i] = firstW2[i] = a.GetBinContent(i + 1);
         second[i] = secondW2[i] = b.GetBinContent(i + 1);
      }
      const double expected = a.KolmogorovTest(&b, "X");
      // two estimates from 1000 pseudo-experiments each
      EXPECT_NEAR(KolmogorovProbability(first, firstW2, second, secondW2), expected, 0.1) << shift;
   }
   const std::vector<double> empty(40, 0.0), full(40, 1.0);
   EXPECT_EQ(KolmogorovProbability(empty, empty, full, full), -1);
}

// Only the effective numbers of events count: a histogram of n events of weight w is one of n events.
TEST(Classification, KolmogorovTakesTheEffectiveNumberOfEvents)
{
   const std::vector<double> a = {30, 50, 20}, b = {21, 45.5, 33.5};
   const double probability = KolmogorovProbability(a, a, b, b);
   // 400000 pseudo-experiments in NumPy: multinomial(100, [.3, .5, .2]) twice, largest distance of the cumulative sums
   EXPECT_NEAR(probability, 0.0524, 0.025);
   std::vector<double> scaled = a, squares = a;
   for (std::size_t i = 0; i < a.size(); ++i) {
      scaled[i] = 4 * a[i];
      squares[i] = 16 * a[i];
   }
   EXPECT_EQ(KolmogorovProbability(scaled, squares, b, b), probability);
   EXPECT_EQ(KolmogorovProbability(a, a, a, a), KolmogorovProbability(scaled, squares, a, a));
   for (double &square : squares) // five effective events
      square *= 20;
   EXPECT_NEAR(KolmogorovProbability(scaled, squares, b, b), 0.7648, 0.05);
   EXPECT_THROW(KolmogorovProbability(a, a, b, {1, 2}), TorchMVA::Error);
}

TEST(Classification, OvertrainingTestSeesADifference)
{
   const Toy test(4000, 1, 4), same(4000, 1, 5), other(4000, 1.5, 6);
   const OvertrainingTest good = ComputeOvertraining(test.View(), same.View(), 0);
   EXPECT_GT(good.fSignal, 0.01);
   EXPECT_GT(good.fBackground, 0.01);
   const OvertrainingTest bad = ComputeOvertraining(test.View(), other.View(), 0);
   EXPECT_LT(bad.fSignal, 0.01);
   EXPECT_GT(bad.fBackground, 0.01);
}

TEST(Classification, BadInputIsRefused)
{
   Toy toy(10, 1, 8);
   EXPECT_THROW(EvaluateClassification(toy.View(), 7), TorchMVA::Error); // no signal
   toy.fResponses[3] = std::numeric_limits<float>::quiet_NaN();
   try {
      EvaluateClassification(toy.View(), 0);
      FAIL() << "NaN was accepted";
   } catch (const TorchMVA::Error &error) {
      EXPECT_EQ(error.GetCode(), EErrorCode::kData);
      EXPECT_EQ(error.GetContext().front().second, "3");
   }
}
