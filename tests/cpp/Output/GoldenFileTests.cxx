// The jobs that made the golden lists, from the trees to the closed file: every key that TMVA wrote is there, and no
// other.

#include "Facade/ClassExample.hxx"
#include "Output/GoldenKeys.hxx"
#include "TLeaf.h"
#include "TTree.h"
#include "TorchMVA/Factory.hxx"
#include "support/TempDir.hxx"
#include "support/ToyTree.hxx"

#include <map>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

/// Paths of the list and of the file are the same.
void ExpectSameKeys(TFile &file, const std::string &list)
{
   std::set<std::string> golden, ours;
   for (const GoldenKey &key : ReadKeys(list))
      golden.insert(key.fPath);
   ListKeys(&file, "", ours);
   for (const auto &path : ours)
      EXPECT_TRUE(golden.count(path)) << "TMVA does not write " << path;
   EXPECT_EQ(ExpectGoldenKeys(file, list, ""), static_cast<int>(ReadKeys(list).size()));
}

/// One row of golden/output/output_trees.txt: "  row0 classID=0 className=83 var1=...".
std::map<std::string, double> ParseRow(const std::string &line)
{
   std::map<std::string, double> row;
   std::istringstream in(line);
   for (std::string word; in >> word;) {
      const auto equals = word.find('=');
      if (equals != std::string::npos)
         row[word.substr(0, equals)] = std::stod(word.substr(equals + 1));
   }
   return row;
}

/// How far a number may be from TMVA's: Gauss and Uniform pass through a smoothed table, the density through a spline.
double Tolerance(const std::string &branch)
{
   if (branch.rfind("prob_", 0) == 0)
      return 2e-3;
   return branch == "FisherDG" || branch == "FisherG" || branch == "FisherGD" || branch == "FisherU" ? 1e-4 : 2e-6;
}

void ExpectGoldenTrees(TFile &file)
{
   std::ifstream in(DataDir() + "/golden/output/output_trees.txt");
   ASSERT_TRUE(in);
   TTree *tree = nullptr;
   std::vector<std::string> branches;
   int nRows = 0;
   for (std::string line; std::getline(in, line);) {
      if (line.rfind("dataset/", 0) == 0) {
         tree = file.Get<TTree>(line.substr(0, line.find(' ')).c_str());
         ASSERT_NE(tree, nullptr) << line;
         EXPECT_EQ(tree->GetEntries(), std::stoi(line.substr(line.find('=') + 1)));
         branches.clear();
      } else if (line.rfind("  row", 0) == 0) {
         ASSERT_EQ(tree->GetNbranches(), static_cast<int>(branches.size()));
         tree->GetEntry(std::stoi(line.substr(5)));
         for (const auto &[name, value] : ParseRow(line.substr(line.find(' ', 3))))
            if (name == "className") // the list has its first letter as a number
               EXPECT_EQ(*static_cast<const char *>(tree->GetLeaf("className")->GetValuePointer()),
                         static_cast<char>(value));
            else
               EXPECT_NEAR(tree->GetLeaf(name.c_str())->GetValue(), value, Tolerance(name)) << name << " in " << line;
         ++nRows;
      } else {
         const std::string title = line.substr(line.rfind(' ') + 1);
         EXPECT_STREQ(tree->GetListOfBranches()->At(static_cast<int>(branches.size()))->GetTitle(), title.c_str());
         branches.push_back(title);
      }
   }
   EXPECT_EQ(nRows, 10);
}

} // namespace

TEST(GoldenFile, NineFisherMethods)
{
   const WorkingDir folder;
   const Silence silence;
   const ClassExample example;
   const auto loader = example.MakeLoader("dataset");
   {
      TFile file("out.root", "RECREATE");
      // one method that was trained and no more
      Factory first("first", &file, "Silent:AnalysisType=Classification:Transformations=I");
      first.BookMethod(loader.get(), Types::kFisher, "FisherRank", "Fisher");
      first.TrainAllMethods();
      Factory factory("TMVAClassification", &file, "Silent:AnalysisType=Classification:Transformations=I;D;P;G,D");
      const std::vector<std::pair<const char *, const char *>> methods{
         {"Fisher", ""},
         {"FisherD", ":VarTransform=D"},
         {"FisherDG", ":VarTransform=D,G"},
         {"FisherFull", ":CreateMVAPdfs:PDFInterpolMVAPdf=Spline2:NbinsMVAPdf=50:NsmoothMVAPdf=10"},
         {"FisherG", ":VarTransform=G"},
         {"FisherGD", ":VarTransform=G,D"},
         {"FisherN", ":VarTransform=N"},
         {"FisherP", ":VarTransform=P"},
         {"FisherU", ":VarTransform=U"}};
      for (const auto &[title, options] : methods)
         factory.BookMethod(loader.get(), Types::kFisher, title, TString("H:!V:Fisher") + options);
      factory.TrainAllMethods();
      factory.TestAllMethods();
      factory.EvaluateAllMethods();
   }
   TFile file("out.root");
   ExpectSameKeys(file, "output_file_keys.tsv");
   ExpectGoldenTrees(file);
}

TEST(GoldenFile, RegressionWithLD)
{
   const WorkingDir folder;
   const Silence silence;
   const auto input = OpenTutorialFile("tmva_reg_example.root");
   {
      DataLoader loader("datasetReg");
      loader.AddVariable("var1", "Variable 1", "units", 'F');
      loader.AddVariable("var2", "Variable 2", "units", 'F');
      loader.AddTarget("fvalue");
      loader.AddRegressionTree(input->Get<TTree>("TreeR"), 1.0);
      loader.PrepareTrainingAndTestTree("", "nTrain_Regression=1000:SplitMode=Random:NormMode=NumEvents:!V");
      TFile file("out.root", "RECREATE");
      Factory factory("TMVARegression", &file, "Silent:AnalysisType=Regression:Transformations=I");
      for (const auto &[title, options] :
           std::vector<std::pair<const char *, const char *>>{{"LD", "None"}, {"LDN", "N"}, {"LDDG", "D,G"}})
         factory.BookMethod(&loader, Types::kLD, title, TString("!H:!V:VarTransform=") + options);
      factory.TrainAllMethods();
      factory.TestAllMethods();
      factory.EvaluateAllMethods();
   }
   TFile file("out.root");
   ExpectSameKeys(file, "output_file_keys_regression.tsv");
}
