// Four classes; the trained model is the last one (SaveBestOnly off). The properties of ROOT's test of this name.

#include "TFile.h"
#include "TString.h"
#include "TSystem.h"
#include "TTree.h"
#include "TMVA/DataLoader.h"
#include "TMVA/Factory.h"
#include "TMVA/PyMethodBase.h"
#include "TMVA/Reader.h"

int testPyTorchMulticlass()
{
   if (gSystem->Exec("python generatePyTorchModelMulticlass.py") != 0)
      return 1;
   auto input = TFile::Open("tmva_example_multiple_background.root");
   const TString treeNames[4] = {"TreeS", "TreeB0", "TreeB1", "TreeB2"};
   const TString classNames[4] = {"Signal", "Background_0", "Background_1", "Background_2"};

   TMVA::PyMethodBase::PyInitialize();
   auto output = TFile::Open("ResultsTestPyTorchMulticlass.root", "RECREATE");
   auto factory =
      new TMVA::Factory("testPyTorchMulticlass", output, "!V:Silent:Color:!DrawProgressBar:AnalysisType=multiclass");
   auto loader = new TMVA::DataLoader("datasetTestPyTorchMulticlass");
   for (int cls = 0; cls < 4; ++cls)
      loader->AddTree((TTree *)input->Get(treeNames[cls]), classNames[cls]);
   for (int v = 0; v < 4; ++v)
      loader->AddVariable(TString::Format("var%d", v + 1));
   loader->PrepareTrainingAndTestTree("", "SplitMode=Random:NormMode=NumEvents:!V");
   factory->BookMethod(loader, TMVA::Types::kPyTorch, "PyTorch",
                       "!H:!V:VarTransform=D,G:FilenameModel=PyTorchModelMulticlass.pt:"
                       "FilenameTrainedModel=trainedPyTorchModelMulticlass.pt:NumEpochs=20:BatchSize=32:"
                       "SaveBestOnly=false:UserCode=generatePyTorchModelMulticlass.py");
   factory->TrainAllMethods();
   delete factory;
   delete loader;
   delete output;

   Float_t vars[4];
   auto reader = new TMVA::Reader("!Color:Silent");
   for (int v = 0; v < 4; ++v)
      reader->AddVariable(TString::Format("var%d", v + 1), vars + v);
   reader->BookMVA("PyTorch", "datasetTestPyTorchMulticlass/weights/testPyTorchMulticlass_PyTorch.weights.xml");

   int failed = 0;
   for (int cls = 0; cls < 4; ++cls) {
      auto tree = (TTree *)input->Get(treeNames[cls]);
      for (int v = 0; v < 4; ++v)
         tree->SetBranchAddress(TString::Format("var%d", v + 1), vars + v);
      double mean = 0;
      for (int i = 0; i < 100; ++i) {
         tree->GetEvent(i);
         mean += reader->EvaluateMulticlass("PyTorch")[cls] / 100;
      }
      printf("mean response of %s: %.3f\n", classNames[cls].Data(), mean);
      if (mean < 0.3) {
         printf("[ERROR] expected at least 0.3\n");
         failed = 1;
      }
   }
   return failed;
}
