// Figures of merit, probability and rarity of MethodBase, through a method whose response is its variable.

#include "TorchMVA/Evaluate/Classification.hxx"
#include "TorchMVA/Evaluate/PDF.hxx"
#include "TorchMVA/Evaluate/Regression.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include "TH1D.h"
#include "TMath.h"
#include "TRandom3.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

namespace {

constexpr Long64_t kTrainingEvents = 20000, kTestEvents = 10000;

/// Gaussians of width 1: signal at `shift`, background at 0; a third of the events is signal. With weights, the signal of
/// the test sample lies 0.1 higher.
std::shared_ptr<DataSet> MakeDataSet(double shift, bool isWeighted)
{
   constexpr Long64_t n = kTrainingEvents + kTestEvents;
   SharedMatrix<float> variables(n, 1), targets(n, 0), weights(n, 1);
   SharedMatrix<double> spectators(n, 0);
   SharedMatrix<int> classes(n, 1);
   TRandom3 random(3);
   for (Long64_t i = 0; i < n; ++i) {
      classes.Data()[i] = i % 3 == 0 ? 0 : 1;
      variables.View()(i, 0) = static_cast<float>(random.Gaus(classes.Data()[i] == 0 ? shift : 0, 1));
      weights.Data()[i] = isWeighted ? 0.5F * (1 + i % 4) : 1;
      if (isWeighted && i >= kTrainingEvents && classes.Data()[i] == 0)
         variables.View()(i, 0) += 0.1F;
   }
   return std::make_shared<DataSet>(variables, targets, spectators, weights, classes, kTrainingEvents, 2,
                                    std::vector<double>{1, 1});
}

class EchoMethod : public MethodBase {
public:
   EchoMethod(DataSetInfo &info, const TString &options) : MethodBase("job", Types::kFisher, "echo", info, options) {}
   Bool_t HasAnalysisType(Types::EAnalysisType, UInt_t, UInt_t) override { return kTRUE; }
   void DeclareOptions() override {}
   void ProcessOptions() override {}
   void Train() override {}
   UInt_t GetNOutputs() const override { return 1; }
   void Predict(const float *rows, Long64_t n, float *outputs) const override { std::copy(rows, rows + n, outputs); }

protected:
   void AddWeightsXMLTo(const XmlNode &) const override {}
   void ReadWeightsFromXML(const XmlNode &) override {}
};

class MethodFigures : public ::testing::Test {
protected:
   MethodBase &Make(double shift, const TString &options, bool isWeighted = false)
   {
      fInfo = std::make_unique<DataSetInfo>("figures");
      fInfo->AddVariable("x");
      fInfo->AddClass("Signal");
      fInfo->AddClass("Background");
      fInfo->SetDataSet(MakeDataSet(shift, isWeighted));
      fMethod = std::make_unique<EchoMethod>(*fInfo, options);
      fMethod->SetMinLogType(kERROR);
      fMethod->SetupMethod();
      fMethod->SetAnalysisType(Types::kClassification);
      fMethod->ProcessSetup();
      fMethod->TrainMethod();
      fMethod->AddOutput(Types::kTraining);
      fMethod->AddOutput(Types::kTesting);
      return *fMethod;
   }
   TorchMVA::Test::WorkingDir fFolder;
   std::unique_ptr<DataSetInfo> fInfo;
   std::unique_ptr<MethodBase> fMethod;
};

} // namespace

// Two Gaussians of width 1 whose means are 1.5 apart, for which everything is known.
TEST_F(MethodFigures, AreThoseOfTwoGaussians)
{
   const MethodBase &method = Make(1.5, "");
   const double area = TMath::Freq(1.5 / std::sqrt(2.));
   EXPECT_NEAR(method.GetSignificance(), 1.5 / std::sqrt(2.), 0.03);
   EXPECT_NEAR(method.GetROCIntegral(), area, 0.01);
   double error = 0;
   EXPECT_NEAR(fMethod->GetEfficiency("", Types::kTesting, error), area, 0.01);
   const double expected = TMath::Freq(1.5 - TMath::NormQuantile(0.9));
   EXPECT_NEAR(fMethod->GetEfficiency("Efficiency:0.1", Types::kTesting, error), expected, 0.02);
   EXPECT_NEAR(error, std::sqrt(expected * (1 - expected) / (kTestEvents / 3.)), 1e-4);
   EXPECT_NEAR(fMethod->GetEfficiency("Efficiency:0.1", Types::kTraining, error), expected, 0.02);
   EXPECT_NEAR(fMethod->GetTrainingEfficiency("Efficiency:0.1"), expected, 0.02);
   ExpectError(EErrorCode::kArgument, {"Efficiency:b", "Efficiency:much"},
               [&] { fMethod->GetEfficiency("Efficiency:much", Types::kTesting, error); });

   double significance = 0;
   const double cut = method.GetMaximumSignificance(100, 1000, significance);
   const auto at = [](double c) {
      const double s = 100 * TMath::Freq(1.5 - c), b = 1000 * TMath::Freq(-c);
      return s / std::sqrt(s + b);
   };
   EXPECT_NEAR(significance, at(cut), 0.2);
   EXPECT_GT(significance, at(cut + 0.7));
   EXPECT_GT(significance, at(cut - 0.7));
}

TEST_F(MethodFigures, HistogramFormsAgreeWithTheArrays)
{
   const MethodBase &method = Make(1, "");
   TH1D s("s", "", 30, -5, 6), b("b", "", 30, -5, 6);
   std::vector<double> signal, background;
   for (int i = 0; i < 30; ++i) {
      s.SetBinContent(i + 1, i);
      b.SetBinContent(i + 1, 30 - i);
      signal.push_back(i);
      background.push_back(30 - i);
   }
   EXPECT_DOUBLE_EQ(method.GetSeparation(&s, &b), ComputeSeparation(signal, background));
   double pairs = 0;
   for (int i = 0; i < 30; ++i)
      for (int j = 0; j < 30; ++j)
         pairs += signal[i] * background[j] * (i > j ? 1 : i == j ? 0.5 : 0);
   EXPECT_NEAR(method.GetROCIntegral(&s, &b), pairs / (s.Integral() * b.Integral()), 1e-12);
   PDF p("s", &s), q("b", &b);
   EXPECT_DOUBLE_EQ(method.GetSeparation(&p, &q), ComputeSeparation(p, q));
   TH1D other("other", "", 5, 0, 1);
   ExpectError(EErrorCode::kArgument, {"equal bins"}, [&] { method.GetROCIntegral(&s, &other); });
}

TEST_F(MethodFigures, KolmogorovTakesTheOptionsOfROOT)
{
   MethodBase &method = Make(1, "");
   for (const char which : {'S', 'B'}) {
      EXPECT_GT(method.GetKSTrainingVsTest(which), 0.001);
      EXPECT_EQ(method.GetKSTrainingVsTest(which), method.GetKSTrainingVsTest(which));
      EXPECT_GT(method.GetKSTrainingVsTest(which, ""), 0.001);
      const double distance = method.GetKSTrainingVsTest(which, "M");
      EXPECT_GT(distance, 0);
      EXPECT_LT(distance, 0.05);
   }
   ExpectError(EErrorCode::kArgument, {"'S' or 'B'"}, [&] { method.GetKSTrainingVsTest('x'); });
}

// Histograms of the two samples, filled by ROOT, over the range of the test sample.
TEST_F(MethodFigures, KolmogorovComparesTrainingWithTest)
{
   MethodBase &method = Make(1, "", true);
   const Sample samples[2] = {fInfo->GetDataSet()->GetSample(Types::kTesting),
                              fInfo->GetDataSet()->GetSample(Types::kTraining)};
   double min = 1e9, max = -1e9;
   for (Long64_t i = 0; i < samples[0].Size(); ++i) {
      min = std::min<double>(min, samples[0].fVariables(i, 0));
      max = std::max<double>(max, samples[0].fVariables(i, 0));
   }
   const int bins = gConfig().GetVariablePlotting().fNbinsMVAoutput;
   for (const int cls : {0, 1}) {
      TH1D test("test", "", bins, min, max + 1e-5), training("training", "", bins, min, max + 1e-5);
      for (int k = 0; k < 2; ++k) {
         TH1D &histogram = k == 0 ? test : training;
         histogram.Sumw2();
         for (Long64_t i = 0; i < samples[k].Size(); ++i) {
            const double x = std::clamp<double>(samples[k].fVariables(i, 0), min, max); // the outermost bins
            if (samples[k].fClasses[i] == cls)
               histogram.Fill(x, samples[k].fWeights[i]);
         }
      }
      for (const char *option : {"", "M"})
         EXPECT_NEAR(method.GetKSTrainingVsTest("SB"[cls], option), test.KolmogorovTest(&training, option), 1e-9)
            << cls << option;
   }
   EXPECT_LT(method.GetKSTrainingVsTest('S', "X"), 0.01) << "0.1 of a deviation between 3333 and 6667 events";
   EXPECT_GT(method.GetKSTrainingVsTest('B', "X"), 0.01);
}

TEST_F(MethodFigures, EfficienciesHaveTheErrorOfTheSumOfWeights)
{
   Make(1.5, "", true);
   double sum = 0;
   const Sample test = fInfo->GetDataSet()->GetSample(Types::kTesting);
   for (Long64_t i = 0; i < test.Size(); ++i)
      sum += test.fClasses[i] == 0 ? test.fWeights[i] : 0;
   double error = 0;
   const double efficiency = fMethod->GetEfficiency("Efficiency:0.1", Types::kTesting, error);
   EXPECT_NEAR(efficiency, TMath::Freq(1.6 - TMath::NormQuantile(0.9)), 0.02);
   EXPECT_NEAR(error, std::sqrt(efficiency * (1 - efficiency) / sum), 1e-9);
   EXPECT_NEAR(fMethod->GetEfficiency("Efficiency:0.1", Types::kTraining, error),
               TMath::Freq(1.5 - TMath::NormQuantile(0.9)), 0.02);
}

TEST_F(MethodFigures, RegressionFiguresComeInTheOrderOfTMVA)
{
   constexpr Long64_t n = 300, nTraining = 200;
   SharedMatrix<float> variables(n, 1), targets(n, 1), weights(n, 1);
   SharedMatrix<int> classes(n, 1);
   TRandom3 random(5);
   for (Long64_t i = 0; i < n; ++i) {
      variables.Data()[i] = static_cast<float>(random.Gaus());
      targets.Data()[i] = static_cast<float>(variables.Data()[i] + random.Gaus(i < nTraining ? 0.2 : 0.4, 0.3));
      weights.Data()[i] = 1.F + i % 3;
      classes.Data()[i] = 0;
   }
   DataSetInfo info("regression");
   info.AddVariable("x");
   info.AddTarget("y");
   info.AddClass("Regression");
   info.SetDataSet(std::make_shared<DataSet>(variables, targets, SharedMatrix<double>(n, 0), weights, classes,
                                             nTraining, 1, std::vector<double>{1}));
   EchoMethod method(info, "");
   method.SetMinLogType(kERROR);
   method.SetupMethod();
   method.SetAnalysisType(Types::kRegression);
   method.ProcessSetup();
   method.TrainMethod();
   for (const auto type : {Types::kTraining, Types::kTesting}) {
      method.AddOutput(type);
      const Long64_t first = type == Types::kTraining ? 0 : nTraining,
                     size = type == Types::kTraining ? nTraining : 100;
      const RegressionMetrics m =
         EvaluateRegression({variables.Data() + first, 1, targets.Data() + first, 1, weights.Data() + first, size});
      double f[9];
      method.TestRegression(f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], type);
      const double expected[9] = {m.fBias,       m.fBiasTruncated, m.fDeviation,         m.fDeviationTruncated,
                                  m.fRms,        m.fRmsTruncated,  m.fMutualInformation, m.fMutualInformationTruncated,
                                  m.fCorrelation};
      for (int k = 0; k < 9; ++k) {
         EXPECT_EQ(f[k], expected[k]) << k;
         for (int other = 0; other < k; ++other)
            EXPECT_NE(expected[k], expected[other]) << "so that no place can be confused";
      }
   }
}

TEST_F(MethodFigures, SignalMayLieBelow)
{
   MethodBase &above = Make(1.5, "");
   above.TestClassification();
   EXPECT_NEAR(above.GetSignalReferenceCut(), 0.75, 0.05);
   EXPECT_EQ(above.GetSignalReferenceCutOrientation(), 1);
   EXPECT_TRUE(above.IsSignalLike(2));
   EXPECT_FALSE(above.IsSignalLike(-2));
   MethodBase &below = Make(-1.5, "");
   below.TestClassification();
   EXPECT_NEAR(below.GetSignalReferenceCut(), -0.75, 0.05);
   EXPECT_EQ(below.GetSignalReferenceCutOrientation(), -1);
   EXPECT_TRUE(below.IsSignalLike(-2));
   EXPECT_FALSE(below.IsSignalLike(2));
}

TEST_F(MethodFigures, ProbabilityIsBayes)
{
   const MethodBase &method = Make(1.5, "CreateMVAPdfs:NbinsMVAPdf=60:NSmoothMVAPdfSig=1:PDFInterpolMVAPdfBkg=Spline3");
   EXPECT_TRUE(method.HasMVAPdfs());
   ASSERT_NE(method.GetMVAPdf(Types::kSignal), nullptr);
   EXPECT_EQ(method.GetMVAPdf(Types::kSignal)->GetOriginalHist()->GetNbinsX(), 60);
   EXPECT_EQ(method.GetMVAPdf(Types::kSignal)->GetOptions().fNSmooth, 1);
   EXPECT_EQ(method.GetMVAPdf(Types::kBackground)->GetOptions().fNSmooth, 0);
   EXPECT_EQ(method.GetMVAPdf(Types::kBackground)->GetInterpolateMethod(), PDF::kSpline3);
   for (const double x : {-0.5, 0.5, 1.0, 2.0}) {
      const double s = TMath::Gaus(x, 1.5, 1, true), b = TMath::Gaus(x, 0, 1, true);
      EXPECT_NEAR(method.GetProba(x, 0.5), s / (s + b), 0.03);
      EXPECT_NEAR(method.GetProba(x, 0.1), 0.1 * s / (0.1 * s + 0.9 * b), 0.03);
      EXPECT_NEAR(method.GetRarity(x), TMath::Freq(x), 0.02);
      EXPECT_NEAR(method.GetRarity(x, Types::kSignal), TMath::Freq(x - 1.5), 0.02);
      const Event event({static_cast<Float_t>(x)});
      EXPECT_NEAR(fMethod->GetProba(&event), method.GetProba(x, 1. / 3), 1e-4) << "a third of the training is signal";
   }
}

TEST_F(MethodFigures, DensitiesAreInTheWeightFile)
{
   MethodBase &method = Make(1.5, "CreateMVAPdfs:MinNSmoothMVAPdf=1:MaxNSmoothMVAPdf=4");
   const double probability = method.GetProba(0.7, 0.5), rarity = method.GetRarity(0.7);
   method.WriteStateToFile();
   EchoMethod reread(*fInfo, "");
   reread.SetMinLogType(kERROR);
   reread.SetWeightFileName(method.GetWeightFileName());
   reread.SetupMethod();
   reread.ReadStateFromFile();
   EXPECT_DOUBLE_EQ(reread.GetProba(0.7, 0.5), probability);
   EXPECT_DOUBLE_EQ(reread.GetRarity(0.7), rarity);
   const Event event({0.7F});
   EXPECT_NEAR(reread.GetProba(&event), method.GetProba(&event), 1e-12);
   EXPECT_NEAR(reread.GetProba(&event), reread.GetProba(0.7, 1. / 3), 1e-4) << "a third of the training is signal";
}

TEST_F(MethodFigures, DensitiesAreMadeOnDemand)
{
   MethodBase &method = Make(1.5, "");
   EXPECT_FALSE(method.HasMVAPdfs());
   EXPECT_EQ(method.GetProba(0.7, 0.5), -1);
   EXPECT_EQ(method.GetRarity(0.7), 0);
   const Event event({0.75F});
   EXPECT_NEAR(method.GetProba(&event), 1. / 3, 0.15) << "equal densities, in 400 bins, and a prior of a third";
   ExpectError(EErrorCode::kOption, {"NbinsMVAPdf"}, [&] { Make(1, "NbinsMVAPdf=60"); });
}
