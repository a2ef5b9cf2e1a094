/// Applies a weight file of Classification.C to events that were not in its training: the last ten of each tree, one
/// by one, and then all of them in one call, which is much faster for many events.
///
///     torchmva root -l -b -q Application.C
///     torchmva root -l -b -q 'Application.C("elsewhere/Classification_PyTorch.weights.xml")'

#include "TFile.h"
#include "TROOT.h"
#include "TString.h"
#include "TTree.h"
#include "TMVA/Reader.h"

#include <memory>
#include <vector>

int Application(const char *weightFile = "dataset/weights/Classification_PyTorch.weights.xml")
{
   Float_t values[4] = {0, 0, 0, 0};
   TMVA::Reader reader("!Color:Silent");
   for (int v = 0; v < 4; ++v)
      reader.AddVariable(TString::Format("var%d", v + 1), &values[v]);
   reader.BookMVA("MyNetwork", weightFile); // the tag is free

   std::unique_ptr<TFile> input(
      TFile::Open(TROOT::GetTutorialDir() + "/machine_learning/data/tmva_class_example.root"));
   std::vector<Float_t> rows; // events x variables
   for (const char *name : {"TreeS", "TreeB"}) {
      auto tree = input->Get<TTree>(name);
      for (int v = 0; v < 4; ++v)
         tree->SetBranchAddress(TString::Format("var%d", v + 1), &values[v]);
      for (Long64_t i = tree->GetEntries() - 10; i < tree->GetEntries(); ++i) {
         tree->GetEntry(i);
         const double response = reader.EvaluateMVA("MyNetwork");
         printf("%s %lld response %.6f %a\n", name, i, response, response);
         rows.insert(rows.end(), values, values + 4);
      }
      tree->ResetBranchAddresses();
   }

   const Long64_t n = rows.size() / 4;
   std::vector<Float_t> responses(n * reader.GetNResponses("MyNetwork"));
   reader.EvaluateBatch("MyNetwork", rows.data(), n, responses.data());
   for (Long64_t i = 0; i < n; ++i)
      printf("batch %lld response %.6f %a\n", i, responses[i], responses[i]);
   return 0;
}
