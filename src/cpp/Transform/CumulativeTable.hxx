#ifndef TORCHMVA_TRANSFORM_CUMULATIVETABLE_HXX
#define TORCHMVA_TRANSFORM_CUMULATIVETABLE_HXX

#include "RtypesCore.h"

#include <vector>

namespace TorchMVA {
namespace Internal {

/// A cumulative distribution as TMVA keeps it: content of bin i, [fEdges[i], fEdges[i + 1]), is its value there.
/// Single precision, so that nine digits in a file give back the same bits.
struct CumulativeHistogram {
   std::vector<float> fEdges;   ///< n + 1, increasing
   std::vector<float> fContent; ///< n
};

/// A value with its weight.
struct WeightedValue {
   float fValue;
   float fWeight;
};

/// The sum of weights, negative ones as positive, from which TMVA makes the content of a bin: in single precision, in the
/// order of the events. It decides about bins: of 12,000 events of which half have the weight 1, six make a bin or seven,
/// depending on the last bit of the sum. TMVA's sum stops to grow at 2^24 times the weight; this one does not.
class SumOfWeights {
public:
   void Add(float weight);
   float Get() const;

private:
   float fSingle = 0;
   double fExact = 0;
};

/// TMVA's smoothed, binned cumulative distribution of values in ascending order, whose weights have the sum: bins of about
/// equal content, at least 10 times the smallest weight each and about 2000 at most, one pass of 353QH smoothing
/// (TH1::SmoothArray), running sum of the positive contents over their total.
/// Negative weights choose bins as positive ones do and subtract from the contents. Values that are all equal give one
/// bin of content 0.5. The result is empty if there is no value or nothing positive is left.
CumulativeHistogram BuildCumulative(const std::vector<WeightedValue> &sorted, const SumOfWeights &sum);

/// The cumulative distribution F as a fast function: linear between the bin centres of the histogram, sampled on 10000
/// equal bins between its edges, linear between those, continued linearly outside, at least 1e-12.
class CumulativeTable {
public:
   CumulativeTable() = default;
   explicit CumulativeTable(const CumulativeHistogram &histogram);

   /// F(x). NaN gives NaN.
   double Value(double x) const
   {
      const double t = (x - fFirstCenter) * fBinsPerUnit;
      double bin = t < fLastBin ? t : fLastBin;
      bin = bin > 0 ? bin : 0;
      const int i = static_cast<int>(bin);
      const double low = fValues[i];
      const double f = low + (t - i) * (fValues[i + 1] - low);
      return f < kFloor ? kFloor : f;
   }
   /// The x in [low edge, high edge] with F(x) = f.
   double Inverse(double f) const;

private:
   static constexpr int kBins = 10000;
   static constexpr double kFloor = 1e-12;

   std::vector<float> fValues; ///< at the centres of the equal bins
   double fLow = 0;
   double fHigh = 1;
   double fFirstCenter = 0;
   double fBinsPerUnit = 1;
   double fLastBin = 0; ///< number of bins - 2: the last one that has a neighbour above
};

} // namespace Internal
} // namespace TorchMVA

#endif
