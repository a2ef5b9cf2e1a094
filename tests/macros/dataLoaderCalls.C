// Every public call of DataLoader as macros write them. Prints for each form how many events it gives.
#include "ROOT/RDataFrame.hxx"
#include "TCut.h"
#include "TFile.h"
#include "TMVA/DataLoader.h"
#include "TMVA/Config.h"
#include "TMVA/Types.h"
#include "TTree.h"

#include <fstream>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

TTree *makeTree(int n)
{
   auto tree = new TTree("T", "T");
   tree->SetDirectory(nullptr);
   float x = 0, w = 2, v[3];
   tree->Branch("x", &x, "x/F");
   tree->Branch("w", &w, "w/F");
   tree->Branch("v", v, "v[3]/F");
   for (int i = 0; i < n; ++i) {
      x = i;
      for (int j = 0; j < 3; ++j)
         v[j] = i + j;
      tree->Fill();
   }
   tree->ResetBranchAddresses();
   return tree;
}

/// Training and test events of each class, and the sum of the training weights.
void show(const char *name, const std::function<void(TMVA::DataLoader &)> &call, bool prepare = true)
{
   TMVA::DataLoader loader("dataset");
   loader.AddVariable("x");
   call(loader);
   if (prepare)
      loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=None:!V");
   TMVA::DataSetInfo &info = loader.GetDataSetInfo();
   TMVA::DataSet *data = info.GetDataSet();
   double sum = 0;
   for (Long64_t i = 0; i < data->GetNTrainingEvents(); ++i) {
      const TMVA::Event *event = data->GetEvent(i, TMVA::Types::kTraining);
      sum += event->GetWeight();
   }
   std::cout << name;
   for (UInt_t c = 0; c < info.GetNClasses(); ++c)
      std::cout << " " << data->GetNClassEvents(TMVA::Types::kTraining, c) << "+"
                << data->GetNClassEvents(TMVA::Types::kTesting, c);
   std::cout << " " << sum << std::endl;
}

void dataLoaderCalls()
{
   TMVA::gConfig().SetSilent(kTRUE);
   using L = TMVA::DataLoader;
   TTree *s = makeTree(100), *b = makeTree(60);
   const auto both = [=](L &l) { l.SetInputTrees(s, b); };
   std::ofstream("s.txt") << "x/F\n1\n2\n3\n4\n";
   std::ofstream("b.txt") << "x/F\n-1\n-2\n-3\n-4\n";

   show("AddTree", [=](L &l) { l.AddTree(s, "Signal"); l.AddTree(b, "Background", 2., "x<30", TMVA::Types::kMaxTreeType); });
   show("AddTree_text", [=](L &l) { l.AddTree(s, "Signal", 1., "", "train"); l.AddTree(s, "Signal", 1., TCut("x<10"), "Test"); });
   show("SetTree", [=](L &l) { l.AddTree(b, "Signal"); l.SetTree(s, "Signal", 3.); });
   show("AddSignalTree", [=](L &l) { l.AddSignalTree(s, 1.0); l.AddBackgroundTree(b, 2.0); });
   show("AddSignalTree_type", [=](L &l) { l.AddSignalTree(s, 1., TMVA::Types::kTraining); l.AddSignalTree(b, 1., TMVA::Types::kTesting); });
   show("AddSignalTree_text", [=](L &l) { l.AddSignalTree(s, 1., "training"); l.AddSignalTree(b, 1., "test"); });
   show("AddSignalTree_ascii", [=](L &l) { l.AddSignalTree("s.txt", 1.); l.AddBackgroundTree("b.txt", 1., TMVA::Types::kMaxTreeType); });
   show("SetSignalTree", [=](L &l) { l.SetSignalTree(b); l.SetSignalTree(s, 2.); l.SetBackgroundTree(b); });
   show("AddRegressionTree", [=](L &l) { l.AddTarget("x"); l.AddRegressionTree(s, 1.); l.AddRegressionTree(b); });
   show("SetInputTrees", both);
   show("SetInputTrees_weights", [=](L &l) { l.SetInputTrees(s, b, 2., 4.); });
   show("SetInputTrees_files", [=](L &l) { l.SetInputTrees("s.txt", "b.txt", 1., 2.); });
   show("SetInputTrees_cuts", [=](L &l) { l.SetInputTrees(s, TCut("x<50"), TCut("x>=60")); });
   show("Events", [=](L &l) {
      std::vector<Double_t> event = {1.};
      l.AddSignalTrainingEvent(event);
      l.AddBackgroundTrainingEvent(event, 2.);
      l.AddSignalTestEvent(event);
      l.AddBackgroundTestEvent(event, 2.);
      l.AddTrainingEvent("Signal", event, 3.);
      l.AddTestEvent("Background", event, 3.);
      l.AddEvent("Signal", TMVA::Types::kTesting, event, 1.);
   });
   show("Variables", [=](L &l) {
      l.AddVariable("sum := x + w", "Sum", "GeV", 'F');
      l.AddVariable("w", 'I');
      l.AddVariable("2*x", 'F', 0, 10);
      l.AddVariablesArray("v", 3);
      l.AddVariablesArray("v", 2, 'F', 0., 1.);
      l.AddTarget("3*x", "t", "GeV", 0., 1.);
      l.AddRegressionTarget("x");
      l.AddSpectator("w", "W", "m");
      std::vector<TString> more = {"x", "x*x"};
      l.SetInputVariables(&more);
      l.AddRegressionTree(s);
   });
   show("Weights", [=](L &l) { both(l); l.SetWeightExpression("w"); });
   show("Weights_class", [=](L &l) { both(l); l.SetWeightExpression("w", "Signal"); });
   show("Weights_each", [=](L &l) { both(l); l.SetSignalWeightExpression("w"); l.SetBackgroundWeightExpression("2*w"); });
   show("SetCut", [=](L &l) { both(l); l.SetCut("x<20"); l.SetCut(TCut("x<10"), "Signal"); });
   show("AddCut", [=](L &l) { both(l); l.AddCut(TString("x<20")); l.AddCut("x<10", "Background"); });
   const TCut none = "";
   show("Prepare_TCut", [=](L &l) { both(l); l.PrepareTrainingAndTestTree(none, "nTrain_Signal=10:nTrain_Background=20:SplitMode=Random:NormMode=NumEvents:!V"); }, false);
   show("Prepare_two", [=](L &l) { both(l); l.PrepareTrainingAndTestTree(none, TCut("x<20"), "SplitMode=Alternate:NormMode=None"); }, false);
   show("Prepare_two_text", [=](L &l) { both(l); l.PrepareTrainingAndTestTree("", "", "SplitMode=Block:NormMode=None"); }, false);
   show("Prepare_numbers", [=](L &l) { both(l); l.PrepareTrainingAndTestTree("", 20, 30); }, false);
   show("Prepare_train", [=](L &l) { both(l); l.PrepareTrainingAndTestTree("", 20); }, false);
   show("Prepare_four", [=](L &l) { both(l); l.PrepareTrainingAndTestTree("", 10, 20, 30, 40); }, false);
   show("Prepare_four_options", [=](L &l) { both(l); l.PrepareTrainingAndTestTree("", 10, 20, 30, 40, "SplitMode=Block:NormMode=EqualNumEvents"); }, false);
   ROOT::RDataFrame frame(50);
   auto node = frame.Define("x", "float(rdfentry_)");
   show("AddDataFrame", [&](L &l) { l.AddDataFrame(node, "Signal"); l.AddDataFrame(node.Filter("x<20"), "Background", 2., "x>=10"); });
   show("AddDataFrame_type", [&](L &l) { l.AddDataFrame(node, "A", 1., "", "train"); l.AddDataFrame(node, "A", 1., "x<10", TMVA::Types::kTesting); });

   TMVA::DataLoader loader("dataset");
   loader.AddVariable("x");
   loader.AddVariable("x/1000");
   both(loader);
   TMVA::DataLoader *copy = loader.MakeCopy("copy");
   copy->AddVariable("x");
   TMVA::DataLoader *selected = loader.VarTransform("VT(1.0)");
   std::cout << "loaders " << loader.GetName() << " " << copy->GetName() << " " << selected->GetName() << " "
             << selected->GetDataSetInfo().GetNVariables() << " " << loader.DataInput().GetEntries() << " "
             << loader.GetCorrelationMatrix("Signal")->GetNbinsX() << std::endl;
   delete copy;
   delete selected;
}
