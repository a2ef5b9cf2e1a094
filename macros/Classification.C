/// Signal against background: trains a Fisher discriminant and a PyTorch network, prints the tables, draws the ROC
/// curves. The network and its functions are in ClassificationModel.py beside this macro.
///
///     torchmva root -l -b -q Classification.C        (compiled: Classification.C+)
///
/// Writes into the current folder: Classification.root, dataset/weights/*.weights.xml, ROC_Classification.png.

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

int Classification()
{
   const TString here = gSystem->GetDirName(__FILE__);
   std::unique_ptr<TFile> input(
      TFile::Open(TROOT::GetTutorialDir() + "/machine_learning/data/tmva_class_example.root"));
   std::unique_ptr<TFile> output(TFile::Open("Classification.root", "RECREATE"));

   TMVA::DataLoader loader("dataset");
   for (const char *name : {"var1", "var2", "var3", "var4"})
      loader.AddVariable(name);
   loader.AddSignalTree(input->Get<TTree>("TreeS"));
   loader.AddBackgroundTree(input->Get<TTree>("TreeB"));
   loader.PrepareTrainingAndTestTree(
      TCut(""), "nTrain_Signal=4000:nTrain_Background=4000:SplitMode=Block:MixMode=Random:NormMode=NumEvents:!V");

   TMVA::Factory factory("Classification", output.get(), "AnalysisType=Classification:Transformations=I;D,G");
   factory.BookMethod(&loader, TMVA::Types::kFisher, "Fisher", "!H:!V:Fisher:VarTransform=D,G");
   factory.BookMethod(
      &loader, TMVA::Types::kPyTorch, "PyTorch",
      "!H:!V:VarTransform=D,G:FilenameModel=ClassificationModel.pt:NumEpochs=5:BatchSize=100:UserCode=" + here +
         "/ClassificationModel.py");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   factory.EvaluateAllMethods();

   std::unique_ptr<TCanvas> canvas(factory.GetROCCurve(&loader));
   canvas->SaveAs("ROC_Classification.png");
   printf("ROC integral of PyTorch: %.4f\n", factory.GetROCIntegral(&loader, "PyTorch"));
   return 0;
}
