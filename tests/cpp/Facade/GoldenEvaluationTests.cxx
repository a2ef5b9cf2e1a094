// TMVA's own figures, from the trees of the tutorial to the numbers of MethodBase: data set, transformation, training,
// weight file, responses and evaluation at once.

#include "TorchMVA/Factory.hxx"

#include "ClassExample.hxx"
#include "Evaluate/GoldenFisher.hxx"
#include "TH1.h"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Reader.hxx"
#include "support/TempDir.hxx"
#include "TestDataDir.hxx"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <sstream>

using namespace TorchMVA;
using TorchMVA::Test::ClassExample;
using namespace TorchMVATest;

namespace {

/// VarTransform of a job of golden/fisher_metrics.csv, from its name.
std::string TransformOf(const std::string &method)
{
   const std::map<std::string, std::string> transforms = {
      {"Fisher", "None"},  {"FisherFull", "None"}, {"FisherD", "D"}, {"FisherG", "G"}, {"FisherN", "N"},
      {"FisherDG", "D,G"}, {"FisherGD", "G,D"},    {"FisherP", "P"}, {"FisherU", "U"}};
   return transforms.at(method);
}

class GoldenEvaluation : public ::testing::Test {
protected:
   void SetUp() override
   {
      fLoader = fExample.MakeLoader("dataset");
      for (const auto &row : ReadTable("golden/fisher_metrics.csv"))
         fFactory.BookMethod(fLoader.get(), Types::kFisher, row.at("method"),
                             "!H:!V:Fisher:VarTransform=" + TransformOf(row.at("method")));
      fFactory.TrainAllMethods();
      fFactory.TestAllMethods();
      fFactory.EvaluateAllMethods();
   }
   MethodBase &Method(const std::string &title) { return *fFactory.GetMethod("dataset", title); }

   TorchMVA::Test::WorkingDir fFolder;
   ClassExample fExample;
   std::unique_ptr<DataLoader> fLoader;
   Factory fFactory{"job", "!V:Silent:!Color:!DrawProgressBar:AnalysisType=Classification"};
};

} // namespace

TEST_F(GoldenEvaluation, EveryFigureOfEveryJob)
{
   int nChecked = 0;
   for (const auto &row : ReadTable("golden/fisher_metrics.csv")) {
      SCOPED_TRACE(row.at("method"));
      MethodBase &method = Method(row.at("method"));
      EXPECT_NEAR(method.GetROCIntegral(), Number(row, "roc_integral"), 1e-4);
      EXPECT_NEAR(method.GetSeparation(), Number(row, "separation"), 1e-4);
      EXPECT_NEAR(method.GetSignificance(), Number(row, "significance"), 1e-4);
      double error = 0;
      // the grid of efficiencies is 0.001 wide: equal means the same grid point
      EXPECT_NEAR(method.GetEfficiency("Efficiency:0.01", Types::kTesting, error), Number(row, "eff_test_B0.01"), 1e-9);
      EXPECT_NEAR(error, Number(row, "err"), 1e-8); // of three columns with this name ReadTable keeps the first
      EXPECT_NEAR(method.GetEfficiency("Efficiency:0.10", Types::kTesting, error), Number(row, "eff_test_B0.10"), 1e-9);
      EXPECT_NEAR(method.GetEfficiency("Efficiency:0.30", Types::kTesting, error), Number(row, "eff_test_B0.30"), 1e-9);

      EXPECT_NEAR(method.GetTrainingEfficiency("Efficiency:0.01"), Number(row, "eff_train_B0.01"), 1e-9);
      EXPECT_NEAR(method.GetTrainingEfficiency("Efficiency:0.10"), Number(row, "eff_train_B0.10"), 1e-9);
      EXPECT_NEAR(method.GetTrainingEfficiency("Efficiency:0.30"), Number(row, "eff_train_B0.30"), 1e-9);
      EXPECT_NEAR(method.GetSignalReferenceCut(), Number(row, "ref_cut"), 1e-4);
      double maximum = 0;
      EXPECT_NEAR(method.GetMaximumSignificance(1000, 1000, maximum), Number(row, "cut_at_max_significance"), 1e-4);
      EXPECT_NEAR(maximum, Number(row, "max_significance_S1000_B1000"), 1e-4);
      ++nChecked;
   }
   EXPECT_EQ(nChecked, 7);
}

namespace {

/// The parts of the golden file's listing that CreateMVAPdfs makes, as "name class axis".
std::set<std::string> ProbabilityKeys()
{
   std::set<std::string> keys;
   std::ifstream file(std::string(TORCHMVA_TEST_DATA_DIR) + "/golden/output/output_file_keys.tsv");
   const std::string folder = "dataset/Method_Fisher/FisherFull/";
   for (std::string line; std::getline(file, line);) {
      std::istringstream in(line);
      std::string path, type, title, axis;
      std::getline(in, path, '\t');
      std::getline(in, type, '\t');
      std::getline(in, title, '\t');
      std::getline(in, axis);
      const std::string name = path.substr(0, path.find(';'));
      if (name.rfind(folder, 0) == 0 &&
          (name.find("_tr_") != name.npos || name.find("_Proba_") != name.npos || name.find("_Rarity_") != name.npos))
         keys.insert(name.substr(folder.size()) + " " + type + " " + title + " " + axis.substr(0, axis.find(" ny")));
   }
   return keys;
}

/// Contents of the two histograms of <MVAPdfs>.
std::vector<std::vector<double>> PdfContents(const std::string &path)
{
   std::vector<std::vector<double>> contents;
   const XmlDocument document = XmlDocument::Read(path);
   for (const XmlNode &pdf : document.Root().RequiredChild("MVAPdfs").Children("PDF")) {
      std::istringstream in(pdf.RequiredChild("Histogram").Content());
      contents.emplace_back(std::istream_iterator<double>(in), std::istream_iterator<double>());
   }
   return contents;
}

} // namespace

// FisherFull of the golden output: histograms of the file, <MVAPdfs> of the weight file, probability and rarity.
TEST_F(GoldenEvaluation, Densities)
{
   const std::unique_ptr<TFile> output(TFile::Open("out.root", "RECREATE"));
   Factory factory("TMVAClassification", output.get(), "!V:Silent:!Color:!DrawProgressBar:AnalysisType=Classification");
   const auto loader = fExample.MakeLoader("dataset");
   auto &method = *factory.BookMethod(loader.get(), Types::kFisher, "FisherFull",
                                      "H:!V:Fisher:VarTransform=None:CreateMVAPdfs:PDFInterpolMVAPdf=Spline2:"
                                      "NbinsMVAPdf=50:NsmoothMVAPdf=10");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   factory.EvaluateAllMethods();

   const std::set<std::string> expected = ProbabilityKeys();
   EXPECT_EQ(expected.size(), 12u);
   for (const std::string &key : expected) {
      const std::string name = key.substr(0, key.find(' '));
      const auto *h = output->Get<TH1>(("dataset/Method_Fisher/FisherFull/" + name).c_str());
      ASSERT_NE(h, nullptr) << name;
      EXPECT_EQ(name + " " + h->ClassName() + " " + h->GetTitle() +
                   TString::Format(" nx=%d [%g,%g]", h->GetNbinsX(), h->GetXaxis()->GetXmin(), h->GetXaxis()->GetXmax())
                      .Data(),
                key);
   }

   const std::string golden =
      std::string(TORCHMVA_TEST_DATA_DIR) + "/golden/weights/TMVAClassification_FisherFull.weights.xml";
   const auto theirs = PdfContents(golden), ours = PdfContents(method.GetWeightFileName().Data());
   ASSERT_EQ(theirs.size(), 2u);
   ASSERT_EQ(ours.size(), 2u);
   for (int cls = 0; cls < 2; ++cls)
      for (int bin = 0; bin < 49; ++bin) // TMVA's last bin, and with it the area, lacks the largest response of all
         EXPECT_NEAR(ours[cls].at(bin) * (cls == 0 ? 1000. / 999 : 1), theirs[cls].at(bin), 1e-5) << cls << bin;

   Reader reader("!Color:Silent");
   float values[4] = {};
   for (int i = 0; i < 4; ++i)
      reader.AddVariable(TString::Format("var%d", i + 1), &values[i]);
   reader.BookMVA("TMVA", golden.c_str());
   values[0] = std::numeric_limits<float>::quiet_NaN(); // the event does not count if a response is given
   for (double mva = -1.2; mva < 1.3; mva += 0.05) {
      EXPECT_NEAR(reader.GetProba("TMVA", 0.5, mva), method.GetProba(mva, 0.5), 1e-3) << mva;
      EXPECT_NEAR(reader.GetRarity("TMVA", mva), method.GetRarity(mva), 1e-3) << mva;
   }
}

// The regression job: LD on TreeR, with and without transformations of variables and target.
TEST(GoldenRegression, EveryFigureOfEveryJob)
{
   const TorchMVA::Test::WorkingDir folder;
   const std::unique_ptr<TFile> file(
      TFile::Open(gROOT->GetTutorialDir() + "/machine_learning/data/tmva_reg_example.root"));
   DataLoader loader("dataset");
   loader.AddVariable("var1");
   loader.AddVariable("var2");
   loader.AddTarget("fvalue");
   loader.AddRegressionTree(file->Get<TTree>("TreeR"));
   loader.PrepareTrainingAndTestTree("", "nTrain_Regression=1000:SplitMode=Random:NormMode=NumEvents:!V");
   Factory factory("job", "!V:Silent:!Color:!DrawProgressBar:AnalysisType=Regression");
   factory.BookMethod(&loader, Types::kLD, "LD", "!H:!V:VarTransform=None");
   factory.BookMethod(&loader, Types::kLD, "LDDG", "!H:!V:VarTransform=D,G");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   factory.EvaluateAllMethods();
   for (const auto &row : ReadTable("golden/regression_first20.csv"))
      for (const char *title : {"LD", "LDDG"}) {
         auto &method = *factory.GetMethod("dataset", title);
         const auto &responses = method.GetResponses(row.at("set") == "test" ? Types::kTesting : Types::kTraining);
         EXPECT_NEAR(responses.at(std::stoul(row.at("pos"))), Number(row, title), 5e-4) << title << row.at("pos");
      }
   int nChecked = 0;
   for (const auto &row : ReadTable("golden/regression_LD_metrics.csv")) {
      SCOPED_TRACE(row.at("method") + " " + row.at("set"));
      auto &method = *factory.GetMethod("dataset", row.at("method"));
      double bias, biasT, dev, devT, rms, rmsT, info, infoT, corr;
      method.TestRegression(bias, biasT, dev, devT, rms, rmsT, info, infoT, corr,
                            row.at("set") == "test" ? Types::kTesting : Types::kTraining);
      // relative to the spread of the deviations, of which bias and RMS are figures
      const double scale = 1e-4 * Number(row, "rms");
      EXPECT_NEAR(bias, Number(row, "bias"), scale);
      EXPECT_NEAR(biasT, Number(row, "bias_trunc"), scale);
      EXPECT_NEAR(dev, Number(row, "dev"), scale);
      EXPECT_NEAR(devT, Number(row, "dev_trunc"), scale);
      EXPECT_NEAR(rms, Number(row, "rms"), scale);
      EXPECT_NEAR(rmsT, Number(row, "rms_trunc"), scale);
      // the inverse of G agrees to 2e-4 only: on the edge of a bin one of the 1000 training events may count elsewhere,
      // which is worth up to ln(1000) / 1000
      const bool edge = row.at("method") == "LDDG" && row.at("set") == "train";
      EXPECT_NEAR(info, Number(row, "mutual_info"), edge ? 7e-3 : 1e-4);
      EXPECT_NEAR(infoT, Number(row, "mutual_info_trunc"), 1e-4);
      EXPECT_NEAR(corr, Number(row, "corr"), 1e-4);
      ++nChecked;
   }
   EXPECT_EQ(nChecked, 4);
}
