// Figures of merit, probability and rarity of MethodBase, through a method whose response is its variable.

#include "TorchMVA/Evaluate/Classification.hxx"
#include "TorchMVA/Evaluate/PDF.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include "TH1D.h"
#include "TMath.h"
#include "TRandom3.h"
#include "TorchMVA/Core/Xml.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <cmath>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

namespace {

constexpr Long64_t kTrainingEvents = 20000, kTestEvents = 10000;

/// Gaussians of width 1: signal at `shift`, background at 0; a third of the events is signal.
std::shared_ptr<DataSet> MakeDataSet(double shift)
{
   constexpr Long64_t n = kTrainingEvents + kTestEvents;
   SharedMatrix<float> variables(n, 1), targets(n, 0), weights(n, 1);
   SharedMatrix<double> spectators(n, 0);
   SharedMatrix<int> classes(n, 1);
   TRandom3 random(3);
   for (Long64_t i = 0; i < n; ++i) {
      classes.Data()[i] = i % 3 == 0 ? 0 : 1;
      variables.View()(i, 0) = static_cast<float>(random.Gaus(classes.Data()[i] == 0 ? shift : 0, 1));
      weights.Data()[i] = 1;
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
   MethodBase &Make(double shift, const TString &options)
   {
      fInfo = std::make_unique<DataSetInfo>("figures");
      fInfo->AddVariable("x");
      fInfo->AddClass("Signal");
      fInfo->AddClass("Background");
      fInfo->SetDataSet(MakeDataSet(shift));
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
