// Rows with a NaN, wherever it is, get the response -999, and no other row does.

#include "Apply/EvaluateRows.hxx"

#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace TorchMVA;

namespace {

/// One response: the sum of two variables and of the spectator, if there is one.
class SumMethod : public MethodBase {
public:
   explicit SumMethod(DataSetInfo &info) : MethodBase("job", Types::kFisher, "sum", info, "") {}
   Bool_t HasAnalysisType(Types::EAnalysisType, UInt_t, UInt_t) override { return kTRUE; }
   void DeclareOptions() override {}
   void ProcessOptions() override {}
   void Train() override {}
   UInt_t GetNOutputs() const override { return 1; }
   void Predict(const float *, Long64_t, float *) const override {}
   void Evaluate(const float *rows, Long64_t n, float *responses, const double *spectators) const override
   {
      fLargest = std::max(fLargest, n);
      for (Long64_t i = 0; i < n; ++i)
         responses[i] = static_cast<float>(rows[2 * i] + rows[2 * i + 1] + (spectators ? spectators[i] : 0));
   }
   mutable Long64_t fLargest = 0;

protected:
   void AddWeightsXMLTo(const XmlNode &) const override {}
   void ReadWeightsFromXML(const XmlNode &) override {}
};

} // namespace

TEST(HasNaN, FindsOneAtEveryPlace)
{
   const float infinity = std::numeric_limits<float>::infinity();
   for (Long64_t n = 0; n <= 50; ++n) {
      std::vector<float> values(n + 1, infinity);
      values[n] = std::nanf(""); // behind the end
      EXPECT_FALSE(Internal::HasNaN(values.data(), n)) << n;
      for (Long64_t place = 0; place < n; ++place) {
         values[place] = std::nanf("");
         EXPECT_TRUE(Internal::HasNaN(values.data(), n)) << place << " of " << n;
         values[place] = -infinity;
      }
   }
}

TEST(EvaluateRows, MarksRowsWithNaNInEveryBlock)
{
   DataSetInfo info("d");
   info.AddVariable("x");
   info.AddVariable("y");
   info.AddSpectator("s");
   SumMethod method(info);
   constexpr Long64_t n = 150000;
   std::vector<float> rows(2 * n), responses(n);
   std::vector<double> spectators(n);
   const auto isBad = [](Long64_t i) { return i == 0 || i == 65535 || i == 65536 || i == n - 1 || i % 40001 == 7; };
   Long64_t nBad = 0;
   for (Long64_t i = 0; i < n; ++i) {
      rows[2 * i] = i % 1000;
      rows[2 * i + 1] = 1;
      spectators[i] = 1000. * (i % 7);
      if (isBad(i))
         rows[2 * i + nBad++ % 2] = std::nanf("");
   }
   for (const double *given : {static_cast<const double *>(spectators.data()), static_cast<const double *>(nullptr)}) {
      EXPECT_EQ(Internal::EvaluateRows(method, rows.data(), n, responses.data(), given), nBad);
      for (Long64_t i = 0; i < n; ++i)
         ASSERT_EQ(responses[i], isBad(i) ? -999 : i % 1000 + 1 + (given ? 1000 * (i % 7) : 0)) << i;
   }
   EXPECT_LE(method.fLargest, 1 << 16) << "two variables each, which are in the cache still";
   EXPECT_EQ(Internal::EvaluateRows(method, rows.data(), 0, responses.data(), nullptr), 0);
}
