// Trains through a file of user code that also generates the model, deletes everything, applies to the same trees.
// The properties of ROOT's test of this name: data file in the current folder, trees added before variables, Silent.

#include "TFile.h"
#include "TString.h"
#include "TSystem.h"
#include "TTree.h"
#include "TMVA/DataLoader.h"
#include "TMVA/Factory.h"
#include "TMVA/PyMethodBase.h"
#include "TMVA/Reader.h"

int testPyTorchClassification()
{
   if (gSystem->Exec("python generatePyTorchModelClassification.py") != 0)
      return 1;
   auto input = TFile::Open("tmva_class_example.root");
   auto signal = (TTree *)input->Get("TreeS");
   auto background = (TTree *)input->Get("TreeB");

   TMVA::PyMethodBase::PyInitialize();
   auto output = TFile::Open("ResultsTestPyTorchClassification.root", "RECREATE");
   auto factory = new TMVA::Factory("testPyTorchClassification", output,
                                    "!V:Silent:Color:!DrawProgressBar:AnalysisType=Classification");
   auto loader = new TMVA::DataLoader("datasetTestPyTorchClassification");
   loader->AddSignalTree(signal);
   loader->AddBackgroundTree(background);
   loader->AddVariable("var1");
   loader->AddVariable("var2");
   loader->AddVariable("var3");
   loader->AddVariable("var4");
   loader->PrepareTrainingAndTestTree("", "SplitMode=Random:NormMode=NumEvents:!V");
   factory->BookMethod(loader, TMVA::Types::kPyTorch, "PyTorch",
                       "!H:!V:VarTransform=D,G:FilenameModel=PyTorchModelClassification.pt:"
                       "FilenameTrainedModel=trainedPyTorchModelClassification.pt:NumEpochs=10:BatchSize=32:"
                       "UserCode=generatePyTorchModelClassification.py");
   factory->TrainAllMethods();
   delete factory;
   delete loader;
   delete output;

   Float_t vars[4];
   auto reader = new TMVA::Reader("!Color:Silent");
   for (int v = 0; v < 4; ++v)
      reader->AddVariable(TString::Format("var%d", v + 1), vars + v);
   reader->BookMVA("PyTorch", "datasetTestPyTorchClassification/weights/testPyTorchClassification_PyTorch.weights.xml");

   double mean[2] = {0, 0};
   TTree *trees[2] = {signal, background};
   for (int cls = 0; cls < 2; ++cls) {
      for (int v = 0; v < 4; ++v)
         trees[cls]->SetBranchAddress(TString::Format("var%d", v + 1), vars + v);
      for (int i = 0; i < 100; ++i) {
         trees[cls]->GetEvent(i);
         mean[cls] += reader->EvaluateMVA("PyTorch") / 100;
      }
   }
   printf("mean response: signal %.3f, background %.3f\n", mean[0], mean[1]);
   if (mean[0] >= 0.6 && mean[1] <= 0.4)
      return 0;
   printf("[ERROR] expected at least 0.6 and at most 0.4\n");
   return 1;
}
