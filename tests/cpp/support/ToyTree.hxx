#ifndef TORCHMVA_TESTS_SUPPORT_TOYTREE_HXX
#define TORCHMVA_TESTS_SUPPORT_TOYTREE_HXX

#include "TFile.h"
#include "TROOT.h"
#include "TRandom3.h"
#include "TString.h"
#include "TTree.h"
#include "TorchMVA/Core/Config.hxx"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Test {

/// An in-memory tree of `n` events with Gaussian floats x0, x1, ... around `mean` (fixed seed), a positive weight
/// `w`, an integer `id` (the entry) and a target `t` = sum of x. The addresses of its branches are reset.
inline std::unique_ptr<TTree> MakeToyTree(const std::string &name, int n, int nVariables = 3, double mean = 0.,
                                          unsigned seed = 1)
{
   auto tree = std::make_unique<TTree>(name.c_str(), name.c_str());
   tree->SetDirectory(nullptr);
   std::vector<float> x(nVariables);
   float w = 0;
   float t = 0;
   int id = 0;
   for (int i = 0; i < nVariables; ++i)
      tree->Branch(TString::Format("x%d", i), &x[i], TString::Format("x%d/F", i));
   tree->Branch("w", &w, "w/F");
   tree->Branch("t", &t, "t/F");
   tree->Branch("id", &id, "id/I");
   TRandom3 random(seed);
   for (id = 0; id < n; ++id) {
      t = 0;
      for (auto &v : x) {
         v = random.Gaus(mean, 1.);
         t += v;
      }
      w = 0.5 + random.Rndm();
      tree->Fill();
   }
   tree->ResetBranchAddresses();
   return tree;
}

/// Opens a file that ships with ROOT, e.g. "tmva_class_example.root".
inline std::unique_ptr<TFile> OpenTutorialFile(const std::string &name)
{
   const std::string path = std::string(gROOT->GetTutorialDir().Data()) + "/machine_learning/data/" + name;
   std::unique_ptr<TFile> file(TFile::Open(path.c_str()));
   if (!file || file->IsZombie())
      throw std::runtime_error("cannot open " + path);
   return file;
}

/// No log lines on standard output while it lives.
class Silence {
public:
   Silence() : fBefore(gConfig().IsSilent()) { gConfig().SetSilent(kTRUE); }
   ~Silence() { gConfig().SetSilent(fBefore); }
   Silence(const Silence &) = delete;
   Silence &operator=(const Silence &) = delete;

private:
   bool fBefore;
};

} // namespace Test
} // namespace TorchMVA

#endif
