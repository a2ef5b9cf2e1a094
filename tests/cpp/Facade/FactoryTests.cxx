#include "TorchMVA/Factory.hxx"

#include "ClassExample.hxx"
#include "TorchMVA/Method/MethodFisher.hxx"
#include "TorchMVA/Reader.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include "TCanvas.h"
#include "TGraph.h"
#include "TH1.h"
#include "TMultiGraph.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

using namespace TorchMVA;
using TorchMVA::Test::ClassExample;
using TorchMVA::Test::ExpectError;

namespace {

const char *kSilent = "!V:Silent:!Color:!DrawProgressBar:AnalysisType=Classification";

class FactoryTest : public ::testing::Test {
protected:
   TorchMVA::Test::WorkingDir fFolder;
   ClassExample fExample;
};

} // namespace

TEST_F(FactoryTest, TrainsTestsAndEvaluatesFisher)
{
   auto loader = fExample.MakeLoader("dataset");
   Factory factory("job", kSilent);
   auto *method = factory.BookMethod(loader.get(), Types::kFisher, "Fisher", "!H:!V:Fisher");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   factory.EvaluateAllMethods();
   EXPECT_TRUE(std::filesystem::exists("dataset/weights/job_Fisher.weights.xml"));
   // Unweighted area of Fisher's discriminant on the whole sample, from scikit-learn: 0.8896.
   EXPECT_NEAR(factory.GetROCIntegral(loader.get(), "Fisher"), 0.8896, 0.01);
   EXPECT_NEAR(factory.GetROCIntegral("dataset", "Fisher", 0, Types::kTraining), 0.8896, 0.02);
   EXPECT_EQ(factory.GetMethod("dataset", "Fisher"), method) << "the pointer of BookMethod stays valid";
   EXPECT_EQ(method->GetMvaValues().size(), 2000u);
}

TEST_F(FactoryTest, RocCurveHasAllForms)
{
   auto loader = fExample.MakeLoader("dataset");
   Factory factory("job", kSilent);
   factory.BookMethod(loader.get(), "Fisher", "A", "");
   factory.BookMethod(loader.get(), "Fisher", "B", "VarTransform=D,G");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   const std::unique_ptr<TGraph> graph(factory.GetROCCurve(loader.get(), "A"));
   ASSERT_GT(graph->GetN(), 100);
   EXPECT_STREQ(graph->GetTitle(), "Signal efficiency vs. Background rejection (A)");
   double area = 0;
   for (int i = 1; i < graph->GetN(); ++i)
      area += std::abs(graph->GetX()[i] - graph->GetX()[i - 1]) * (graph->GetY()[i] + graph->GetY()[i - 1]) / 2;
   EXPECT_NEAR(area, factory.GetROCIntegral(loader.get(), "A"), 1e-6);
   const std::unique_ptr<TMultiGraph> graphs(factory.GetROCCurveAsMultiGraph("dataset", 0));
   EXPECT_EQ(graphs->GetListOfGraphs()->GetSize(), 2);
   const std::unique_ptr<TCanvas> canvas(factory.GetROCCurve(loader.get()));
   EXPECT_STREQ(canvas->GetName(), "ROCCurve dataset class 0");
   canvas->SaveAs("roc.png");
   std::ifstream picture("roc.png", std::ios::binary);
   std::string magic(4, ' ');
   picture.read(magic.data(), 4);
   EXPECT_EQ(magic.substr(1), "PNG");
}

TEST_F(FactoryTest, WritesTheOutputFile)
{
   {
      auto loader = fExample.MakeLoader("dataset");
      const std::unique_ptr<TFile> output(TFile::Open("out.root", "RECREATE"));
      Factory factory("job", output.get(), "Silent:Transformations=I;D:AnalysisType=Classification");
      factory.BookMethod(loader.get(), Types::kFisher, "Fisher", "");
      factory.TrainAllMethods();
      factory.EvaluateAllMethods(); // tests first
   }
   const std::unique_ptr<TFile> output(TFile::Open("out.root"));
   auto *tests = output->Get<TTree>("dataset/TestTree");
   ASSERT_NE(tests, nullptr);
   EXPECT_EQ(tests->GetEntries(), 10000);
   EXPECT_NE(tests->GetBranch("Fisher"), nullptr);
   EXPECT_EQ(output->Get<TTree>("dataset/TrainTree")->GetEntries(), 2000);
   for (const char *name : {"CorrelationMatrixS", "InputVariables_Id", "InputVariables_Deco",
                            "Method_Fisher/Fisher/MVA_Fisher_S", "Method_Fisher/Fisher/MVA_Fisher_rejBvsS"})
      EXPECT_NE(output->Get((std::string("dataset/") + name).c_str()), nullptr) << name;
}

TEST_F(FactoryTest, PlottedChainsAndCorrelationsArePrinted)
{
   auto loader = fExample.MakeLoader("dataset");
   const std::unique_ptr<TFile> output(TFile::Open("out.root", "RECREATE"));
   Factory factory("job", output.get(), "!Silent:!Color:AnalysisType=Classification:Transformations=I;P:Correlations");
   factory.BookMethod(loader.get(), Types::kFisher, "Fisher", "");
   ::testing::internal::CaptureStdout();
   factory.TrainAllMethods();
   factory.EvaluateAllMethods();
   std::fflush(stdout);
   const std::string text = ::testing::internal::GetCapturedStdout();
   // one table a chain
   const std::string head =
      "TFHandler_Factory        :  Variable        Mean         RMS   [         Min         Max ]";
   const auto first = text.find(head);
   ASSERT_NE(first, std::string::npos) << text;
   EXPECT_NE(text.find(head, first + 1), std::string::npos);
   EXPECT_NE(text.find("var1:", first), std::string::npos);
   for (const char *title : {"Correlations of variables and responses (Signal):", "two methods agree on (Background):"})
      EXPECT_NE(text.find(title), std::string::npos) << title;
}

TEST_F(FactoryTest, FoldersMayHaveOneLetterAndTitlesNoSlash)
{
   auto loader = fExample.MakeLoader("d");
   Factory factory("job", kSilent);
   ExpectError(EErrorCode::kArgument, {"a/b"}, [&] { factory.BookMethod(loader.get(), "Fisher", "a/b", ""); });
   factory.BookMethod(loader.get(), "Fisher", "F", "");
   factory.TrainAllMethods();
   EXPECT_TRUE(std::filesystem::exists("d/weights/job_F.weights.xml"));
}

TEST_F(FactoryTest, ACutGivenBeforeTheTreesIsKept)
{
   DataLoader loader("dataset");
   loader.AddVariable("var1");
   loader.PrepareTrainingAndTestTree("var1 > 0", "SplitMode=Block:!V");
   loader.AddSignalTree(fExample.fSignal);
   loader.AddBackgroundTree(fExample.fBackground);
   EXPECT_LT(loader.GetDataSetInfo().GetDataSet()->GetNEvents(), 12000);
   EXPECT_GT(loader.GetDataSetInfo().GetVariableInfo(0).GetMin(), 0);
}

TEST_F(FactoryTest, WithoutPersistenceNothingIsWritten)
{
   auto loader = fExample.MakeLoader("dataset");
   Factory factory("job", "Silent:!ModelPersistence:AnalysisType=Classification");
   factory.BookMethod(loader.get(), Types::kFisher, "Fisher", "");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   EXPECT_GT(factory.GetROCIntegral(loader.get(), "Fisher"), 0.85);
   EXPECT_FALSE(std::filesystem::exists("dataset"));
}

TEST_F(FactoryTest, AutoDecidesBetweenTheClassifications)
{
   auto binary = fExample.MakeLoader("binary");
   Factory two("job", "Silent");
   EXPECT_EQ(two.BookMethod(binary.get(), Types::kFisher, "Fisher", "")->GetAnalysisType(), Types::kClassification);

   DataLoader many("many");
   many.AddVariable("var1");
   for (const char *name : {"Signal", "Background", "Other"})
      many.AddTree(fExample.fSignal, name);
   Factory three("job", "Silent");
   EXPECT_EQ(three.BookMethod(&many, Types::kFisher, "Fisher", ""), nullptr) << "Fisher has two classes only";

   DataLoader none("none");
   Factory undecided("job", "Silent");
   ExpectError(EErrorCode::kOption, {}, [&] { undecided.BookMethod(&none, Types::kFisher, "Fisher", ""); });
}

TEST_F(FactoryTest, BookingErrorsNameWhatIsWrong)
{
   auto loader = fExample.MakeLoader("dataset");
   Factory factory("job", kSilent);
   factory.BookMethod(loader.get(), Types::kFisher, "Fisher", "");
   ExpectError(EErrorCode::kState, {}, [&] { factory.BookMethod(loader.get(), Types::kFisher, "Fisher", ""); });
   ExpectError(EErrorCode::kArgument, {}, [&] { factory.BookMethod(nullptr, Types::kFisher, "F", ""); });
   ExpectError(EErrorCode::kMethod, {}, [&] { factory.BookMethod(loader.get(), "Fischer", "F", ""); });
   ExpectError(EErrorCode::kMethod, {"\"SVM\"", "Fisher", "PyTorch"},
               [&] { factory.BookMethod(loader.get(), Types::kSVM, "SVM", ""); });
   ExpectError(EErrorCode::kOption, {"VarTransfrom", "VarTransform"},
               [&] { factory.BookMethod(loader.get(), Types::kFisher, "F", "VarTransfrom=D"); });
   EXPECT_FALSE(factory.HasMethod("dataset", "F")) << "a failed booking leaves nothing behind";
   {
      auto other = fExample.MakeLoader("gone");
      ExpectError(EErrorCode::kOption, {}, [&] { factory.BookMethod(other.get(), "Fisher", "F", "Nonsense"); });
   }
   factory.TrainAllMethods();
   auto sameName = fExample.MakeLoader("dataset");
   ExpectError(EErrorCode::kState, {}, [&] { factory.BookMethod(sameName.get(), Types::kFisher, "X", ""); });
}

TEST_F(FactoryTest, AnUnwritableFolderIsFoundAtBooking)
{
   std::ofstream("dataset") << "a file where the folder should be";
   auto loader = fExample.MakeLoader("dataset");
   Factory factory("job", kSilent);
   ExpectError(EErrorCode::kFile, {}, [&] { factory.BookMethod(loader.get(), Types::kFisher, "Fisher", ""); });
}

TEST_F(FactoryTest, FewerThanTenTrainingEventsAreRefused)
{
   auto loader =
      fExample.MakeLoader("dataset", "nTrain_Signal=4:nTrain_Background=4:nTest_Signal=10:nTest_Background=10");
   Factory factory("job", kSilent);
   factory.BookMethod(loader.get(), Types::kFisher, "Fisher", "");
   ExpectError(EErrorCode::kData, {}, [&] { factory.TrainAllMethods(); });
}

TEST_F(FactoryTest, FiguresBeforeTheirTimeSayWhatToCall)
{
   auto loader = fExample.MakeLoader("dataset");
   Factory factory("job", kSilent);
   factory.BookMethod(loader.get(), Types::kFisher, "Fisher", "");
   factory.TrainAllMethods();
   ExpectError(EErrorCode::kState, {}, [&] { factory.GetROCIntegral(loader.get(), "Fisher"); });
   ExpectError(EErrorCode::kMethod, {}, [&] { factory.GetROCIntegral(loader.get(), "Fish"); });
   ExpectError(EErrorCode::kMethod, {}, [&] { factory.GetROCIntegral("elsewhere", "Fisher"); });
   ExpectError(EErrorCode::kArgument, {}, [&] { factory.GetROCIntegral(loader.get(), "Fisher", 7, Types::kTraining); });
}

TEST_F(FactoryTest, BackgroundNamedFirstStillHasSignalOnTheRight)
{
   DataLoader loader("dataset");
   for (const char *variable : {"var1", "var2", "var3", "var4"})
      loader.AddVariable(variable);
   loader.AddBackgroundTree(fExample.fBackground);
   loader.AddSignalTree(fExample.fSignal);
   loader.PrepareTrainingAndTestTree("", "SplitMode=Random:!V");
   Factory factory("job", kSilent);
   factory.BookMethod(&loader, Types::kFisher, "Fisher", "");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   EXPECT_EQ(loader.GetDataSetInfo().GetSignalClassIndex(), 1u);
   EXPECT_NEAR(factory.GetROCIntegral(&loader, "Fisher"), 0.8896, 0.02);
}

TEST_F(FactoryTest, NamesThatNoFileCanHaveAreRefusedAtBooking)
{
   auto loader = fExample.MakeLoader("dataset");
   Factory factory("job", kSilent);
   for (const auto &[title, words] :
        std::vector<std::pair<std::string, std::string>>{{"", "not empty"},
                                                         {"a/b", "without '/'"},
                                                         {"../a", "without '/'"},
                                                         {"a\nb", "control"},
                                                         {"n\xE9", "n\\xe9"},
                                                         {std::string(300, 'x'), "200 bytes"},
                                                         {std::string(198, 'x'), "together"}})
      ExpectError(EErrorCode::kArgument, {words},
                  [&, name = title] { factory.BookMethod(loader.get(), "Fisher", name); });
   EXPECT_FALSE(factory.HasMethod("dataset", "a/b"));
   EXPECT_NE(factory.BookMethod(loader.get(), "Fisher", std::string(197, 'x')), nullptr) << "one byte less";
   factory.TrainAllMethods();
   EXPECT_TRUE(std::filesystem::exists("dataset/weights/job_" + std::string(197, 'x') + ".weights.xml"));
   ExpectError(EErrorCode::kArgument, {"job name", "without '/'"}, [] { Factory("a/b", kSilent); });
   ExpectError(EErrorCode::kArgument, {"job name", "control"}, [] { Factory("a\tb", kSilent); });
}

TEST_F(FactoryTest, TitlesThatRootTakesForPathsHaveAnotherNameInTheOutputFile)
{
   const std::vector<std::pair<std::string, std::string>> titles = {{"BDT::BDT0_75", "BDT__BDT0_75"},
                                                                    {"a;1", "a_1"},
                                                                    {" b ", "_b_"},
                                                                    {"..", "__"},
                                                                    {"c d", "c d"},
                                                                    {"\xC3\xA9", "\xC3\xA9"},
                                                                    {"e[3]", "e[3]"},
                                                                    {"f.g", "f.g"},
                                                                    {"100%", "100%"},
                                                                    {"$HOME", "$HOME"},
                                                                    {"${HOME}", "${HOME}"}};
   {
      const std::unique_ptr<TFile> file(TFile::Open("out.root", "RECREATE"));
      auto loader = fExample.MakeLoader("sub/$HOME/data:set");
      Factory factory("job", file.get(), kSilent);
      for (const auto &[title, name] : titles) {
         ::testing::internal::CaptureStderr();
         factory.BookMethod(loader.get(), "Fisher", title);
         const std::string said = ::testing::internal::GetCapturedStderr();
         EXPECT_EQ(said.find("is called \"" + name + "\"") != std::string::npos, title != name) << title << said;
      }
      ExpectError(EErrorCode::kState, {"a;1", "a:1", "same folder"},
                  [&] { factory.BookMethod(loader.get(), "LD", "a:1"); });
      ExpectError(EErrorCode::kState, {"e[3]", "e_3]", "branch"},
                  [&] { factory.BookMethod(loader.get(), "LD", "e_3]"); });
      auto other = fExample.MakeLoader("sub//$HOME/data_set");
      ExpectError(EErrorCode::kState, {"data_set", "data:set", "same folder"},
                  [&] { factory.BookMethod(other.get(), "LD", "other"); });
      factory.TrainAllMethods();
      factory.TestAllMethods();
      factory.EvaluateAllMethods();
      for (const auto &title : titles) {
         EXPECT_TRUE(factory.HasMethod("sub/$HOME/data:set", title.first));
         for (const char *ending : {".weights.xml", ".class.C"})
            EXPECT_TRUE(std::filesystem::exists("sub/$HOME/data:set/weights/job_" + title.first + ending));
         Reader reader(TString("var1:var2:var3:var4"), "!Color:Silent"); // what was written can be read under its name
         EXPECT_NO_THROW(reader.BookMVA("F", "sub/$HOME/data:set/weights/job_" + title.first + ".weights.xml"));
      }
   }
   const std::unique_ptr<TFile> file(TFile::Open("out.root"));
   auto *dataset = file->GetDirectory("sub/$HOME/data_set");
   ASSERT_NE(dataset, nullptr);
   auto *tree = dataset->Get<TTree>("TestTree");
   ASSERT_NE(tree, nullptr);
   for (const auto &[title, name] : titles) {
      EXPECT_NE(dataset->Get<TH1>(("Method_Fisher/" + name + "/MVA_" + name + "_S").c_str()), nullptr) << title;
      const std::string branch = name == "e[3]" ? "e_3_" : name;
      EXPECT_NE(tree->GetBranch(branch.c_str()), nullptr) << title;
   }
   EXPECT_EQ(tree->GetListOfBranches()->GetEntries(), 7 + static_cast<int>(titles.size()));
}

TEST_F(FactoryTest, ClassesThatRootTakesForPathsHaveAnotherNameInTheOutputFile)
{
   const auto makeLoader = [this](const std::string &name, const std::vector<const char *> &classes) {
      auto loader = std::make_unique<DataLoader>(name);
      loader->AddVariable("var1");
      loader->AddVariable("var2");
      for (std::size_t i = 0; i < classes.size(); ++i)
         loader->AddTree(i == 0 ? fExample.fSignal : fExample.fBackground, classes[i]);
      loader->PrepareTrainingAndTestTree("", "SplitMode=Alternate:!V");
      return loader;
   };
   const std::string words = "the class \"b:\\mu\" is called \"b_\\mu\", \"c/light\" is called \"c_light\"";
   {
      const std::unique_ptr<TFile> file(TFile::Open("out.root", "RECREATE"));
      auto loader = makeLoader("dataset", {"b:\\mu", "c/light"});
      Factory factory("job", file.get(), kSilent);
      ::testing::internal::CaptureStderr();
      factory.BookMethod(loader.get(), "Fisher", "F");
      factory.BookMethod(loader.get(), "LD", "L");
      factory.TrainAllMethods();
      factory.TestAllMethods();
      factory.EvaluateAllMethods();
      const std::string said = ::testing::internal::GetCapturedStderr();
      EXPECT_NE(said.find(words), std::string::npos) << said;
      EXPECT_EQ(said.find(words), said.rfind(words)) << "once\n" << said;
      for (const auto &same :
           std::vector<std::vector<const char *>>{{"a:b", "a_b"}, {"a/b", "a;b"}, {"a[1]", "a_1_"}}) {
         auto other = makeLoader("other", same);
         ExpectError(EErrorCode::kState, {same[0], same[1], "two classes", "other"},
                     [&] { factory.BookMethod(other.get(), "Fisher", "F"); });
      }
      EXPECT_FALSE(factory.HasMethod("other", "F"));
      // a class may come after the booking
      auto late = makeLoader("late", {"one", "a:b"});
      Factory another("late", file.get(), kSilent);
      another.BookMethod(late.get(), "Fisher", "F");
      late->AddTree(fExample.fBackground, "a_b");
      ExpectError(EErrorCode::kState, {"a:b", "a_b", "two classes"}, [&] { another.TrainAllMethods(); });
   }
   const std::unique_ptr<TFile> file(TFile::Open("out.root"));
   for (const char *name : {"b_\\mu", "c_light"})
      EXPECT_NE(file->Get<TH1>((std::string("dataset/InputVariables_Id/var1__") + name + "_Id").c_str()), nullptr)
         << name;
   auto *tree = file->Get<TTree>("dataset/TestTree");
   ASSERT_NE(tree, nullptr);
   EXPECT_GT(tree->GetEntries("className == \"c/light\""), 0) << "the events keep the name";
}

TEST_F(FactoryTest, PlotsOfATransformationThatCannotBeMadeAreLeftOut)
{
   TTree signal("S", ""), background("B", "");
   float x, y, z, constant = 1;
   for (TTree *tree : {&signal, &background}) {
      tree->SetDirectory(nullptr);
      tree->Branch("x", &x, "x/F");
      tree->Branch("y", &y, "y/F");
      tree->Branch("z", &z, "z/F");
      tree->Branch("constant", &constant, "constant/F");
      for (int i = 0; i < 200; ++i) {
         x = static_cast<float>((i * 7) % 31) + (tree == &signal ? 5.F : 0.F);
         y = 2 * x;
         z = static_cast<float>((i * 11) % 23);
         tree->Fill();
      }
   }
   {
      const std::unique_ptr<TFile> file(TFile::Open("out.root", "RECREATE"));
      DataLoader loader("dataset");
      for (const char *name : {"x", "y", "z"})
         loader.AddVariable(name);
      loader.AddSignalTree(&signal);
      loader.AddBackgroundTree(&background);
      loader.PrepareTrainingAndTestTree("", "SplitMode=Alternate:!V");
      Factory factory("job", file.get(), TString(kSilent) + ":Transformations=I;D;P;G,D;N");
      auto *method = factory.BookMethod(&loader, "Variable", "x");
      ASSERT_NE(method, nullptr);
      ::testing::internal::CaptureStderr();
      factory.TrainAllMethods();
      const std::string said = ::testing::internal::GetCapturedStderr();
      for (const char *left : {"\"D\"", "\"G,D\""})
         EXPECT_NE(said.find("The plots after the transformation " + std::string(left) + " are left out"),
                   std::string::npos)
            << said;
      EXPECT_NE(said.find("depend on each other linearly: variable \"x\", variable \"y\""), std::string::npos) << said;
      factory.TestAllMethods();
      factory.EvaluateAllMethods();
      Factory wrong("job", file.get(), TString(kSilent) + ":Transformations=I;Q");
      wrong.BookMethod(&loader, "Variable", "x");
      ExpectError(EErrorCode::kOption, {"Q"}, [&] { wrong.TrainAllMethods(); });
   }
   const std::unique_ptr<TFile> file(TFile::Open("out.root"));
   std::set<std::string> folders;
   for (TObject *key : *file->GetDirectory("dataset")->GetListOfKeys())
      if (TString(key->GetName()).BeginsWith("InputVariables_"))
         folders.insert(key->GetName());
   EXPECT_EQ(folders, (std::set<std::string>{"InputVariables_Id", "InputVariables_PCA", "InputVariables_Norm"}));
}
