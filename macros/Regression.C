/// Regression: trains a PyTorch network on one target, prints the tables, and applies the weight file to the first
/// events of the tree. The network is in RegressionModel.py beside this macro.
///
///     torchmva root -l -b -q Regression.C        (compiled: Regression.C+)
///
/// Writes into the current folder: Regression.root and dataset/weights/Regression_PyTorch.weights.xml.

#include "TCut.h"
#include "TFile.h"
#include "TROOT.h"
#include "TString.h"
#include "TSystem.h"
#include "TTree.h"
#include "TMVA/DataLoader.h"
#include "TMVA/Factory.h"
#include "TMVA/Reader.h"
#include "TMVA/Types.h"

#include <memory>

int Regression()
{
   const TString here = gSystem->GetDirName(__FILE__);
   std::unique_ptr<TFile> input(TFile::Open(TROOT::GetTutorialDir() + "/machine_learning/data/tmva_reg_example.root"));
   std::unique_ptr<TFile> output(TFile::Open("Regression.root", "RECREATE"));
   auto tree = input->Get<TTree>("TreeR");

   TMVA::DataLoader loader("dataset");
   loader.AddVariable("var1");
   loader.AddVariable("var2");
   loader.AddTarget("fvalue");
   loader.AddRegressionTree(tree);
   loader.PrepareTrainingAndTestTree(TCut(""), "nTrain_Regression=4000:SplitMode=Random:NormMode=NumEvents:!V");

   TMVA::Factory factory("Regression", output.get(), "AnalysisType=Regression");
   // N also scales the target to [-1, 1]; predictions come back in the target's own units.
   factory.BookMethod(&loader, TMVA::Types::kPyTorch, "PyTorch",
                      "!H:!V:VarTransform=N:FilenameModel=RegressionModel.pt:NumEpochs=20:BatchSize=50:UserCode=" +
                         here + "/RegressionModel.py");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   factory.EvaluateAllMethods();

   Float_t var1 = 0, var2 = 0, fvalue = 0;
   TMVA::Reader reader("!Color:Silent");
   reader.AddVariable("var1", &var1);
   reader.AddVariable("var2", &var2);
   reader.BookMVA("PyTorch", "dataset/weights/Regression_PyTorch.weights.xml");
   tree->SetBranchAddress("var1", &var1);
   tree->SetBranchAddress("var2", &var2);
   tree->SetBranchAddress("fvalue", &fvalue);
   for (Long64_t i = 0; i < 10; ++i) {
      tree->GetEntry(i);
      printf("true %8.3f   predicted %8.3f\n", fvalue, reader.EvaluateRegression("PyTorch")[0]);
   }
   tree->ResetBranchAddresses();
   return 0;
}
