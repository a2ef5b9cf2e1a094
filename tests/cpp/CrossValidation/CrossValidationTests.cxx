#include "TorchMVA/CrossValidation.hxx"

#include "Facade/ClassExample.hxx"
#include "Facade/FoldOptions.hxx"
#include "TorchMVA/CrossValidation/MethodCrossValidation.hxx"
#include "TorchMVA/Method/MethodFisher.hxx"
#include "TorchMVA/RReader.hxx"
#include "TorchMVA/Reader.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"
#include "support/WeightFileText.hxx"

#include "TCanvas.h"
#include "TMultiGraph.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>
#include <set>

using namespace TorchMVA;
using TorchMVA::Test::ClassExample;
using TorchMVA::Test::ExpectError;
using TorchMVA::Test::ReadText;
using TorchMVA::Test::WithoutChecksums;
using TorchMVA::Test::WriteText;

namespace {

namespace fs = std::filesystem;

const std::string kSilent = "!V:Silent:!Color:!DrawProgressBar:AnalysisType=Classification";
const std::string kByNumber =
   kSilent + ":SplitType=Deterministic:SplitExpr=int(fabs([eventID]))%int([NumFolds]):NumFolds=3";
const char *kWeights = "dataset/weights/job_Fisher.weights.xml";
constexpr UInt_t kFolds = 3;

class CrossValidationTest : public ::testing::Test {
protected:
   /// 500 + 500 events with their entry as spectator.
   std::unique_ptr<DataLoader> MakeLoader(const char *normMode = "NumEvents") const
   {
      auto loader = fExample.MakeLoader("dataset", std::string("nTrain_Signal=500:nTrain_Background=500:nTest_Signal=1:"
                                                               "nTest_Background=1:SplitMode=Block:NormMode=") +
                                                      normMode);
      loader->AddSpectator("eventID := Entry$", 'I'); // as the tutorials do: a title
      return loader;
   }
   /// Evaluates a Fisher discriminant.
   std::unique_ptr<CrossValidation> Run(DataLoader &loader, const std::string &options, TFile *file = nullptr) const
   {
      auto cv = std::make_unique<CrossValidation>("job", &loader, file, options);
      cv->BookMethod(Types::kFisher, "Fisher", "!H:!V:VarTransform=D");
      cv->Evaluate();
      return cv;
   }
   TorchMVA::Test::WorkingDir fFolder;
   ClassExample fExample;
};

/// A reader of the job's variables, with values and number of one event.
struct EventReader {
   explicit EventReader(const std::string &weightFile = kWeights) : fReader("Silent:!Color")
   {
      for (int i = 0; i < 4; ++i)
         fReader.AddVariable(TString::Format("var%d", i + 1), &fValues[i]);
      fReader.AddSpectator("eventID := Entry$", &fNumber);
      fReader.BookMVA("method", weightFile);
   }
   double Evaluate(const Sample &sample, Long64_t i)
   {
      std::copy_n(sample.fVariables.Row(i), 4, fValues);
      fNumber = static_cast<int>(sample.fSpectators(i, 0));
      return fReader.EvaluateMVA("method");
   }
   Reader fReader;
   float fValues[4] = {};
   int fNumber = 0;
};

/// Responses of the recombined method, in the order of the sample.
const std::vector<Float_t> &Responses(CrossValidation &cv)
{
   return cv.GetFactory().GetMethod("dataset", "Fisher")->GetResponses(Types::kTesting);
}

} // namespace

/// Folds of numbers that no float holds: neighbours of 2^52, one fold after the other.
TEST_F(CrossValidationTest, AllDigitsOfAnEventNumberCount)
{
   DataLoader loader("dataset");
   loader.AddVariable("var1");
   loader.AddVariable("var2");
   loader.AddSpectator("number := Entry$ + 4503599627370496");
   loader.AddSignalTree(fExample.fSignal);
   loader.AddBackgroundTree(fExample.fBackground);
   loader.PrepareTrainingAndTestTree("", "nTrain_Signal=500:nTrain_Background=500:nTest_Signal=1:nTest_Background=1:"
                                         "SplitMode=Block:NormMode=NumEvents");
   Run(loader, kSilent + ":SplitType=Deterministic:SplitExpr=fmod([number],[NumFolds]):NumFolds=3");
   const Experimental::RReader combined(kWeights);
   std::vector<float> rows;
   std::vector<double> numbers;
   for (int i = 0; i < 30; ++i) {
      rows.insert(rows.end(), {0.1f * i, 1.f - 0.05f * i});
      numbers.push_back(4503599627370496. + i);
   }
   const auto block = combined.Compute(rows.data(), 30, numbers.data());
   Reader reader("Silent:!Color");
   float x[2];
   ULong64_t number = 0;
   reader.AddVariable("var1", &x[0]);
   reader.AddVariable("var2", &x[1]);
   reader.AddSpectator("number := Entry$ + 4503599627370496", &number);
   reader.BookMVA("folds", kWeights);
   for (int i = 0; i < 30; ++i) {
      // 2^52 is 1 modulo 3
      const std::string file = "dataset/weights/job_Fisher_fold" + std::to_string((1 + i) % 3 + 1) + ".weights.xml";
      const float expected = Experimental::RReader(file).Compute({rows[2 * i], rows[2 * i + 1]}).at(0);
      EXPECT_EQ(block[i], expected) << i;
      EXPECT_EQ(combined.Compute({rows[2 * i], rows[2 * i + 1]}, {numbers[i]}).at(0), expected);
      x[0] = rows[2 * i];
      x[1] = rows[2 * i + 1];
      number = (1ULL << 52) + i;
      EXPECT_EQ(static_cast<float>(reader.EvaluateMVA("folds")), expected) << i;
   }
   ExpectError(EErrorCode::kArgument, {"1 spectators", "found 2"}, [&] { combined.Compute({1, 2}, {1, 2}); });
}

/// Nothing of the folds is used on the other side: the events are given one by one to a plain factory.
TEST_F(CrossValidationTest, EveryEventHasTheResponseOfAMethodThatHasNotSeenIt)
{
   for (const char *normMode : {"NumEvents", "EqualNumEvents"}) {
      auto loader = MakeLoader(normMode);
      auto cv = Run(*loader, kByNumber);
      const Sample all = loader->GetDataSetInfo().GetDataSet()->GetSample(Types::kTesting);
      ASSERT_EQ(all.Size(), 1000);
      const auto responses = Responses(*cv);
      for (UInt_t fold = 0; fold < kFolds; ++fold) {
         DataLoader plain(TString::Format("plain%u", fold));
         for (int i = 1; i <= 4; ++i)
            plain.AddVariable(TString::Format("var%d", i));
         std::vector<Float_t> expected;
         for (Long64_t i = 0; i < all.Size(); ++i) {
            const bool isTest = int(all.fSpectators(i, 0)) % int(kFolds) == int(fold);
            plain.AddEvent(all.fClasses[i] == 0 ? "Signal" : "Background", isTest ? Types::kTesting : Types::kTraining,
                           {all.fVariables.Row(i), all.fVariables.Row(i) + 4}, all.fWeights[i]);
            if (isTest)
               expected.push_back(responses[i]);
         }
         plain.PrepareTrainingAndTestTree("", TString("SplitMode=Block:MixMode=Block:NormMode=") + normMode);
         Factory factory("plain", nullptr, kSilent + ":!ModelPersistence");
         const auto *fisher = factory.BookMethod(&plain, Types::kFisher, "Fisher", "VarTransform=D");
         factory.TrainAllMethods();
         factory.TestAllMethods();
         const auto &found = fisher->GetResponses(Types::kTesting);
         ASSERT_EQ(found.size(), expected.size());
         for (std::size_t i = 0; i < found.size(); ++i)
            ASSERT_NEAR(found[i], expected[i], 2e-5) << normMode << " fold " << fold << " event " << i;
         EXPECT_NEAR(factory.GetROCIntegral(&plain, "Fisher"), cv->GetResults()[0].GetROCValues()[fold], 1e-6);
      }
   }
}

TEST_F(CrossValidationTest, ResultsHaveEveryFigureOfEveryFold)
{
   auto loader = MakeLoader();
   auto cv = Run(*loader, kByNumber);
   ASSERT_EQ(cv->GetResults().size(), 1u);
   CrossValidationResult result = cv->GetResults()[0];
   const auto areas = result.GetROCValues();
   ASSERT_EQ(areas.size(), kFolds);
   // unweighted area of Fisher's discriminant on the whole sample, from scikit-learn: 0.8896
   EXPECT_NEAR(result.GetROCAverage(), 0.8896, 0.02);
   const double mean = std::accumulate(areas.begin(), areas.end(), 0.) / kFolds;
   double variance = 0;
   for (const double area : areas)
      variance += (area - mean) * (area - mean) / (kFolds - 1);
   EXPECT_NEAR(result.GetROCAverage(), mean, 1e-6);
   EXPECT_NEAR(result.GetROCStandardDeviation(), std::sqrt(variance), 1e-6);
   EXPECT_GT(result.GetROCStandardDeviation(), 0);
   for (UInt_t i = 0; i < kFolds; ++i) {
      EXPECT_GT(result.GetEff01Values()[i], 0);
      EXPECT_LT(result.GetEff01Values()[i], result.GetEff10Values()[i]);
      EXPECT_LT(result.GetEff10Values()[i], result.GetEff30Values()[i]);
      EXPECT_LT(result.GetTrainEff01Values()[i], result.GetTrainEff10Values()[i]);
      EXPECT_LT(result.GetTrainEff10Values()[i], result.GetTrainEff30Values()[i]);
      EXPECT_NEAR(result.GetEffAreaValues()[i], areas[i], 0.02);
      EXPECT_NEAR(result.GetSepValues()[i], 0.45, 0.15);
      EXPECT_NEAR(result.GetSigValues()[i], 1.2, 0.4);
   }

   ASSERT_EQ(result.GetROCCurves()->GetListOfGraphs()->GetSize(), int(kFolds));
   EXPECT_STREQ(result.GetROCCurves()->GetListOfGraphs()->At(2)->GetTitle(), "Fisher_fold3");
   const std::unique_ptr<TGraph> average(result.GetAvgROCCurve(8));
   ASSERT_EQ(average->GetN(), 8);
   EXPECT_EQ(average->GetY()[0], 1);
   EXPECT_EQ(average->GetX()[7], 1);
   const std::unique_ptr<TCanvas> canvas(result.Draw());
   ASSERT_NE(canvas, nullptr);
   const std::unique_ptr<TCanvas> averaged(result.DrawAvgROCCurve(kTRUE, "mean"));
   EXPECT_STREQ(averaged->GetTitle(), "mean");
   std::set<int> colours;
   TMultiGraph *curves = nullptr;
   for (TObject *object : *averaged->GetListOfPrimitives())
      if (auto *found = dynamic_cast<TMultiGraph *>(object))
         curves = found;
   ASSERT_NE(curves, nullptr);
   for (TObject *object : *curves->GetListOfGraphs())
      colours.insert(static_cast<TGraph *>(object)->GetLineColor());
   EXPECT_EQ(static_cast<int>(colours.size()), curves->GetListOfGraphs()->GetSize()) << "average and folds differ";
   ExpectError(EErrorCode::kArgument, {"found 1"}, [&] { result.GetAvgROCCurve(1); });
}

TEST_F(CrossValidationTest, TwoRunsGiveTheSameBits)
{
   for (const std::string split : {"Random", "RandomStratified"}) {
      std::vector<std::vector<Float_t>> found;
      for (int run = 0; run < 2; ++run) {
         auto loader = MakeLoader();
         auto cv = Run(*loader, kSilent + ":SplitType=" + split + ":NumFolds=4");
         found.push_back(Responses(*cv));
         cv->Evaluate(); // once more, in the same object
         found.push_back(Responses(*cv));
      }
      EXPECT_EQ(found[0], found[1]) << split;
      EXPECT_EQ(found[0], found[2]) << split;
   }
}

TEST_F(CrossValidationTest, AReaderFindsTheFoldOfEachEvent)
{
   auto loader = MakeLoader();
   auto cv = Run(*loader, kByNumber);
   for (const char *name : {"job_Fisher", "job_Fisher_fold1", "job_Fisher_fold2", "job_Fisher_fold3"})
      EXPECT_TRUE(fs::exists(std::string("dataset/weights/") + name + ".weights.xml")) << name;
   const auto responses = Responses(*cv);
   const auto data = loader->GetDataSetInfo().GetSharedDataSet();
   const Sample all = data->GetSample(Types::kTesting);
   fs::rename("dataset", "moved"); // files refer to each other by relative paths
   EventReader reader("moved/weights/job_Fisher.weights.xml");
   EXPECT_EQ(dynamic_cast<MethodCrossValidation &>(*reader.fReader.FindMVA("method")).GetNumFolds(), kFolds);
   for (Long64_t i = 0; i < all.Size(); ++i)
      ASSERT_EQ(reader.Evaluate(all, i), responses[i]) << i;
   std::vector<float> batch(all.Size());
   reader.fReader.EvaluateBatch("method", all.fVariables.fData, all.Size(), batch.data(), all.fSpectators.fData);
   EXPECT_EQ(batch, responses);

   // each of its folds is a method for itself
   EventReader fold("moved/weights/job_Fisher_fold2.weights.xml");
   for (Long64_t i = 0; i < 30; ++i)
      EXPECT_EQ(fold.Evaluate(all, i) == responses[i], int(all.fSpectators(i, 0)) % 3 == 1) << i;

   ExpectError(EErrorCode::kArgument, {"spectators", "SplitExpr"},
               [&] { reader.fReader.EvaluateBatch("method", all.fVariables.fData, 2, batch.data()); });
   ExpectError(EErrorCode::kArgument, {"spectators"},
               [&] { reader.fReader.EvaluateMVA(std::vector<float>{1, 2, 3, 4}, "method"); });
}

TEST_F(CrossValidationTest, NewEventsAreAveragedOrRefusedAfterARandomSplit)
{
   auto loader = MakeLoader();
   auto refused = Run(*loader, kSilent + ":NumFolds=3");
   const auto outOfFold = Responses(*refused);
   ExpectError(EErrorCode::kWeightFile, {"random", "OutputEnsembling=Avg", kWeights}, [] { EventReader reader; });
   ExpectError(EErrorCode::kState, {"OutputEnsembling=Avg"}, [&] {
      const Event event({1, 2, 3, 4}, {}, std::vector<Double_t>{5});
      refused->GetFactory().GetMethod("dataset", "Fisher")->GetMvaValue(&event);
   });

   auto averaged = Run(*loader, kSilent + ":NumFolds=3:OutputEnsembling=Avg");
   EXPECT_EQ(Responses(*averaged), outOfFold) << "events of the job are never averaged over folds that have seen them";
   EventReader mean;
   std::vector<std::unique_ptr<EventReader>> folds;
   for (int i = 1; i <= 3; ++i)
      folds.push_back(
         std::make_unique<EventReader>(TString::Format("dataset/weights/job_Fisher_fold%d.weights.xml", i).Data()));
   const auto data = loader->GetDataSetInfo().GetSharedDataSet();
   const Sample all = data->GetSample(Types::kTesting);
   for (Long64_t i = 0; i < 50; ++i) {
      double sum = 0;
      for (const auto &fold : folds)
         sum += fold->Evaluate(all, i);
      EXPECT_NEAR(mean.Evaluate(all, i), sum / 3, 1e-6);
   }
}

TEST_F(CrossValidationTest, WithoutPersistenceNothingIsWrittenAndTheFiguresAreTheSame)
{
   auto loader = MakeLoader();
   auto cv = Run(*loader, kByNumber + ":!ModelPersistence");
   EXPECT_FALSE(fs::exists("dataset"));
   const auto inMemory = Responses(*cv);
   EXPECT_EQ(Responses(*Run(*loader, kByNumber)), inMemory);
}

TEST_F(CrossValidationTest, TheOutputFileHasTheRecombinedMethod)
{
   auto loader = MakeLoader();
   std::unique_ptr<TFile> file(TFile::Open("out.root", "RECREATE"));
   auto cv = Run(*loader, kByNumber + ":FoldFileOutput", file.get());
   const auto responses = Responses(*cv);
   EXPECT_NE(file->Get("dataset/Method_CrossValidation/Fisher/MVA_Fisher_S"), nullptr);
   EXPECT_NE(file->Get("dataset/Method_CrossValidation/Fisher/MVA_Fisher_rejBvsS"), nullptr);
   auto *tree = file->Get<TTree>("dataset/TestTree");
   ASSERT_NE(tree, nullptr);
   ASSERT_EQ(tree->GetEntries(), 1000);
   float response = 0, number = 0;
   tree->SetBranchAddress("Fisher", &response);
   tree->SetBranchAddress("eventID", &number);
   const Sample all = loader->GetDataSetInfo().GetDataSet()->GetSample(Types::kTesting);
   for (Long64_t i = 0; i < 1000; ++i) {
      tree->GetEntry(i);
      ASSERT_EQ(response, responses[i]);
      ASSERT_EQ(number, all.fSpectators(i, 0));
   }
   Long64_t nEvents = 0;
   for (int i = 1; i <= 3; ++i) {
      std::unique_ptr<TFile> fold(TFile::Open(TString::Format("Fisher_fold%d.root", i)));
      ASSERT_NE(fold, nullptr);
      EXPECT_NE(fold->Get(TString::Format("dataset/Method_Fisher/Fisher_fold%d/MVA_Fisher_fold%d_S", i, i)), nullptr);
      nEvents += fold->Get<TTree>("dataset/TestTree")->GetEntries();
   }
   EXPECT_EQ(nEvents, 1000);
}

TEST_F(CrossValidationTest, MistakesAreNamed)
{
   auto loader = MakeLoader();
   const auto make = [&](const std::string &options) { CrossValidation cv("job", loader.get(), kSilent + options); };
   ExpectError(EErrorCode::kArgument, {"data loader"}, [] { CrossValidation cv("job", nullptr); });
   ExpectError(EErrorCode::kOption, {"SplitExpr", "Deterministic"}, [&] { make(":SplitExpr=[eventID]"); });
   ExpectError(EErrorCode::kOption, {"SplitExpr", "Deterministic"}, [&] { make(":SplitType=Deterministic"); });
   ExpectError(EErrorCode::kArgument, {"NumFolds", "found 1"}, [&] { make(":NumFolds=1"); });
   ExpectError(EErrorCode::kOption, {"NumFolds"}, [&] { make(":NumFlods=3"); });

   CrossValidation cv("job", loader.get(), kSilent + ":NumFolds=3");
   ExpectError(EErrorCode::kState, {"Evaluate"}, [&] { cv.GetResults(); });
   ExpectError(EErrorCode::kState, {"BookMethod"}, [&] { cv.Evaluate(); });
   ExpectError(EErrorCode::kMethod, {"Fischer", "Fisher"}, [&] { cv.BookMethod("Fischer", "F"); });
   cv.BookMethod("Fisher", "F", "Nonsense");
   ExpectError(EErrorCode::kState, {"F"}, [&] { cv.BookMethod(Types::kFisher, "F"); });
   ExpectError(EErrorCode::kOption, {"Nonsense"}, [&] { cv.Evaluate(); });
   ExpectError(EErrorCode::kState, {"Evaluate"}, [&] { cv.GetResults(); });
   EXPECT_EQ(loader->GetDataSetInfo().GetDataSet()->GetNTrainingEvents(), 1000) << "the loader is as before";
   ExpectError(EErrorCode::kArgument, {"found 0"}, [&] { cv.SetNumFolds(0); });

   Factory factory("job", nullptr, kSilent);
   factory.BookMethod(loader.get(), Types::kCrossValidation, "Alone", "");
   ExpectError(EErrorCode::kState, {"class CrossValidation"}, [&] { factory.TrainAllMethods(); });
}

TEST_F(CrossValidationTest, DamagedWeightFilesAreRefused)
{
   auto loader = MakeLoader();
   Run(*loader, kByNumber);
   const std::string fold = "dataset/weights/job_Fisher_fold2.weights.xml";
   const std::string all = WithoutChecksums(ReadText(kWeights)), one = WithoutChecksums(ReadText(fold));
   const auto replaced = [&](std::string text, const std::string &from, const std::string &to) {
      const auto at = text.find(from);
      EXPECT_NE(at, std::string::npos) << from;
      return text.replace(at, from.size(), to);
   };
   const auto refuse = [&](const std::string &text, EErrorCode code, std::initializer_list<std::string> words) {
      WriteText(kWeights, text);
      ExpectError(code, words, [] { EventReader reader; });
   };
   const std::string file = "job_Fisher_fold2.weights.xml";
   refuse(replaced(all, file, "gone.xml"), EErrorCode::kFile, {"gone.xml"});
   refuse(replaced(all, file, "job_Fisher.weights.xml"), EErrorCode::kWeightFile, {"CrossValidation", "Fisher"});
   refuse(replaced(all, "<Fold File=\"" + file + "\"/>", ""), EErrorCode::kWeightFile, {"3 folds", "found 2"});
   refuse(replaced(all, "int(fabs([eventID]))", "int(fabs([event]))"), EErrorCode::kExpression, {"eventID"});
   WriteText(fold, replaced(one, "Method=\"Fisher::", "Method=\"PyTorch::"));
   refuse(all, EErrorCode::kWeightFile, {file, "PyTorch"});
   WriteText(fold, replaced(one, "Expression=\"var2\"", "Expression=\"other\""));
   refuse(all, EErrorCode::kWeightFile, {"other", "var2"});
   WriteText(fold, one);
   WriteText(kWeights, all);
   EventReader reader;
}

/// TMVA's own file has no list of folds: their names follow from job and method.
TEST_F(CrossValidationTest, AWeightFileWithoutAListOfFoldsIsRead)
{
   auto loader = MakeLoader();
   const auto responses = Responses(*Run(*loader, kByNumber));
   std::string text = WithoutChecksums(ReadText(kWeights));
   for (auto at = text.find("<Fold "); at != std::string::npos; at = text.find("<Fold "))
      text.erase(at, text.find("/>", at) + 2 - at);
   WriteText(kWeights, text);
   EventReader reader;
   const auto data = loader->GetDataSetInfo().GetSharedDataSet();
   EXPECT_EQ(reader.Evaluate(data->GetSample(Types::kTesting), 7), responses[7]);
}

TEST_F(CrossValidationTest, SettersAndBookedMethods)
{
   auto loader = MakeLoader();
   CrossValidation cv("job", loader.get(), kSilent);
   EXPECT_EQ(cv.GetNumFolds(), 2u);
   cv.SetNumFolds(4);
   cv.SetSplitExpr("int([eventID])%4");
   cv.BookMethod(Types::kFisher, "A");
   cv.BookMethod("Fisher", "B", "VarTransform=N");
   EXPECT_TRUE(cv.HasMethod("Fisher", "B"));
   EXPECT_FALSE(cv.HasMethod("Fisher", "C"));
   ASSERT_EQ(cv.GetMethods().size(), 2u);
   EXPECT_EQ(cv.GetMethods()[1].GetValue<TString>("MethodName"), "Fisher");
   EXPECT_EQ(cv.GetMethods()[1].GetValue<TString>("MethodTitle"), "B");
   EXPECT_EQ(cv.GetMethods()[1].GetValue<std::string>("MethodOptions"), "VarTransform=N");
   ExpectError(EErrorCode::kArgument, {"MethodNmae", "MethodName"},
               [&] { cv.GetMethods()[1].GetValue<TString>("MethodNmae"); });
   cv.Evaluate();
   ASSERT_EQ(cv.GetResults().size(), 2u);
   EXPECT_EQ(cv.GetResults()[1].GetROCValues().size(), 4u);
   EXPECT_EQ(cv.GetResults()[1].GetMethodTitle(), "B");
   // Fisher's discriminant does not care about a linear transformation
   EXPECT_NEAR(cv.GetResults()[0].GetROCAverage(), cv.GetResults()[1].GetROCAverage(), 1e-4);
}

TEST(FoldOptions, FilesThatAMethodWritesGetTheFold)
{
   using Internal::FoldOptions;
   EXPECT_EQ(FoldOptions("!H:filenameTrainedModel=dir.x/model.pt:NumEpochs=3", "_fold2"),
             "!H:filenameTrainedModel=dir.x/model_fold2.pt:NumEpochs=3");
   EXPECT_EQ(FoldOptions("FilenameModel=model.pt:FilenameTrainedModel=trained", "_fold1"),
             "FilenameModel=model.pt:FilenameTrainedModel=trained_fold1");
   EXPECT_EQ(FoldOptions("", "_fold1"), "");
   EXPECT_EQ(FoldOptions("!H:FilenameTrainedModel=", "_fold1"), "!H:FilenameTrainedModel=");
}
