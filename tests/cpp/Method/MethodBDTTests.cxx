// kBDT: options and training. Whether the trees are LightGBM's is the business of tests/python/test_trees.py.

#include "Method/ToyBDT.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <map>
#include <numeric>
#include <thread>
#include <unistd.h>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

std::map<std::string, std::string> OptionValues(const MethodBDT &method)
{
   std::map<std::string, std::string> values;
   for (const OptionInfo &option : method.GetOptionInfos())
      values[option.fName] = option.fValue;
   return values;
}

std::vector<float> Train(MethodBDT &method)
{
   method.TrainMethod();
   const Sample sample = method.Data()->GetSample(Types::kTraining);
   std::vector<float> responses(sample.Size() * method.GetNResponses());
   method.Evaluate(sample.fVariables.fData, sample.Size(), responses.data());
   return responses;
}

std::vector<float> TrainToy(const std::string &options, Types::EAnalysisType type = Types::kClassification,
                            double negativeFraction = 0)
{
   gConfig().SetSilent(kTRUE);
   const auto info = MakeToyInfo(type, 1200, negativeFraction);
   return Train(*BookToyBDT(*info, type, options));
}

/// The part of the events whose response is above 0 for class 0 and below it for class 1.
double Accuracy(const std::vector<float> &responses, double negativeFraction = 0)
{
   const auto info = MakeToyInfo(Types::kClassification, 1200, negativeFraction);
   const Sample sample = info->GetDataSet()->GetSample(Types::kTraining);
   double nRight = 0;
   for (Long64_t i = 0; i < sample.Size(); ++i)
      nRight += (responses[i] > 0) == (sample.fClasses[i] == 0);
   return nRight / sample.Size();
}

} // namespace

TEST(MethodBDT, IsRegisteredForEveryAnalysisItCanDo)
{
   const auto info = MakeToyInfo(Types::kClassification, 100);
   const std::unique_ptr<IMethod> method(ClassifierFactory::Instance().Create("BDT", "job", "title", *info, ""));
   ASSERT_NE(dynamic_cast<MethodBDT *>(method.get()), nullptr);
   EXPECT_TRUE(method->HasAnalysisType(Types::kClassification, 2, 0));
   EXPECT_FALSE(method->HasAnalysisType(Types::kClassification, 3, 0));
   EXPECT_TRUE(method->HasAnalysisType(Types::kMulticlass, 4, 0));
   EXPECT_TRUE(method->HasAnalysisType(Types::kRegression, 1, 1));
   EXPECT_FALSE(method->HasAnalysisType(Types::kRegression, 1, 2));
}

TEST(MethodBDT, DefaultsAreThoseOfTMVAWithAWordOnTheBoosting)
{
   gConfig().SetSilent(kFALSE);
   for (const auto type : {Types::kClassification, Types::kRegression}) {
      const bool isRegression = type == Types::kRegression;
      const auto info = MakeToyInfo(type, 100);
      for (const bool grad : {false, true}) {
         ::testing::internal::CaptureStderr();
         const auto method = BookToyBDT(*info, type, grad ? "BoostType=Grad" : "");
         const std::string text = ::testing::internal::GetCapturedStderr();
         auto values = OptionValues(*method);
         EXPECT_EQ(values["NTrees"], "800");
         EXPECT_EQ(values["MinNodeSize"], isRegression ? "0.2%" : "5%");
         EXPECT_EQ(values["nCuts"], "20");
         EXPECT_EQ(values["UseNvars"], "2");
         EXPECT_EQ(values["BoostType"], "Grad");
         EXPECT_EQ(values["Shrinkage"], grad ? "1" : "0.1");
         EXPECT_EQ(values["MaxDepth"], isRegression && grad ? "50" : "3");
         EXPECT_EQ(text.find("BoostType") == std::string::npos, grad) << text;
      }
   }
   gConfig().SetSilent(kTRUE);
}

TEST(MethodBDT, OptionsWithoutCounterpartAreNamedOnceEach)
{
   gConfig().SetSilent(kFALSE);
   const auto info = MakeToyInfo(Types::kClassification, 100);
   ::testing::internal::CaptureStderr();
   BookToyBDT(*info, Types::kClassification,
              "BoostType=AdaBoost:AdaBoostBeta=0.3:SeparationType=GiniIndex:PruneMethod=CostComplexity:Shrinkage=0.3:"
              "UseFisherCuts:NTrees=20");
   const std::string text = ::testing::internal::GetCapturedStderr();
   gConfig().SetSilent(kTRUE);
   const auto count = [&text](const std::string &word) {
      int n = 0;
      for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
         ++n;
      return n;
   };
   for (const char *option : {"BoostType=AdaBoost", "AdaBoostBeta=0.3", "PruneMethod=CostComplexity", "UseFisherCuts="})
      EXPECT_EQ(count(option), 1) << option << "\n" << text;
   EXPECT_EQ(count("SeparationType"), 0) << "the default changes nothing, so it needs no word";
   EXPECT_EQ(count("Warning in"), 4) << text;
   EXPECT_EQ(count("Shrinkage=0.3"), 1) << text;
}

TEST(MethodBDT, WrongValuesAreRefused)
{
   gConfig().SetSilent(kTRUE);
   const auto info = MakeToyInfo(Types::kClassification, 100);
   for (const auto &[options, word] :
        std::vector<std::pair<std::string, std::string>>{{"NTrees=0", "NTrees"},
                                                         {"NTrees=-5", "NTrees"},
                                                         {"MaxDepth=0", "MaxDepth"},
                                                         {"MinNodeSize=0%", "MinNodeSize"},
                                                         {"MinNodeSize=60%", "50"},
                                                         {"MinNodeSize=five", "five"},
                                                         {"nCuts=0", "nCuts"},
                                                         {"nCuts=-2", "nCuts"},
                                                         {"Shrinkage=0", "Shrinkage"},
                                                         {"BaggedSampleFraction=-1", "BaggedSampleFraction"},
                                                         {"BaggedSampleFraction=inf", "BaggedSampleFraction"},
                                                         {"BaggedSampleFraction=0", "BaggedSampleFraction"},
                                                         {"HuberQuantile=2", "HuberQuantile"},
                                                         {"UseRandomisedTrees:UseNvars=0", "UseNvars"},
                                                         {"SigToBkgFraction=0", "SigToBkgFraction"},
                                                         {"BoostType=Boot", "AdaBoostR2"},
                                                         {"NTree=100", "NTrees"}})
      ExpectError(EErrorCode::kOption, {word}, [&, o = options] { BookToyBDT(*info, Types::kClassification, o); });
}

TEST(MethodBDT, ABagOfMoreThanAllEventsIsAllEvents)
{
   gConfig().SetSilent(kTRUE);
   const auto info = MakeToyInfo(Types::kClassification, 100);
   for (const char *options : {"UseBaggedBoost:BaggedSampleFraction=1.5", "UseBaggedGrad:GradBaggingFraction=7"}) {
      ::testing::internal::CaptureStderr();
      auto values = OptionValues(*BookToyBDT(*info, Types::kClassification, options));
      const std::string said = ::testing::internal::GetCapturedStderr();
      EXPECT_EQ(values["BaggedSampleFraction"], "1");
      EXPECT_NE(said.find("each tree sees all of them"), std::string::npos) << said;
   }
   EXPECT_EQ(TrainToy("BoostType=Grad:NTrees=5:UseBaggedBoost:BaggedSampleFraction=1.5"),
             TrainToy("BoostType=Grad:NTrees=5"));
}

TEST(MethodBDT, OldNamesMeanTheNewOnes)
{
   gConfig().SetSilent(kTRUE);
   const auto info = MakeToyInfo(Types::kClassification, 100);
   auto values = OptionValues(
      *BookToyBDT(*info, Types::kClassification, "BoostType=Grad:UseBaggedGrad:GradBaggingFraction=0.3:NNodesMax=7"));
   EXPECT_EQ(values["UseBaggedBoost"], "True");
   EXPECT_EQ(values["BaggedSampleFraction"], "0.3");
   EXPECT_EQ(values["MaxDepth"], "2");
   // TMVA's old macros have NNodesMax=5 where the present ones have MaxDepth=2
   for (const auto &[nodes, depth] : {std::pair("5", "2"), {"9", "2"}, {"10", "3"}, {"100000", "11"}})
      EXPECT_EQ(OptionValues(*BookToyBDT(*info, Types::kClassification,
                                         std::string("BoostType=Grad:MaxDepth=7:NNodesMax=") + nodes))["MaxDepth"],
                depth);
   values = OptionValues(*BookToyBDT(*info, Types::kClassification, "UseBaggedBoost:GradBaggingFraction=0.3"));
   EXPECT_EQ(values["BaggedSampleFraction"], "0.3");
   const std::string common = "BoostType=Grad:Shrinkage=0.1:NTrees=20:";
   EXPECT_EQ(TrainToy(common + "nEventsMin=24"), TrainToy(common + "MinNodeSize=2%"));
   EXPECT_EQ(TrainToy(common + "nEventsMin=24:MinNodeSize=10%"), TrainToy(common + "MinNodeSize=2%"));
   EXPECT_NE(TrainToy(common + "MinNodeSize=10%"), TrainToy(common + "MinNodeSize=2%"));
   EXPECT_EQ(TrainToy(common + "UseBaggedBoost:UseNTrainEvents=600:BaggedSampleFraction=0.9:nEventsMin=24"),
             TrainToy(common + "UseBaggedBoost:BaggedSampleFraction=0.5:nEventsMin=24"));
}

TEST(MethodBDT, LearnsClassesAndTheSameBitsForTheSameSeed)
{
   const std::string options = "BoostType=Grad:Shrinkage=0.2:NTrees=60:UseBaggedBoost:BaggedSampleFraction=0.5:"
                               "UseRandomisedTrees:UseNvars=2:RandomSeed=";
   const auto responses = TrainToy(options + "5");
   EXPECT_GT(Accuracy(responses), 0.93);
   for (const float response : responses)
      ASSERT_LE(std::abs(response), 1);
   EXPECT_EQ(responses, TrainToy(options + "5"));
   EXPECT_NE(responses, TrainToy(options + "6"));
   EXPECT_NE(TrainToy("NTrees=20:MaxDepth=1"), TrainToy("NTrees=20:MaxDepth=4"));
}

TEST(MethodBDT, TheSignalMayBeTheSecondClass)
{
   gConfig().SetSilent(kTRUE);
   const auto toy = MakeToyInfo(Types::kClassification);
   DataSetInfo info("dataset");
   for (const char *name : {"a", "b", "c"})
      info.AddVariable(name);
   for (const char *name : {"Background", "Signal"})
      info.AddClass(name);
   std::vector<Long64_t> all(toy->GetDataSet()->GetNEvents());
   std::iota(all.begin(), all.end(), 0);
   info.SetDataSet(toy->GetDataSet()->Select(all, all.size(), {}));
   const auto responses = Train(*BookToyBDT(info, Types::kClassification, "BoostType=Grad:Shrinkage=0.2:NTrees=40"));
   EXPECT_LT(Accuracy(responses), 0.1) << "of class 0 as the signal";
}

TEST(MethodBDT, RegressionFollowsTheTargetForEveryLoss)
{
   for (const char *loss : {"Huber", "AbsoluteDeviation", "LeastSquares"}) {
      const auto responses = TrainToy(std::string("BoostType=Grad:Shrinkage=0.1:NTrees=200:MaxDepth=3:nCuts=50:"
                                                  "RegressionLossFunctionBDTG=") +
                                         loss,
                                      Types::kRegression);
      const auto info = MakeToyInfo(Types::kRegression);
      const Sample sample = info->GetDataSet()->GetSample(Types::kTraining);
      double sum = 0;
      for (Long64_t i = 0; i < sample.Size(); ++i)
         sum += std::pow(responses[i] - sample.fTargets.fData[i], 2);
      EXPECT_LT(std::sqrt(sum / sample.Size()), 0.08) << loss; // of 0.65
   }
}

TEST(MethodBDT, MulticlassGivesProbabilities)
{
   const auto responses = TrainToy("BoostType=Grad:Shrinkage=0.2:NTrees=40", Types::kMulticlass);
   const auto info = MakeToyInfo(Types::kMulticlass);
   const Sample sample = info->GetDataSet()->GetSample(Types::kTraining);
   int nRight = 0;
   for (Long64_t i = 0; i < sample.Size(); ++i) {
      const float *p = &responses[3 * i];
      EXPECT_NEAR(p[0] + p[1] + p[2], 1, 1e-6);
      nRight += std::max_element(p, p + 3) - p == sample.fClasses[i];
   }
   EXPECT_GT(nRight, 0.95 * sample.Size());
}

TEST(MethodBDT, NegativeWeightsAreTreatedAsAsked)
{
   const std::string options = "BoostType=Grad:Shrinkage=0.2:NTrees=40:SkipNormalization:NegWeightTreatment=";
   const auto kept = TrainToy(options + "Pray", Types::kClassification, 0.2);
   EXPECT_GT(Accuracy(kept, 0.2), 0.9);
   EXPECT_EQ(kept, TrainToy(options + "InverseBoostNegWeights", Types::kClassification, 0.2));
   const auto ignored = TrainToy(options + "IgnoreNegWeightsInTraining", Types::kClassification, 0.2);
   EXPECT_GT(Accuracy(ignored, 0.2), 0.9);
   EXPECT_EQ(ignored, TrainToy(options + "NoNegWeightsInTraining", Types::kClassification, 0.2));
   EXPECT_NE(kept, ignored) << "only the sums of the classes differ";
   EXPECT_EQ(ignored, TrainToy("BoostType=Grad:Shrinkage=0.2:NTrees=40:SkipNormalization:IgnoreNegWeightsInTraining",
                               Types::kClassification, 0.2));
   ExpectError(EErrorCode::kData, {"positive sum"}, [] { TrainToy("", Types::kClassification, 0.9); });
}

TEST(MethodBDT, ImportanceIsTheShareOfTheGain)
{
   gConfig().SetSilent(kTRUE);
   const auto info = MakeToyInfo(Types::kClassification);
   const auto method = BookToyBDT(*info, Types::kClassification, "NTrees=40");
   EXPECT_EQ(method->CreateRanking(), nullptr);
   Train(*method);
   const Ranking *ranking = method->CreateRanking();
   ASSERT_NE(ranking, nullptr);
   EXPECT_EQ(ranking->GetDiscrName(), "Variable Importance");
   ASSERT_EQ(ranking->GetRanks().size(), 3u);
   EXPECT_EQ(ranking->GetRanks()[2].fVariable, "c");
   EXPECT_LT(ranking->GetRanks()[2].fValue, 0.1);
   double sum = 0;
   for (const auto &rank : ranking->GetRanks())
      sum += rank.fValue;
   EXPECT_NEAR(sum, 1, 1e-12);
}

TEST(MethodBDT, TheWeightFileGivesTheSameBits)
{
   gConfig().SetSilent(kTRUE);
   const TempDir folder;
   const TString path = (folder / "bdt.weights.xml").c_str();
   for (const auto type : {Types::kClassification, Types::kMulticlass, Types::kRegression}) {
      const auto info = MakeToyInfo(type);
      const auto method = BookToyBDT(*info, type, "NTrees=15:VarTransform=N");
      const auto responses = Train(*method);
      method->SetWeightFileName(path);
      method->WriteStateToFile();

      DataSetInfo empty;
      MethodBDT read(empty, path);
      read.SetupMethod();
      read.ReadStateFromFile();
      EXPECT_EQ(read.GetNTrees(), type == Types::kMulticlass ? 45u : 15u);
      std::vector<float> again(responses.size());
      const Sample sample = info->GetDataSet()->GetSample(Types::kTraining);
      read.Evaluate(sample.fVariables.fData, sample.Size(), again.data());
      EXPECT_EQ(0, std::memcmp(responses.data(), again.data(), responses.size() * sizeof(float)));
      EXPECT_EQ(read.CreateRanking(), nullptr);

      const XmlDocument document = XmlDocument::Read(path.Data());
      const XmlNode root = document.Root().RequiredChild("Weights").RequiredChild("BinaryTree").RequiredChild("Node");
      EXPECT_EQ(root.Attribute("pos"), "s");
      EXPECT_EQ(root.Attribute("nType"), "0");
      EXPECT_EQ(root.Children("Node").size(), 2u);
      for (const char *name : {"depth", "NCoef", "IVar", "Cut", "cType", "res", "rms", "purity"})
         EXPECT_TRUE(root.HasAttribute(name)) << name;
   }
}

TEST(MethodBDT, AnInterruptEndsTheTrainingAndNothingElse)
{
   gConfig().SetSilent(kTRUE);
   // without a handler, Ctrl-C ends the process, as it should
   struct sigaction own = {}, before = {};
   own.sa_handler = [](int) {};
   sigaction(SIGINT, &own, &before);
   const auto info = MakeToyInfo(Types::kClassification);
   const auto method = BookToyBDT(*info, Types::kClassification, "BoostType=Grad:NTrees=2000000000:Shrinkage=1e-6");
   std::thread user([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      kill(getpid(), SIGINT);
   });
   ExpectError(EErrorCode::kUserCode, {"Interrupt"}, [&] { method->TrainMethod(); });
   user.join();
   sigaction(SIGINT, &before, nullptr);
   EXPECT_EQ(TrainToy("BoostType=Grad:NTrees=5").size(), 1200u);
}

TEST(MethodBDT, AnUntrainedMethodSaysSo)
{
   const auto info = MakeToyInfo(Types::kClassification, 100);
   const auto method = BookToyBDT(*info, Types::kClassification, "BoostType=Grad");
   const float row[3] = {};
   float response = 0;
   ExpectError(EErrorCode::kState, {"trained"}, [&] { method->Evaluate(row, 1, &response); });
}
