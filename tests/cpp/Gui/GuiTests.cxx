#include "TorchMVA/TMVAGui.hxx"

#include "Facade/ClassExample.hxx"
#include "Gui/Buttons.hxx"
#include "TError.h"
#include "TInterpreter.h"
#include "TROOT.h"
#include "TRandom3.h"
#include "TStyle.h"
#include "TSystem.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Gui/Plots.hxx"
#include "TorchMVA/Output/OutputFile.hxx"
#include "support/ExpectError.hxx"
#include "support/Golden.hxx"
#include "support/TempDir.hxx"
#include "support/ToyTree.hxx"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

using namespace TorchMVA;

namespace {

/// An output file of the golden job with one method, in the current folder.
void WriteFile(const std::string &name, const std::string &options = "")
{
   const TorchMVA::Test::Silence silence;
   const TorchMVA::Test::ClassExample example;
   const auto loader = example.MakeLoader("dataset");
   TFile file(name.c_str(), "RECREATE");
   Factory factory("job", &file, "Silent:!ModelPersistence:AnalysisType=Classification:Transformations=I;D");
   factory.BookMethod(loader.get(), Types::kFisher, "Fisher", "Fisher" + options);
   factory.TrainAllMethods();
   factory.TestAllMethods();
   factory.EvaluateAllMethods();
}

/// Pictures in a folder, by name, with their sizes in pixels; a file that is no PNG fails.
std::map<std::string, std::pair<int, int>> Pictures(const std::string &folder)
{
   std::map<std::string, std::pair<int, int>> pictures;
   if (!std::filesystem::exists(folder))
      return pictures;
   for (const auto &entry : std::filesystem::directory_iterator(folder)) {
      const std::string bytes = TorchMVA::Test::ReadText(entry.path().string());
      EXPECT_EQ(bytes.substr(0, 8), "\x89PNG\r\n\x1a\n") << entry.path();
      const auto number = [&](int at) {
         int value = 0;
         for (int i = 0; i < 4; ++i)
            value = value * 256 + static_cast<unsigned char>(bytes.at(at + i));
         return value;
      };
      EXPECT_GT(bytes.size(), 4000u) << entry.path() << " looks empty";
      pictures[entry.path().filename().string()] = {number(16), number(20)};
   }
   return pictures;
}

std::set<std::string> Names(const std::string &folder)
{
   std::set<std::string> names;
   for (const auto &picture : Pictures(folder))
      names.insert(picture.first);
   return names;
}

/// Runs the command of every button of a file's control bars, in place of a person: these pictures are the result.
void ExpectButtonsDraw(const std::string &dataset, const std::set<std::string> &pictures)
{
   std::filesystem::remove_all(dataset + "/plots");
   ASSERT_TRUE(gInterpreter->Declare("#include \"TMVA/mvas.h\""));
   for (const auto &file : Internal::ResultFile::Open("out.root", ""))
      for (const auto &button : Internal::ButtonsFor(file)) {
         TInterpreter::EErrorCode code = TInterpreter::kNoError;
         gInterpreter->ProcessLine(Internal::CommandOf(button, file, "out.root").c_str(), &code);
         EXPECT_EQ(code, TInterpreter::kNoError) << button.fLabel;
      }
   EXPECT_EQ(Names(dataset + "/plots"), pictures);
}

const std::set<std::string> kClassificationPictures{"variables_Id_c1.png",
                                                    "variables_Deco_c1.png",
                                                    "correlationscatter_var1_Signal_Id.png",
                                                    "correlationscatter_var1_Background_Id.png",
                                                    "correlationscatter_var2_Signal_Id.png",
                                                    "correlationscatter_var2_Background_Id.png",
                                                    "correlationscatter_var3_Signal_Id.png",
                                                    "correlationscatter_var3_Background_Id.png",
                                                    "CorrelationMatrixS.png",
                                                    "CorrelationMatrixB.png",
                                                    "mva_Fisher.png",
                                                    "overtrain_Fisher.png",
                                                    "mvaeffs_Fisher.png",
                                                    "rejBvsS.png",
                                                    "invBeffvsSeff.png"};

class Gui : public ::testing::Test {
protected:
   Gui() { gROOT->SetBatch(kTRUE); }
   const TorchMVA::Test::WorkingDir fFolder;
};

} // namespace

TEST_F(Gui, BatchModeWritesEveryFamilyOfAClassification)
{
   WriteFile("out.root");
   const TorchMVA::Test::Silence silence;
   const int palette = gStyle->GetColorPalette(0);
   TMVAGui("out.root");
   const auto pictures = Pictures("dataset/plots");
   EXPECT_EQ(Names("dataset/plots"), kClassificationPictures);
   for (const auto &picture : pictures)
      EXPECT_GE(picture.second.first, 400) << picture.first;
   // a picture has the pads it needs: four variables in 2 x 2
   EXPECT_GT(pictures.at("variables_Id_c1.png").second, pictures.at("rejBvsS.png").second);
   EXPECT_EQ(gROOT->GetListOfCanvases()->GetSize(), 0);
   EXPECT_EQ(gROOT->GetListOfFiles()->GetSize(), 0);
   EXPECT_EQ(gStyle->GetColorPalette(0), palette);
   TMVAGui("out.root", "dataset"); // again: replaces
   EXPECT_EQ(Names("dataset/plots"), kClassificationPictures);
}

TEST_F(Gui, EveryButtonIsACallThatTheInterpreterKnows)
{
   WriteFile("out.root");
   const TorchMVA::Test::Silence silence;
   ExpectButtonsDraw("dataset", kClassificationPictures);
}

TEST_F(Gui, ProbabilityAndRarityOfMethodsThatHaveThem)
{
   WriteFile("out.root", ":CreateMVAPdfs");
   const TorchMVA::Test::Silence silence;
   mvas("dataset", "out.root", kProbaType);
   EXPECT_EQ(Names("dataset/plots"), std::set<std::string>{"proba_Fisher.png"});
   mvas("dataset", "out.root", kRarityType);
   EXPECT_EQ(Names("dataset/plots"), (std::set<std::string>{"proba_Fisher.png", "rarity_Fisher.png"}));
   std::filesystem::remove_all("dataset/plots");
   WriteFile("out.root");
   mvas("dataset", "out.root", kProbaType);
   mvas("dataset", "out.root", kRarityType);
   EXPECT_EQ(Names("dataset/plots"), std::set<std::string>{});
}

TEST_F(Gui, EachTypeOfEfficiencyCurve)
{
   WriteFile("out.root");
   const TorchMVA::Test::Silence silence;
   std::set<std::string> pictures;
   int type = 1;
   for (const char *name : {"effBvsS.png", "rejBvsS.png", "invBeffvsSeff.png"}) {
      efficiencies("dataset", "out.root", type++);
      pictures.insert(name);
      EXPECT_EQ(Names("dataset/plots"), pictures);
   }
}

TEST_F(Gui, CutEfficienciesFindTheMaximumSignificanceOfTMVA)
{
   WriteFile("out.root");
   const TorchMVA::Test::Csv golden = TorchMVA::Test::Golden("fisher_metrics.csv");
   ASSERT_EQ(golden.Text(0, "method"), "Fisher");
   ::testing::internal::CaptureStdout();
   mvaeffs("dataset", "out.root");
   std::fflush(stdout);
   const std::string text = ::testing::internal::GetCapturedStdout();
   double maximum = 0, cut = 0;
   const auto at = text.find("maximum S/sqrt(S+B) = ");
   ASSERT_NE(at, std::string::npos) << text;
   ASSERT_EQ(std::sscanf(text.c_str() + at, "maximum S/sqrt(S+B) = %lf at cut %lf", &maximum, &cut), 2) << text;
   EXPECT_NEAR(maximum, golden.Number(0, "max_significance_S1000_B1000"), 1e-4);
   EXPECT_NEAR(cut, golden.Number(0, "cut_at_max_significance"), 4e-4); // a bin
}

TEST_F(Gui, FigureOfMeritIsAFormulaOfSAndB)
{
   WriteFile("out.root");
   ::testing::internal::CaptureStdout();
   mvaeffs("dataset", "out.root", 100, 1e5, kTRUE, "S/TMath::Sqrt(B)");
   std::fflush(stdout);
   EXPECT_NE(::testing::internal::GetCapturedStdout().find("100 signal and 100000 background events before the cut: "
                                                           "maximum S/TMath::Sqrt(B) = "),
             std::string::npos);
   const int level = gErrorIgnoreLevel;
   gErrorIgnoreLevel = kFatal; // TFormula complains as well
   TorchMVA::Test::ExpectError(EErrorCode::kArgument, {"S and B", "S/Q"},
                               [] { mvaeffs("dataset", "out.root", 100, 100, kTRUE, "S/Q"); });
   gErrorIgnoreLevel = level;
}

TEST_F(Gui, RegressionWithTwoTargets)
{
   const TorchMVA::Test::Silence silence;
   const auto tree = TorchMVA::Test::MakeToyTree("t", 600);
   {
      DataLoader loader("reg");
      loader.AddVariable("x0", "Position", "cm");
      loader.AddVariable("x1");
      loader.AddTarget("t");
      loader.AddTarget("product := x1 * x2");
      loader.AddRegressionTree(tree.get());
      loader.PrepareTrainingAndTestTree("", "SplitMode=Alternate");
      TFile file("out.root", "RECREATE");
      Factory factory("job", &file, "Silent:!ModelPersistence:AnalysisType=Regression");
      factory.BookMethod(&loader, Types::kLD, "LD", "");
      factory.TrainAllMethods();
      factory.EvaluateAllMethods();
   }
   TMVARegGui("out.root");
   const std::set<std::string> pictures{"variables_Id_c1.png",           "correlationscatter_x0_Regression_Id.png",
                                        "CorrelationMatrix.png",         "deviation_LD_test_target0.png",
                                        "deviation_LD_test_target1.png", "deviation_LD_train_target0.png",
                                        "deviation_LD_train_target1.png"};
   EXPECT_EQ(Names("reg/plots"), pictures);
   ExpectButtonsDraw("reg", pictures);
   const auto before = Pictures("reg/plots");
   deviations("reg", "out.root", kMVAType, kTRUE); // targets only: two pads instead of four
   EXPECT_LT(Pictures("reg/plots").at("deviation_LD_test_target0.png").second,
             before.at("deviation_LD_test_target0.png").second);
}

TEST_F(Gui, MulticlassWithAwkwardNames)
{
   const std::vector<std::string> classes{"Signal", "W+jets", "t #bar{t}"};
   {
      TRandom3 random(3);
      std::vector<float> responses;
      std::vector<int> numbers;
      for (int i = 0; i < 900; ++i) {
         numbers.push_back(i % 3);
         for (int c = 0; c < 3; ++c)
            responses.push_back(static_cast<float>(random.Uniform(c == i % 3 ? 0.3 : 0, 1)));
      }
      const MulticlassSample sample{{responses.data(), 900, 3}, nullptr, numbers.data()};
      TFile file("out.root", "RECREATE");
      for (const char *title : {"Net", "Other $HOME"})
         WriteMulticlassHistograms(MakeMethodDirectory(&file, "d$HOME", "PyTorch", title), title, classes, sample,
                                   &sample);
   }
   const TorchMVA::Test::Silence silence;
   TMVAMultiClassGui("out.root");
   std::set<std::string> expected;
   for (const auto &cls : classes) {
      expected.insert("rejBvsS_" + cls + ".png");
      for (const char *title : {"Net_", "Other $HOME_"}) {
         expected.insert("mva_" + (title + cls) + ".png");
         expected.insert("overtrain_" + (title + cls) + ".png");
      }
   }
   EXPECT_EQ(Names("d$HOME/plots"), expected);
   ExpectButtonsDraw("d$HOME", expected);
}

TEST_F(Gui, MistakesAreNamed)
{
   const int level = gErrorIgnoreLevel;
   gErrorIgnoreLevel = kFatal; // ROOT complains about the missing file as well
   TorchMVA::Test::ExpectError(EErrorCode::kFile, {"can be read", "nowhere.root"}, [] { TMVAGui("nowhere.root"); });
   gErrorIgnoreLevel = level;
   {
      TFile file("other.root", "RECREATE");
      TNamed("name", "title").Write();
      file.mkdir("folder");
   }
   TorchMVA::Test::ExpectError(EErrorCode::kFile, {"InputVariables_", "other.root"}, [] { TMVAGui("other.root"); });
   WriteFile("out.root");
   TorchMVA::Test::ExpectError(EErrorCode::kFile, {"no such data set; it has: dataset", "wrong"},
                               [] { TMVAGui("out.root", "wrong"); });
   TorchMVA::Test::ExpectError(EErrorCode::kFile, {"TMVARegGui", "found one for TMVAGui"},
                               [] { TMVARegGui("out.root"); });
   TorchMVA::Test::ExpectError(EErrorCode::kFile, {"found one for TMVAGui"}, [] { TMVAMultiClassGui("out.root"); });
   std::filesystem::create_directories("dataset");
   TorchMVA::Test::WriteText("dataset/plots", "a file where the folder should be");
   const TorchMVA::Test::Silence silence;
   gErrorIgnoreLevel = kFatal;
   TorchMVA::Test::ExpectError(EErrorCode::kFile, {"dataset/plots/rejBvsS.png"},
                               [] { efficiencies("dataset", "out.root"); });
   gErrorIgnoreLevel = level;
}

TEST_F(Gui, TrainingCurvesOfMethodsWithAHistory)
{
   WriteFile("job.root");
   {
      TFile file("job.root", "UPDATE");
      TDirectory *method = file.GetDirectory("dataset/Method_Fisher/Fisher");
      ASSERT_NE(method, nullptr);
      WriteTrainingHistory(method, {{"epoch", {1, 2, 3}},
                                    {"training_loss", {0.7, 0.5, 0.4}},
                                    {"validation_loss", {0.7, 0.6, 0.5}},
                                    {"learning_rate", {0.1, 0.1, 0.01}}});
   }
   trainingcurves("dataset", "job.root");
   EXPECT_EQ(Names("dataset/plots"), std::set<std::string>{"training_Fisher.png"});
}
