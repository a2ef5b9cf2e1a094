#ifndef TORCHMVA_TESTS_EVALUATE_GOLDENLD_HXX
#define TORCHMVA_TESTS_EVALUATE_GOLDENLD_HXX

#include "Evaluate/GoldenFisher.hxx"
#include "TRandom3.h"
#include "TXMLEngine.h"
#include "TestDataDir.hxx"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace TorchMVATest {

/// TMVA's generator for std::shuffle (tests/data/golden comes from libstdc++, as this platform).
struct Shuffler {
   using result_type = std::uint32_t;
   TRandom3 fRandom{100};
   static constexpr result_type min() { return 0; }
   static constexpr result_type max() { return 4294967295u; }
   result_type operator()() { return fRandom.Integer(max()); }
};

/// Offset and slopes of the LD weight file.
inline std::vector<double> ReadCoefficients()
{
   TXMLEngine xml;
   const std::string path = std::string(TORCHMVA_TEST_DATA_DIR) + "/golden/weights/TMVARegression_LD.weights.xml";
   XMLDocPointer_t document = xml.ParseFile(path.c_str());
   std::vector<double> coefficients;
   for (XMLNodePointer_t node = xml.GetChild(xml.DocGetRootElement(document)); node; node = xml.GetNext(node)) {
      if (std::string(xml.GetNodeName(node)) != "Weights")
         continue;
      for (XMLNodePointer_t c = xml.GetChild(node); c; c = xml.GetNext(c))
         coefficients.push_back(std::stod(xml.GetAttr(c, "Value")));
   }
   xml.FreeDoc(document);
   return coefficients;
}

/// All events of the golden regression job in its order, training first, with the LD's predictions.
struct GoldenLDJob {
   static constexpr Long64_t kTraining = 1000;
   std::vector<float> fRows; ///< events x (var1, var2, fvalue)
   std::vector<float> fPredictions;
   Long64_t Size() const { return static_cast<Long64_t>(fPredictions.size()); }
};

inline GoldenLDJob ReadGoldenLD()
{
   const auto rows = ReadTutorialTree("tmva_reg_example.root", "TreeR", {"var1", "var2", "fvalue"});
   std::vector<std::size_t> order(rows.size());
   std::iota(order.begin(), order.end(), 0);
   Shuffler shuffler;
   std::shuffle(order.begin(), order.end(), shuffler);
   std::shuffle(order.begin(), order.begin() + GoldenLDJob::kTraining, shuffler);
   std::shuffle(order.begin() + GoldenLDJob::kTraining, order.end(), shuffler);
   const std::vector<double> c = ReadCoefficients();
   GoldenLDJob job;
   for (const std::size_t entry : order) {
      const std::vector<float> &x = rows[entry];
      job.fRows.insert(job.fRows.end(), x.begin(), x.end());
      job.fPredictions.push_back(static_cast<float>(c.at(0) + c.at(1) * x[0] + c.at(2) * x[1]));
   }
   return job;
}

} // namespace TorchMVATest

#endif
