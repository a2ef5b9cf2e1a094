// What code written for TMVA asks a booked method, and Factory::OptimizeAllMethods.

#include "Facade/ClassExample.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Method/MethodFisher.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"
#include "support/ToyTree.hxx"

#include "TError.h"

#include <gtest/gtest.h>

#include <filesystem>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

class MethodInterface : public ::testing::Test {
protected:
   Silence fSilence;
   WorkingDir fFolder;
   ClassExample fExample;
   std::unique_ptr<DataLoader> fLoader = fExample.MakeLoader("dataset");
   std::unique_ptr<TFile> fOutput{TFile::Open("out.root", "RECREATE")};
   Factory fFactory{"job", fOutput.get(), "Silent:!Color:AnalysisType=Classification:Transformations=None"};
};

int gWarnings = 0;

void CountWarnings(int level, Bool_t, const char *, const char *)
{
   gWarnings += level == kWarning;
}

} // namespace

TEST_F(MethodInterface, EventsAreTransformedAndTheirRangesAreNot)
{
   MethodBase *method = fFactory.BookMethod(fLoader.get(), Types::kFisher, "F", "VarTransform=N");
   fFactory.TrainAllMethods();
   const auto &training = method->GetEventCollection(Types::kTraining);
   ASSERT_EQ(training.size(), 2000u);
   float low = 1, high = -1;
   for (const Event *event : training) {
      low = std::min(low, event->GetValue(0));
      high = std::max(high, event->GetValue(0));
   }
   EXPECT_FLOAT_EQ(low, -1);
   EXPECT_FLOAT_EQ(high, 1);
   EXPECT_EQ(method->GetTrainingEvent(7).GetValues(), training[7]->GetValues());
   EXPECT_EQ(method->GetEventCollection(Types::kTesting).size(), 10000u);
   EXPECT_EQ(method->GetTestingEvent(3).GetValues(), method->GetEventCollection(Types::kTesting)[3]->GetValues());

   float sum = 0;
   const Sample raw = method->Data()->GetSample(Types::kTraining);
   low = high = raw.fVariables(0, 0);
   for (Long64_t i = 0; i < raw.Size(); ++i) {
      low = std::min(low, raw.fVariables(i, 0));
      high = std::max(high, raw.fVariables(i, 0));
      sum += raw.fVariables(i, 0);
   }
   EXPECT_FLOAT_EQ(method->GetXmin(0), low);
   EXPECT_FLOAT_EQ(method->GetXmax("var1"), high);
   EXPECT_NEAR(method->GetMean(0), sum / raw.Size(), 1e-4); // all weights are 1
   EXPECT_GT(method->GetRMS(0), 0.5);
   ExpectError(EErrorCode::kArgument, {"var9"}, [&] { method->GetXmin("var9"); });
}

TEST_F(MethodInterface, DirectoriesAreThoseOfTheOutputFile)
{
   MethodBase *method = fFactory.BookMethod(fLoader.get(), Types::kFisher, "F");
   EXPECT_EQ(method->GetFile(), fOutput.get());
   EXPECT_FALSE(method->IsSilentFile());
   EXPECT_EQ(method->MethodBaseDir(), nullptr);
   fFactory.TrainAllMethods();
   ASSERT_NE(method->BaseDir(), nullptr);
   EXPECT_EQ(method->BaseDir(), fOutput->GetDirectory("dataset/Method_Fisher/F"));
   EXPECT_EQ(method->MethodBaseDir(), fOutput->GetDirectory("dataset/Method_Fisher"));

   Factory silent("job", "Silent:!Color:AnalysisType=Classification");
   method = silent.BookMethod(fLoader.get(), Types::kFisher, "G");
   silent.TrainAllMethods();
   EXPECT_TRUE(method->IsSilentFile());
   EXPECT_EQ(method->BaseDir(), nullptr);
}

TEST_F(MethodInterface, WritingCanBeDisabledForOneMethod)
{
   fFactory.BookMethod(fLoader.get(), Types::kFisher, "Written");
   fFactory.BookMethod(fLoader.get(), Types::kFisher, "Kept")->DisableWriting(kTRUE);
   fFactory.TrainAllMethods();
   fFactory.TestAllMethods();
   EXPECT_TRUE(std::filesystem::exists("dataset/weights/job_Written.weights.xml"));
   EXPECT_TRUE(std::filesystem::exists("dataset/weights/job_Written.class.C"));
   EXPECT_FALSE(std::filesystem::exists("dataset/weights/job_Kept.weights.xml"));
   EXPECT_FALSE(std::filesystem::exists("dataset/weights/job_Kept.class.C"));
   EXPECT_EQ(fFactory.GetROCIntegral(fLoader.get(), "Written"), fFactory.GetROCIntegral(fLoader.get(), "Kept"));
}

TEST_F(MethodInterface, TheReleaseIsThatOfTheWeightFile)
{
   MethodBase *method = fFactory.BookMethod(fLoader.get(), Types::kFisher, "F");
   EXPECT_EQ(method->GetTrainingTMVAVersionString(), "4.2.1");
   EXPECT_EQ(method->GetTrainingTMVAVersionCode(), 262657u);
   fFactory.TrainAllMethods();
   std::string text = ReadText("dataset/weights/job_F.weights.xml");
   const auto at = text.find("4.2.1 [262657]");
   ASSERT_NE(at, std::string::npos);
   DataSetInfo info;
   MethodFisher old(info, "");
   old.SetupMethod();
   old.ReadStateFromXMLString(text.replace(at, 14, "4.0.7 [262151]").c_str());
   EXPECT_EQ(old.GetTrainingTMVAVersionString(), "4.0.7");
   EXPECT_EQ(old.GetTrainingTMVAVersionCode(), 262151u);
}

TEST_F(MethodInterface, MethodsWithoutParametersToTuneWarnAndStayAsTheyAre)
{
   MethodBase *method = fFactory.BookMethod(fLoader.get(), Types::kFisher, "F");
   fFactory.BookMethod(fLoader.get(), Types::kLD, "L");
   ErrorHandlerFunc_t before = SetErrorHandler(CountWarnings);
   gWarnings = 0;
   EXPECT_TRUE(fFactory.OptimizeAllMethods("ROCIntegral", "Scan").empty());
   EXPECT_EQ(gWarnings, 2);
   method->SetTuneParameters({{"NTrees", 100}});
   EXPECT_EQ(gWarnings, 3);
   method->SetTuneParameters({});
   EXPECT_EQ(gWarnings, 3);
   SetErrorHandler(before);
   fFactory.TrainAllMethods();
}

TEST(MethodBase, CheckSetupWantsSetupMethod)
{
   DataSetInfo info;
   MethodFisher method("job", "F", info);
   ExpectError(EErrorCode::kState, {"SetupMethod", "F"}, [&] { method.CheckSetup(); });
   method.SetupMethod();
   EXPECT_NO_THROW(method.CheckSetup());
}
