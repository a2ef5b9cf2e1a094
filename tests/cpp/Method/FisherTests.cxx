// kFisher against the figures of TMVA, its weight file and its mistakes.

#include "Method/FisherDiscriminant.hxx"
#include "Transform/GoldenEvents.hxx"

#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"
#include "TorchMVA/Method/MethodFisher.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

/// The data set of the golden job: [training | test] of golden/split/split_random_n1000.csv.
std::shared_ptr<DataSet> GoldenDataSet()
{
   static const std::shared_ptr<DataSet> data = [] {
      const auto train = GoldenEvents::Read("train"), test = GoldenEvents::Read("test");
      const Long64_t nTrain = train.fVariables.Rows(), n = nTrain + test.fVariables.Rows();
      SharedMatrix<float> variables(n, 4), targets(n, 0), weights(n, 1);
      SharedMatrix<double> spectators(n, 0);
      SharedMatrix<int> classes(n, 1);
      Long64_t row = 0;
      for (const auto *part : {&train, &test}) {
         std::copy(part->fVariables.Data(), part->fVariables.Data() + part->fVariables.Rows() * 4,
                   variables.Data() + row * 4);
         std::copy(part->fWeights.begin(), part->fWeights.end(), weights.Data() + row);
         std::copy(part->fClasses.begin(), part->fClasses.end(), classes.Data() + row);
         row += part->fVariables.Rows();
      }
      return std::make_shared<DataSet>(variables, targets, spectators, weights, classes, nTrain, 2u,
                                       std::vector<double>{1, 1});
   }();
   return data;
}

std::unique_ptr<DataSetInfo> GoldenInfo()
{
   gConfig().SetSilent(kTRUE);
   auto info = std::make_unique<DataSetInfo>("dataset");
   for (const char *name : {"var1", "var2", "var3", "var4"})
      info->AddVariable(name);
   info->AddClass("Signal");
   info->AddClass("Background");
   info->SetBuilder([](DataSetInfo &) { return GoldenDataSet(); });
   return info;
}

std::unique_ptr<MethodFisher> Train(DataSetInfo &info, const std::string &options)
{
   auto method = std::make_unique<MethodFisher>("job", "Fisher", info, options.c_str());
   method->SetAnalysisType(Types::kClassification);
   method->SetupMethod();
   method->ProcessSetup();
   method->TrainMethod();
   return method;
}

/// Fields of the lines of fisher_metrics.csv: its VarTransform has commas, so columns are counted from the end.
std::map<std::string, std::vector<double>> GoldenCoefficients()
{
   std::map<std::string, std::vector<double>> golden;
   const auto rows = GoldenEvents::ReadCsv("golden/fisher_metrics.csv");
   std::size_t fromEnd = 0;
   for (std::size_t k = 0; k < rows.at(0).size(); ++k) {
      if (rows[0][k] == "F0")
         fromEnd = rows[0].size() - k;
   }
   for (std::size_t i = 1; i < rows.size(); ++i) {
      for (std::size_t k = 0; k < 5; ++k)
         golden[rows[i][0]].push_back(std::stod(rows[i].at(rows[i].size() - fromEnd + k)));
   }
   return golden;
}

const std::map<std::string, std::string> kTransforms = {{"Fisher", "None"}, {"FisherD", "D"},    {"FisherG", "G"},
                                                        {"FisherN", "N"},   {"FisherDG", "D,G"}, {"FisherGD", "G,D"}};

} // namespace

TEST(Fisher, CoefficientsAgreeWithTMVA)
{
   const auto golden = GoldenCoefficients();
   for (const auto &[title, transform] : kTransforms) {
      const auto info = GoldenInfo();
      const auto method = Train(*info, "!H:!V:Fisher:VarTransform=" + transform);
      ASSERT_EQ(method->GetCoefficients().size(), 5u);
      for (int k = 0; k < 5; ++k) {
         const double expected = golden.at(title).at(k);
         // F0 is a difference of terms of the size of the coefficients.
         EXPECT_NEAR(method->GetCoefficients()[k], expected, 1e-6 * std::abs(expected) + (k == 0 ? 1e-7 : 0))
            << title << " F" << k;
      }
   }
}

TEST(Fisher, ResponsesAgreeWithTMVA)
{
   const auto rows = GoldenEvents::ReadCsv("golden/fisher_response_first20.csv");
   for (const auto &[title, transform] : kTransforms) {
      const auto info = GoldenInfo();
      const auto method = Train(*info, "VarTransform=" + transform);
      const auto column = std::find(rows[0].begin(), rows[0].end(), title) - rows[0].begin();
      int nCompared = 0;
      for (std::size_t i = 1; i < rows.size(); ++i) {
         float event[4], response = 0;
         for (int k = 0; k < 4; ++k)
            event[k] = std::stof(rows[i].at(4 + k));
         method->Evaluate(event, 1, &response);
         EXPECT_NEAR(response, std::stod(rows[i].at(column)), 3e-6) << title << " row " << i;
         ++nCompared;
      }
      EXPECT_EQ(nCompared, 40);
   }
}

TEST(Fisher, RankingAgreesWithTMVA)
{
   const auto info = GoldenInfo();
   const auto method = Train(*info, "");
   const Ranking *ranking = method->CreateRanking();
   ASSERT_NE(ranking, nullptr);
   EXPECT_EQ(ranking->GetDiscrName(), "Discr. power");
   const auto golden = Golden("fisher_ranking_discr_power.csv");
   ASSERT_EQ(ranking->GetRanks().size(), golden.Size());
   for (std::size_t i = 0; i < golden.Size(); ++i) {
      EXPECT_EQ(ranking->GetRanks()[i].fVariable, golden.Text(i, "var").c_str());
      EXPECT_NEAR(ranking->GetRanks()[i].fValue, golden.Number(i, "value"), 1e-8);
   }
}

TEST(Fisher, MahalanobisPointsTheSameWay)
{
   const auto info = GoldenInfo();
   const auto fisher = Train(*info, "Method=Fisher");
   const auto mahalanobis = Train(*info, "Method=Mahalanobis");
   const auto &f = fisher->GetCoefficients(), &m = mahalanobis->GetCoefficients();
   // (W + a d d^T)^-1 d is W^-1 d times 1 / (1 + a d^T W^-1 d): Sherman and Morrison.
   const double ratio = m[1] / f[1];
   EXPECT_LT(ratio, 0.99);
   EXPECT_GT(ratio, 0);
   for (int k = 0; k < 5; ++k)
      EXPECT_NEAR(m[k] / f[k], ratio, 1e-9) << k;
}

TEST(Fisher, CoefficientsDoNotDependOnTheScaleOfTheWeights)
{
   const auto events = GoldenEvents::Read("train");
   std::vector<float> weights(events.fWeights.size());
   for (std::size_t i = 0; i < weights.size(); ++i)
      weights[i] = 0.5f + (i % 4);
   const auto coefficients = [&events, &weights] {
      const auto m =
         Internal::ComputeFisherMoments(events.fVariables.View(), weights.data(), events.fClasses.data(), 0, 1);
      return Internal::ComputeFisherCoefficients(m, false, {"a", "b", "c", "d"}, "Test");
   };
   const auto once = coefficients();
   for (float &w : weights)
      w *= 8;
   const auto again = coefficients();
   for (int k = 0; k < 5; ++k)
      EXPECT_NEAR(again[k], once[k], 1e-12);
}

// NumPy: within = cov(signal, aweights) + cov(background, aweights), both with ddof=0; d = mean_S - mean_B;
// between = S B / (S + B)^2 outer(d, d); c = sqrt(S B) / (S + B) solve(within (+ between), d); c_0 = -c (mean_S + mean_B) / 2
TEST(Fisher, CoefficientsOfNineWeightedEvents)
{
   const float rows[] = {1, 4, 2, 1, 4, 3, 3, 6, 0, 2, 1, 0, -1, 3, 2, 5, -2, 1};
   const float weights[] = {1, 2, .5, 1.5, 1, 3, .25, 2, 1};
   const int classes[] = {0, 0, 0, 0, 1, 1, 1, 1, 1};
   const auto m = Internal::ComputeFisherMoments({rows, 9, 2}, weights, classes, 0, 1);
   EXPECT_DOUBLE_EQ(m.fSumSignal, 5);
   EXPECT_DOUBLE_EQ(m.fSumBackground, 7.25);
   const std::vector<double> fisher = {-0.506137528348646, 0.31402083686585314, 0.016220245022016303};
   const std::vector<double> mahalanobis = {-0.4000929194450875, 0.24822801383284318, 0.012821821780626528};
   const std::vector<double> power = {0.20828552182614737, 0.051799828014820075};
   for (int k = 0; k < 3; ++k) {
      EXPECT_NEAR(Internal::ComputeFisherCoefficients(m, false, {"a", "b"}, "Test")[k], fisher[k], 1e-12);
      EXPECT_NEAR(Internal::ComputeFisherCoefficients(m, true, {"a", "b"}, "Test")[k], mahalanobis[k], 1e-12);
   }
   for (int k = 0; k < 2; ++k)
      EXPECT_NEAR(Internal::ComputeDiscriminatingPower(m)[k], power[k], 1e-12);
   const auto swapped = Internal::ComputeFisherMoments({rows, 9, 2}, weights, classes, 1, 0);
   EXPECT_NEAR(Internal::ComputeFisherCoefficients(swapped, false, {"a", "b"}, "Test")[1], -fisher[1], 1e-12);
}

TEST(Fisher, SingularMatricesNameTheVariables)
{
   const float rows[] = {0, 3, 0, 1, 3, 2, 2, 3, 4, 4, 3, 8, 7, 3, 14, 9, 3, 18};
   const int classes[] = {0, 0, 0, 1, 1, 1};
   auto m = Internal::ComputeFisherMoments({rows, 6, 3}, nullptr, classes, 0, 1);
   ExpectError(EErrorCode::kData, {"\"b\" is constant"},
               [&m] { Internal::ComputeFisherCoefficients(m, false, {"a", "b", "c"}, "Test"); });
   m.fWithin(1, 1) = 1;
   ExpectError(EErrorCode::kData, {"\"a\", \"c\"", "linearly"},
               [&m] { Internal::ComputeFisherCoefficients(m, false, {"a", "b", "c"}, "Test"); });
   ExpectError(EErrorCode::kData, {"weights", "class 1"},
               [&rows, &classes] { Internal::ComputeFisherMoments({rows, 3, 3}, nullptr, classes, 0, 1); });
}

TEST(Fisher, TheWeightFileGivesTheSameBits)
{
   const TempDir folder;
   for (const char *transform : {"None", "D,G", "N_Signal"}) {
      const auto info = GoldenInfo();
      const auto method = Train(*info, std::string("VarTransform=") + transform);
      method->SetWeightFileName((folder / "fisher.weights.xml").c_str());
      method->WriteStateToFile();

      DataSetInfo empty;
      MethodFisher read(empty, (folder / "fisher.weights.xml").c_str());
      read.SetupMethod();
      read.ReadStateFromFile();
      EXPECT_EQ(read.GetCoefficients(), method->GetCoefficients()) << transform;
      EXPECT_EQ(empty.GetNVariables(), 4u);
      EXPECT_EQ(read.CreateRanking(), nullptr);
      const Sample sample = GoldenDataSet()->GetSample(Types::kTesting);
      std::vector<float> a(sample.Size()), b(sample.Size());
      method->Evaluate(sample.fVariables.fData, sample.Size(), a.data());
      read.Evaluate(sample.fVariables.fData, sample.Size(), b.data());
      EXPECT_EQ(0, std::memcmp(a.data(), b.data(), a.size() * sizeof(float))) << transform;
   }
}

TEST(Fisher, WeightFilesOfTMVAGiveItsResponses)
{
   const auto rows = GoldenEvents::ReadCsv("golden/fisher_response_first20.csv");
   for (const char *title : {"Fisher", "FisherU", "FisherN", "FisherDG"}) {
      gConfig().SetSilent(kTRUE);
      DataSetInfo info;
      MethodFisher method(
         info,
         GoldenEvents::DataPath(std::string("golden/weights/TMVAClassification_") + title + ".weights.xml").c_str());
      method.SetupMethod();
      method.ReadStateFromFile();
      EXPECT_STREQ(method.GetMethodName(), title);
      const auto column = std::find(rows[0].begin(), rows[0].end(), title) - rows[0].begin();
      for (std::size_t i = 1; i < rows.size(); ++i) {
         float event[4], response = 0;
         for (int k = 0; k < 4; ++k)
            event[k] = std::stof(rows[i].at(4 + k));
         method.Evaluate(event, 1, &response);
         EXPECT_NEAR(response, std::stod(rows[i].at(column)), 3e-6) << title << " row " << i;
      }
   }
}

TEST(Fisher, WrongCoefficientsInAWeightFileAreRefused)
{
   gConfig().SetSilent(kTRUE);
   const std::string good = ReadText(GoldenEvents::DataPath("golden/weights/TMVAClassification_Fisher.weights.xml"));
   const auto read = [](const std::string &text) {
      DataSetInfo info;
      MethodFisher method(info, "");
      method.SetupMethod();
      method.ReadStateFromXMLString(text.c_str());
   };
   const auto replaced = [&good](const std::string &from, const std::string &to) {
      std::string text = good;
      const auto at = text.find(from);
      EXPECT_NE(at, std::string::npos) << from;
      return at == std::string::npos ? text : text.replace(at, from.size(), to);
   };
   EXPECT_NO_THROW(read(good));
   for (const auto &[text, word] : std::vector<std::pair<std::string, std::string>>{
           {replaced("NCoeff=\"5\"", "NCoeff=\"2000000000\""), "NCoeff"},
           {replaced("NCoeff=\"5\"", ""), "NCoeff"},
           {replaced("Coefficient Index=\"4\"", "Coefficient Index=\"-1\""), "Index"},
           {replaced("Coefficient Index=\"4\"", "Coefficient Index=\"3\""), "once"},
           {replaced("Coefficient Index=\"4\"", "Cow Index=\"4\""), "Cow"},
           {replaced("-1.8706865461664829e-01", "nan"), "finite"}})
      ExpectError(EErrorCode::kWeightFile, {word}, [&, t = text] { read(t); });
}

TEST(Fisher, IsRegisteredForTwoClassesOnly)
{
   const auto info = GoldenInfo();
   const std::unique_ptr<IMethod> method(ClassifierFactory::Instance().Create("Fisher", "job", "title", *info, ""));
   ASSERT_NE(dynamic_cast<MethodFisher *>(method.get()), nullptr);
   EXPECT_TRUE(method->HasAnalysisType(Types::kClassification, 2, 0));
   EXPECT_FALSE(method->HasAnalysisType(Types::kClassification, 3, 0));
   EXPECT_FALSE(method->HasAnalysisType(Types::kMulticlass, 2, 0));
   EXPECT_FALSE(method->HasAnalysisType(Types::kRegression, 1, 1));
   ExpectError(EErrorCode::kOption, {"Method", "Mahalanobis"}, [&info] { Train(*info, "Method=Bayes"); });
}
