/// A network without any user code: layers, training and precision are options. Two of them, and a Fisher discriminant
/// to compare with.
///
///     torchmva root -l -b -q Network.C        (compiled: Network.C+)
///
/// Writes into the current folder: Network.root, dataset/weights/* (weight files, models, histories of the training).

#include "TFile.h"
#include "TROOT.h"
#include "TTree.h"
#include "TMVA/DataLoader.h"
#include "TMVA/Factory.h"
#include "TMVA/Types.h"

#include <memory>

int Network()
{
   std::unique_ptr<TFile> input(
      TFile::Open(TROOT::GetTutorialDir() + "/machine_learning/data/tmva_class_example.root"));
   std::unique_ptr<TFile> output(TFile::Open("Network.root", "RECREATE"));

   TMVA::DataLoader loader("dataset");
   for (const char *name : {"var1", "var2", "var3", "var4"})
      loader.AddVariable(name);
   loader.AddSignalTree(input->Get<TTree>("TreeS"));
   loader.AddBackgroundTree(input->Get<TTree>("TreeB"));
   loader.PrepareTrainingAndTestTree("", "nTrain_Signal=4000:nTrain_Background=4000:NormMode=NumEvents:!V");

   TMVA::Factory factory("Network", output.get(), "AnalysisType=Classification");
   factory.BookMethod(&loader, TMVA::Types::kFisher, "Fisher");
   factory.BookMethod(&loader, TMVA::Types::kPyTorch, "Net", "Layout=64,64:Activation=ReLU:NumEpochs=5:Seed=1");
   factory.BookMethod(&loader, TMVA::Types::kPyTorch, "Deep",
                      "Layout=32,32,32:Activation=SiLU:BatchNorm:Dropout=0.1:Residual:Optimizer=AdamW:"
                      "LearningRateSchedule=Cosine:WarmupEpochs=1:NumEpochs=5:Patience=3:Seed=2");
   factory.TrainAllMethods();
   factory.TestAllMethods();
   factory.EvaluateAllMethods();

   for (const char *title : {"Fisher", "Net", "Deep"})
      printf("ROC integral of %s: %.4f\n", title, factory.GetROCIntegral(&loader, title));
   return 0;
}
