// kLD against the figures of TMVA, its weight files and its mistakes. tests/python/test_linear_methods.py compares
// weighted fits of several targets with NumPy.

#include "Method/WeightedCovariance.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/DataLoader.hxx"
#include "TorchMVA/Evaluate/Regression.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"
#include "TorchMVA/Method/MethodLD.hxx"
#include "support/ExpectError.hxx"
#include "support/Golden.hxx"
#include "support/TempDir.hxx"
#include "support/ToyTree.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

const std::map<std::string, std::string> kTransforms = {{"LD", "None"}, {"LDN", "N"}, {"LDDG", "D,G"}};

/// The regression job of the golden numbers.
class LDTest : public ::testing::Test {
protected:
   LDTest() : fFile(OpenTutorialFile("tmva_reg_example.root"))
   {
      fLoader.AddVariable("var1", "Variable 1", "units");
      fLoader.AddVariable("var2", "Variable 2", "units");
      fLoader.AddTarget("fvalue");
      fLoader.AddRegressionTree(fFile->Get<TTree>("TreeR"), 1.0);
      fLoader.PrepareTrainingAndTestTree("", "nTrain_Regression=1000:SplitMode=Random:NormMode=NumEvents:!V");
   }
   std::unique_ptr<MethodLD> Train(const std::string &title)
   {
      auto method = std::make_unique<MethodLD>("TMVARegression", title.c_str(), fLoader.GetDataSetInfo(),
                                               ("!H:!V:VarTransform=" + kTransforms.at(title)).c_str());
      method->SetAnalysisType(Types::kRegression);
      method->SetupMethod();
      method->ProcessSetup();
      method->TrainMethod();
      return method;
   }
   Silence fSilence;
   std::unique_ptr<TFile> fFile;
   DataLoader fLoader{"dataset"};
};

std::string GoldenWeights(const std::string &title)
{
   return DataDir() + "/golden/weights/TMVARegression_" + title + ".weights.xml";
}

struct ReadMethod {
   explicit ReadMethod(const std::string &path) : fMethod(fInfo, path.c_str())
   {
      fMethod.SetupMethod();
      fMethod.ReadStateFromFile();
   }
   DataSetInfo fInfo;
   MethodLD fMethod;
};

/// Largest deviation from a column of regression_first20.csv, relative to the target's range of about 360.
double LargestDeviation(const MethodBase &method, const std::string &column)
{
   const Csv golden = Golden("regression_first20.csv");
   double largest = golden.Size() == 40 ? 0 : 1e9;
   for (std::size_t i = 0; i < golden.Size(); ++i) {
      const float event[] = {float(golden.Number(i, "var1")), float(golden.Number(i, "var2"))};
      float response = 0;
      method.Evaluate(event, 1, &response);
      largest = std::max(largest, std::abs(response - golden.Number(i, column)) / 360);
   }
   return largest;
}

} // namespace

TEST_F(LDTest, CoefficientsAndFiguresAgreeWithTMVA)
{
   const Csv metrics = Golden("regression_LD_metrics.csv");
   int nCompared = 0;
   for (const std::string title : {"LD", "LDDG"}) {
      const auto method = Train(title);
      const ReadMethod golden(GoldenWeights(title));
      ASSERT_EQ(method->GetCoefficients().size(), 1u);
      for (int k = 0; k < 3; ++k) {
         const double expected = golden.fMethod.GetCoefficients()[0][k];
         EXPECT_NEAR(method->GetCoefficients()[0][k], expected, 1e-5 * std::abs(expected)) << title << " " << k;
      }
      for (std::size_t i = 0; i < metrics.Size(); ++i) {
         if (metrics.Text(i, "method") != title)
            continue;
         const auto type = metrics.Text(i, "set") == "test" ? Types::kTesting : Types::kTraining;
         method->AddOutput(type);
         const Sample sample = method->Data()->GetSample(type);
         const auto figures = EvaluateRegression(
            {method->GetResponses(type).data(), 1, sample.fTargets.fData, 1, sample.fWeights, sample.Size()});
         EXPECT_NEAR(figures.fBias, metrics.Number(i, "bias"), 2e-4) << title; // of a difference of two means of 160
         EXPECT_NEAR(figures.fDeviation, metrics.Number(i, "dev"), 1e-5 * metrics.Number(i, "dev")) << title;
         EXPECT_NEAR(figures.fRms, metrics.Number(i, "rms"), 1e-5 * metrics.Number(i, "rms")) << title;
         ++nCompared;
      }
   }
   EXPECT_EQ(nCompared, 4);
}

TEST_F(LDTest, ResponsesAgreeWithTMVA)
{
   for (const auto &[title, transform] : kTransforms)
      EXPECT_LT(LargestDeviation(*Train(title), title), 1e-5) << title;
}

TEST(LD, WeightFilesOfTMVAGiveItsResponses)
{
   const Silence silence;
   for (const std::string title : {"LD", "LDDG"})
      EXPECT_LT(LargestDeviation(ReadMethod(GoldenWeights(title)).fMethod, title), 1e-6) << title;
}

TEST_F(LDTest, TheWeightFileHasTheLayoutOfTMVAAndGivesTheSameBits)
{
   const TempDir folder;
   const auto method = Train("LD");
   method->SetWeightFileName((folder / "ld.weights.xml").c_str());
   method->WriteStateToFile();
   const ReadMethod read(folder / "ld.weights.xml");
   EXPECT_EQ(read.fMethod.GetCoefficients(), method->GetCoefficients());

   const auto describe = [](const std::string &path) {
      const XmlDocument document = XmlDocument::Read(path);
      const XmlNode weights = document.Root().RequiredChild("Weights");
      std::string text =
         document.Root().Attribute("Method") + " " + weights.Attribute("NOut") + " " + weights.Attribute("NCoeff");
      for (const XmlNode &c : weights.Children())
         text += " " + c.Name() + " " + c.Attribute("IndexOut") + " " + c.Attribute("IndexCoeff");
      return text;
   };
   EXPECT_EQ(describe(folder / "ld.weights.xml"), describe(GoldenWeights("LD")));
}

TEST_F(LDTest, RankingIsByTheSizeOfTheCoefficients)
{
   const auto method = Train("LD");
   const Ranking *ranking = method->CreateRanking();
   ASSERT_NE(ranking, nullptr);
   ASSERT_EQ(ranking->GetRanks().size(), 2u);
   EXPECT_EQ(ranking->GetRanks()[0].fVariable, "var2"); // 43.1 against 34.7
   EXPECT_DOUBLE_EQ(ranking->GetRanks()[1].fValue, std::abs(method->GetCoefficients()[0][1]));
}

TEST(LD, WrongCoefficientsInAWeightFileAreRefused)
{
   const Silence silence;
   const std::string good = ReadText(GoldenWeights("LD"));
   const auto replaced = [&good](const std::string &from, const std::string &to) {
      std::string text = good;
      const auto at = text.find(from);
      EXPECT_NE(at, std::string::npos) << from;
      return at == std::string::npos ? text : text.replace(at, from.size(), to);
   };
   for (const auto &[text, word] : std::vector<std::pair<std::string, std::string>>{
           {replaced("NOut=\"1\"", "NOut=\"2000000000\""), "NOut"},
           {replaced("NCoeff=\"3\"", "NCoeff=\"4\""), "NCoeff"},
           {replaced("IndexCoeff=\"2\"", "IndexCoeff=\"3\""), "IndexCoeff"},
           {replaced("IndexCoeff=\"2\"", "IndexCoeff=\"1\""), "twice"},
           {replaced("IndexOut=\"0\"", "IndexOut=\"-1\""), "IndexOut"},
           {replaced("Coefficient IndexOut", "Cow IndexOut"), "Cow"},
           {replaced("3.4667533529110869e+01", "inf"), "finite"}}) {
      ExpectError(EErrorCode::kWeightFile, {word}, [t = text] {
         DataSetInfo info;
         MethodLD method(info, "");
         method.SetupMethod();
         method.ReadStateFromXMLString(t.c_str());
      });
   }
}

TEST(LD, DependentVariablesAreNamed)
{
   const float rows[] = {0, 3, 0, 1, 3, 2, 2, 3, 4, 4, 3, 8, 7, 3, 14, 9, 3, 18};
   std::vector<double> mean;
   const MatrixView<const float> view(rows, 6, 3);
   const Internal::EventSelection all;
   const double sum = Internal::ComputeMean(view, all, mean);
   const TMatrixD covariance = Internal::ComputeCovariance(view, mean, view, mean, all, sum);
   TMatrixDSym matrix(3, covariance.GetMatrixArray());
   ExpectError(EErrorCode::kData, {"\"b\" is constant", "MyLD"},
               [&] { Internal::InvertCovariance(matrix, {"a", "b", "c"}, "MyLD"); });
   matrix(1, 1) = 1;
   ExpectError(EErrorCode::kData, {"\"a\", \"c\"", "linearly"},
               [&] { Internal::InvertCovariance(matrix, {"a", "b", "c"}, "MyLD"); });
   const float weights[] = {-1, 1, -1, 1, -1, 1};
   ExpectError(EErrorCode::kData, {"positive sum of weights"}, [&] { Internal::ComputeMean(view, {weights}, mean); });
}

// A correlation of 1 - e has the eigenvalue e; the limit is 1e-11.
TEST(LD, TheLimitOfSingularMatrices)
{
   const auto invert = [](double e) {
      TMatrixDSym matrix(2);
      matrix(0, 0) = 4;
      matrix(1, 1) = 9;
      matrix(0, 1) = matrix(1, 0) = 6 * (1 - e);
      return Internal::InvertCovariance(matrix, {"a", "b"}, "MyLD");
   };
   ExpectError(EErrorCode::kData, {"\"a\", \"b\"", "linearly"}, [&] { invert(0.8e-11); });
   EXPECT_NEAR(invert(1.2e-11)(0, 1) * 2.4e-11 * 6, -1, 1e-4);
   const TMatrixDSym inverse = invert(0.5); // of [[4, 3], [3, 9]]
   EXPECT_NEAR(inverse(0, 0), 9. / 27, 1e-12);
   EXPECT_NEAR(inverse(0, 1), -3. / 27, 1e-12);
   EXPECT_NEAR(inverse(1, 1), 4. / 27, 1e-12);
}

TEST(LD, AnUntrainedMethodSaysSo)
{
   DataSetInfo info;
   info.AddVariable("x");
   MethodLD method("job", "LD", info, "");
   method.SetupMethod();
   const float row = 1;
   float response = 0;
   ExpectError(EErrorCode::kState, {"trained"}, [&] { method.Predict(&row, 1, &response); });
}

TEST(LD, IsRegisteredForTwoClassesAndForRegression)
{
   DataSetInfo info;
   const std::unique_ptr<IMethod> method(ClassifierFactory::Instance().Create("LD", "job", "title", info, ""));
   ASSERT_NE(dynamic_cast<MethodLD *>(method.get()), nullptr);
   EXPECT_TRUE(method->HasAnalysisType(Types::kClassification, 2, 0));
   EXPECT_TRUE(method->HasAnalysisType(Types::kRegression, 1, 1));
   EXPECT_TRUE(method->HasAnalysisType(Types::kRegression, 1, 3));
   EXPECT_FALSE(method->HasAnalysisType(Types::kRegression, 1, 0));
   EXPECT_FALSE(method->HasAnalysisType(Types::kMulticlass, 3, 0));
}
