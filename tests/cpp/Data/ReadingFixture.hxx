#ifndef TORCHMVA_TESTS_DATA_READINGFIXTURE_HXX
#define TORCHMVA_TESTS_DATA_READINGFIXTURE_HXX

#include "support/TempDir.hxx"
#include "support/ToyTree.hxx"

#include "TFile.h"
#include "TRandom3.h"
#include "TTree.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace TorchMVA {
namespace Test {

/// A file with one tree of all number types, arrays and a string; small baskets, so that there are many.
inline std::string WriteTypes(const std::string &path, int n, unsigned seed = 1, int compression = 101)
{
   TFile file(path.c_str(), "RECREATE", "", compression);
   auto *tree = new TTree("T", "T"); // the file owns it
   float f = 0;
   double d = 0;
   int i = 0;
   unsigned u = 0;
   short s = 0;
   unsigned short us = 0;
   char c = 0;
   unsigned char uc = 0;
   bool b = false;
   Long64_t l = 0;
   ULong64_t ul = 0;
   float pair[2];
   float v[3];
   int m = 0;
   float jets[5];
   std::vector<float> vec;
   tree->Branch("f", &f, "f/F", 4000);
   tree->Branch("d", &d, "d/D", 5000);
   tree->Branch("i", &i, "i/I", 3000);
   tree->Branch("u", &u, "u/i", 3000);
   tree->Branch("s", &s, "s/S", 3000);
   tree->Branch("us", &us, "us/s", 3000);
   tree->Branch("c", &c, "c/B", 3000);
   tree->Branch("uc", &uc, "uc/b", 3000);
   tree->Branch("b", &b, "b/O", 3000);
   tree->Branch("l", &l, "l/L", 3000);
   tree->Branch("ul", &ul, "ul/l", 3000);
   tree->Branch("pair", pair, "first/F:second/F", 3000);
   tree->Branch("v", v, "v[3]/F", 3000);
   tree->Branch("m", &m, "m/I", 3000);
   tree->Branch("jets", jets, "jets[m]/F", 3000);
   tree->Branch("vec", &vec);
   TRandom3 random(seed);
   for (int e = 0; e < n; ++e) {
      f = random.Gaus();
      d = random.Gaus() * 1e10;
      i = random.Integer(1u << 31) - (1 << 30);
      u = random.Integer(4294967295u);
      s = i % 30000;
      us = u % 60000;
      c = i % 128;
      uc = u % 256;
      b = random.Rndm() < 0.5;
      l = Long64_t(i) * 4000000007LL;
      ul = ULong64_t(u) * 4294967296ULL + u;
      for (auto &x : pair)
         x = random.Rndm();
      for (auto &x : v)
         x = random.Rndm();
      m = random.Integer(6);
      for (auto &x : jets)
         x = random.Rndm();
      vec.assign(m, f);
      tree->Fill();
   }
   tree->Write();
   return path;
}

class Reading : public ::testing::Test {
protected:
   Silence fSilence;
   TempDir fDir;
};

} // namespace Test
} // namespace TorchMVA

#endif
