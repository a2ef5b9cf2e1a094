// Regression; the trained model has an unusual extension. The properties of ROOT's test of this name.

#include "TFile.h"
#include "TString.h"
#include "TSystem.h"
#include "TTree.h"
#include "TMVA/DataLoader.h"
#include "TMVA/Factory.h"
#include "TMVA/PyMethodBase.h"
#include "TMVA/Reader.h"

int testPyTorchRegression()
{
   if (gSystem->Exec(TMVA::Python_Executable() + " generatePyTorchModelRegression.py") != 0)
      return 1;
   auto input = TFile::Open("tmva_reg_example.root");
   auto tree = (TTree *)input->Get("TreeR");

   TMVA::PyMethodBase::PyInitialize();
   auto output = TFile::Open("ResultsTestPyTorchRegression.root", "RECREATE");
   auto factory =
      new TMVA::Factory("testPyTorchRegression", output, "!V:Silent:Color:!DrawProgressBar:AnalysisType=Regression");
   auto loader = new TMVA::DataLoader("datasetTestPyTorchRegression");
   loader->AddRegressionTree(tree);
   loader->AddVariable("var1");
   loader->AddVariable("var2");
   loader->AddTarget("fvalue");
   loader->PrepareTrainingAndTestTree("", "SplitMode=Random:NormMode=NumEvents:!V");
   factory->BookMethod(loader, TMVA::Types::kPyTorch, "PyTorch",
                       "!H:!V:VarTransform=D,G:FilenameModel=PyTorchModelRegression.pt:"
                       "FilenameTrainedModel=trainedPyTorchModelRegression.h5:NumEpochs=10:BatchSize=32:"
                       "SaveBestOnly=false:UserCode=generatePyTorchModelRegression.py");
   factory->TrainAllMethods();
   delete factory;
   delete loader;
   delete output;

   Float_t vars[3];
   auto reader = new TMVA::Reader("!Color:Silent");
   reader->AddVariable("var1", vars + 0);
   reader->AddVariable("var2", vars + 1);
   reader->BookMVA("PyTorch", "datasetTestPyTorchRegression/weights/testPyTorchRegression_PyTorch.weights.xml");
   tree->SetBranchAddress("var1", vars + 0);
   tree->SetBranchAddress("var2", vars + 1);
   tree->SetBranchAddress("fvalue", vars + 2);

   double error = 0;
   for (int i = 0; i < 100; ++i) {
      tree->GetEvent(i);
      error += std::pow(reader->EvaluateMVA("PyTorch") - vars[2], 2) / 100;
   }
   printf("mean squared error: %.3f\n", error);
   if (error <= 30)
      return 0;
   printf("[ERROR] expected at most 30\n");
   return 1;
}
