/// Cross-validation: trains a Fisher discriminant and a PyTorch network in three folds, so that every event gets a
/// response from a method that has not seen it; prints areas with their spread; applies the result to new events. The network
/// is in ClassificationModel.py beside this macro.
///
///     torchmva root -l -b -q CrossValidation.C        (compiled: CrossValidation.C+)
///
/// Writes into the current folder: CrossValidation.root, dataset/weights/*.weights.xml, ROC_CrossValidation.png.

#include "TCanvas.h"
#include "TFile.h"
#include "TROOT.h"
#include "TString.h"
#include "TSystem.h"
#include "TTree.h"
#include "TMVA/CrossValidation.h"
#include "TMVA/DataLoader.h"
#include "TMVA/Reader.h"
#include "TMVA/Types.h"

#include <memory>

int CrossValidation()
{
   const TString here = gSystem->GetDirName(__FILE__);
   std::unique_ptr<TFile> input(
      TFile::Open(TROOT::GetTutorialDir() + "/machine_learning/data/tmva_class_example.root"));
   std::unique_ptr<TFile> output(TFile::Open("CrossValidation.root", "RECREATE"));

   TMVA::DataLoader loader("dataset");
   for (const char *name : {"var1", "var2", "var3", "var4"})
      loader.AddVariable(name);
   loader.AddSpectator("eventID := Entry$"); // what the fold of an event follows from; usually a branch
   loader.AddSignalTree(input->Get<TTree>("TreeS"));
   loader.AddBackgroundTree(input->Get<TTree>("TreeB"));
   // The folds are made of the training sample; nothing else is needed.
   loader.PrepareTrainingAndTestTree("", "nTrain_Signal=1500:nTrain_Background=1500:nTest_Signal=1:nTest_Background=1:"
                                         "SplitMode=Block:NormMode=NumEvents:!V");

   TMVA::CrossValidation cv("CrossValidation", &loader, output.get(),
                            "!V:AnalysisType=Classification:NumFolds=3:SplitType=Deterministic:"
                            "SplitExpr=int(fabs([eventID]))%int([NumFolds])");
   cv.BookMethod(TMVA::Types::kFisher, "Fisher", "!H:!V:VarTransform=D,G");
   cv.BookMethod(TMVA::Types::kPyTorch, "PyTorch",
                 "!H:!V:VarTransform=D,G:FilenameModel=ClassificationModel.pt:NumEpochs=3:BatchSize=100:UserCode=" +
                    here + "/ClassificationModel.py");
   cv.Evaluate();

   for (std::size_t i = 0; i < cv.GetResults().size(); ++i) {
      const auto &result = cv.GetResults()[i];
      printf("%s: ROC integral %.4f +- %.4f\n", cv.GetMethods()[i].GetValue<TString>("MethodTitle").Data(),
             result.GetROCAverage(), result.GetROCStandardDeviation());
   }
   std::unique_ptr<TCanvas> canvas(cv.GetResults()[1].DrawAvgROCCurve(kTRUE, "PyTorch"));
   canvas->SaveAs("ROC_CrossValidation.png");

   // New events: the reader finds the fold of each.
   float values[4] = {0.5, 0.5, 0.5, 1.5};
   int eventID = 0;
   TMVA::Reader reader("!Color:Silent");
   for (int i = 0; i < 4; ++i)
      reader.AddVariable(TString::Format("var%d", i + 1), &values[i]);
   reader.AddSpectator("eventID := Entry$", &eventID);
   reader.BookMVA("PyTorch", "dataset/weights/CrossValidation_PyTorch.weights.xml");
   for (eventID = 0; eventID < 3; ++eventID)
      printf("event %d: response %.4f\n", eventID, reader.EvaluateMVA("PyTorch"));
   return 0;
}
