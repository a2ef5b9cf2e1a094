#ifndef TORCHMVA_TESTS_FACADE_CLASSEXAMPLE_HXX
#define TORCHMVA_TESTS_FACADE_CLASSEXAMPLE_HXX

#include "TorchMVA/DataLoader.hxx"

#include "TFile.h"
#include "TROOT.h"
#include "TTree.h"

#include <memory>
#include <string>

namespace TorchMVA::Test {

/// The sample of TMVA's classification tutorial that ships with ROOT: TreeS and TreeB, var1 to var4.
struct ClassExample {
   ClassExample()
      : fFile(TFile::Open(Path().c_str())), fSignal(fFile->Get<TTree>("TreeS")), fBackground(fFile->Get<TTree>("TreeB"))
   {
   }

   static std::string Path()
   {
      return (gROOT->GetTutorialDir() + "/machine_learning/data/tmva_class_example.root").Data();
   }

   /// A loader of all four variables.
   std::unique_ptr<DataLoader> MakeLoader(const std::string &name,
                                          const std::string &split = "nTrain_Signal=1000:nTrain_Background=1000:"
                                                                     "SplitMode=Random:NormMode=NumEvents:!V") const
   {
      auto loader = std::make_unique<DataLoader>(name);
      for (const char *variable : {"var1", "var2", "var3", "var4"})
         loader->AddVariable(variable);
      loader->AddSignalTree(fSignal);
      loader->AddBackgroundTree(fBackground);
      loader->PrepareTrainingAndTestTree("", split);
      return loader;
   }

   std::unique_ptr<TFile> fFile;
   TTree *fSignal;
   TTree *fBackground;
};

} // namespace TorchMVA::Test

#endif
