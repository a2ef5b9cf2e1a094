// Bad input through C++: every case gives one TorchMVA::Error with the right code and words, and the process
// goes on. Also the body of an executable.

#include "TFile.h"
#include "TROOT.h"
#include "TString.h"
#include "TSystem.h"
#include "TTree.h"
#include "TMVA/DataLoader.h"
#include "TMVA/Factory.h"
#include "TMVA/Reader.h"
#include "TMVA/Types.h"
#include "TorchMVA/Core/Error.hxx"

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

using TorchMVA::EErrorCode;

template <typename Call>
int Expect(const char *what, EErrorCode code, const char *word, Call call)
{
   try {
      call();
   } catch (const TorchMVA::Error &error) {
      const std::string text = error.what();
      const bool good = error.GetCode() == code && text.find(word) != std::string::npos;
      printf("%s %s: code %d, %s\n", good ? "[OK]" : "[FAILED]", what, static_cast<int>(error.GetCode()), text.c_str());
      return good ? 0 : 1;
   } catch (const std::exception &error) {
      printf("[FAILED] %s: another exception: %s\n", what, error.what());
      return 1;
   }
   printf("[FAILED] %s: no exception\n", what);
   return 1;
}

struct Trees {
   std::unique_ptr<TFile> fFile{
      TFile::Open(TROOT::GetTutorialDir() + "/machine_learning/data/tmva_class_example.root")};
   TTree *fSignal = fFile->Get<TTree>("TreeS");
   TTree *fBackground = fFile->Get<TTree>("TreeB");
};

double Train(Trees &trees, const char *job, const char *variable, const char *cut, const char *split,
             TMVA::Types::EMVA type, const char *options)
{
   TMVA::DataLoader loader("dataset");
   for (const char *name : {"var1", "var2", "var3", variable})
      loader.AddVariable(name);
   loader.AddSignalTree(trees.fSignal);
   loader.AddBackgroundTree(trees.fBackground);
   loader.PrepareTrainingAndTestTree(cut, TString(split) + ":!V");
   TMVA::Factory factory(job, "Silent:!Color:!DrawProgressBar:AnalysisType=Classification");
   const TString title = type == TMVA::Types::kFisher ? "Fisher" : "PyTorch";
   factory.BookMethod(&loader, type, title, options);
   factory.TrainAllMethods();
   factory.TestAllMethods();
   return factory.GetROCIntegral(&loader, title);
}

void Apply(const char *weightFile)
{
   Float_t value = 0;
   TMVA::Reader reader("!Color:Silent");
   reader.AddVariable("var1", &value);
   reader.BookMVA("method", weightFile);
   reader.EvaluateMVA("method");
}

int badInput()
{
   const auto kFisher = TMVA::Types::kFisher;
   const auto kPyTorch = TMVA::Types::kPyTorch;
   const char *few = "nTrain_Signal=200:nTrain_Background=200:nTest_Signal=200:nTest_Background=200";
   Trees trees;
   std::ofstream("broken.weights.xml") << "<?xml version=\"1.0\"?>\n<MethodSetup Method=\"Fisher::Fisher\">\n<Gen";
   std::ofstream("syntax.py") << "def broken(:\n";
   std::ofstream("net.py") << "import torch\n"
                              "net = torch.nn.Sequential(torch.nn.Linear(4, 2), torch.nn.Softmax(dim=1))\n"
                              "torch.jit.script(net).save('net.pt')\n"
                              "def train(*args, **kwargs):\n"
                              "    raise RuntimeError('no luck today')\n"
                              "load_model_custom_objects = {'train_func': train}\n";
   std::ofstream("wide.py") << "import torch\n"
                               "net = torch.nn.Sequential(torch.nn.Linear(7, 2), torch.nn.Softmax(dim=1))\n"
                               "torch.jit.script(net).save('wide.pt')\n";
   int failed = 0;
   failed +=
      Expect("missing weight file", EErrorCode::kFile, "nowhere.weights.xml", [&] { Apply("nowhere.weights.xml"); });
   failed += Expect("truncated weight file", EErrorCode::kWeightFile, "broken.weights.xml",
                    [&] { Apply("broken.weights.xml"); });
   failed += Expect("missing tree", EErrorCode::kTree, "Signal", [&] {
      TMVA::DataLoader loader("dataset");
      loader.AddSignalTree(static_cast<TTree *>(nullptr));
   });
   failed += Expect("missing branch", EErrorCode::kExpression, "nowhere",
                    [&] { Train(trees, "job", "nowhere", "", few, kFisher, ""); });
   failed += Expect("misspelt option", EErrorCode::kOption, "VarTransform",
                    [&] { Train(trees, "job", "var4", "", few, kFisher, "VarTransfrom=D"); });
   failed += Expect("unknown method", EErrorCode::kMethod, "SVM",
                    [&] { Train(trees, "job", "var4", "", few, TMVA::Types::kSVM, ""); });
   failed += Expect("not a number", EErrorCode::kData, "Log",
                    [&] { Train(trees, "job", "TMath::Log(var4-100)", "", few, kFisher, ""); });
   failed += Expect("empty class", EErrorCode::kData, "Signal",
                    [&] { Train(trees, "job", "var4", "var1>1e9", few, kFisher, ""); });
   failed += Expect("few events", EErrorCode::kData, "10",
                    [&] { Train(trees, "job", "var4", "", "nTrain_Signal=4:nTrain_Background=4", kFisher, ""); });
   failed += Expect("missing model", EErrorCode::kModel, "nowhere.pt",
                    [&] { Train(trees, "job", "var4", "", few, kPyTorch, "FilenameModel=nowhere.pt"); });
   failed += Expect("syntax error", EErrorCode::kUserCode, "SyntaxError",
                    [&] { Train(trees, "job", "var4", "", few, kPyTorch, "FilenameModel=x.pt:UserCode=syntax.py"); });
   failed += Expect("model of another width", EErrorCode::kModel, "7",
                    [&] { Train(trees, "job", "var4", "", few, kPyTorch, "FilenameModel=wide.pt:UserCode=wide.py"); });
   failed += Expect("exception in train_func", EErrorCode::kUserCode, "no luck today",
                    [&] { Train(trees, "job", "var4", "", few, kPyTorch, "FilenameModel=net.pt:UserCode=net.py"); });
   printf("still alive, area %.3f\n", Train(trees, "good", "var4", "", few, kFisher, "VarTransform=D,G"));
   return failed;
}
