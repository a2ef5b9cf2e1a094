/// One signal and three backgrounds: trains a PyTorch network with one output a class and prints the tables. The
/// network is in MulticlassModel.py beside this macro.
///
///     torchmva root -l -b -q Multiclass.C        (compiled: Multiclass.C+)
///
/// Writes into the current folder: Multiclass.root, dataset/weights/*.weights.xml, ROC_Multiclass.png.

#include "TCanvas.h"
#include "TCut.h"
#include "TFile.h"
#include "TROOT.h"
#include "TString.h"
#include "TSystem.h"
#include "TTree.h"
#include "TMVA/DataLoader.h"
#include "TMVA/Factory.h"
#include "TMVA/Types.h"

#include <memory>

int Multiclass()
{
   const TString here = gSystem->GetDirName(__FILE__);
   std::unique_ptr<TFile> input(
      TFile::Open(TROOT::GetTutorialDir() + "/machine_learning/data/tmva_multiclass_example.root"));
   std::unique_ptr<TFile> output(TFile::Open("Multiclass.root", "RECREATE"));

   TMVA::DataLoader loader("dataset");
   for (const char *name : {"var1", "var2", "var3", "var4"})
      loader.AddVariable(name);
   loader.AddTree(input->Get<TTree>("TreeS"), "Signal");
   loader.AddTree(input->Get<TTree>("TreeB0"), "Background_0");
   loader.AddTree(input->Get<TTree>("TreeB1"), "Background_1");
   loader.AddTree(input->Get<TTree>("TreeB2"), "Background_2");
   loader.PrepareTrainingAndTestTree(TCut(""), "SplitMode=Random:NormMode=NumEvents:!V");

   TMVA::Factory factory("Multiclass", output.get(), "AnalysisType=Multiclass");
   factory.BookMethod(&loader, TMVA::Types::kPyTorch, "PyTorch",
                      "!H:!V:VarTransform=N:FilenameModel=MulticlassModel.pt:NumEpochs=10:BatchSize=50:UserCode=" +
                         here + "/MulticlassModel.py");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   factory.EvaluateAllMethods();

   const UInt_t kClass = 0;
   std::unique_ptr<TCanvas> canvas(factory.GetROCCurve(&loader, kClass));
   canvas->SaveAs("ROC_Multiclass.png");
   for (UInt_t i = 0; i < 4; ++i)
      printf("ROC integral of class %u against the others: %.4f\n", i, factory.GetROCIntegral(&loader, "PyTorch", i));
   return 0;
}
