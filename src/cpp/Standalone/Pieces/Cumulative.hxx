#ifndef TORCHMVA_SRC_STANDALONE_PIECES_CUMULATIVE_HXX
#define TORCHMVA_SRC_STANDALONE_PIECES_CUMULATIVE_HXX

#include "Transform/InverseNormal.hxx"

#include <algorithm>
#include <cmath>
#include <vector>

namespace TorchMVA {
namespace Standalone {

using Internal::InverseNormal;

// ---- text of standalone headers: from here ----

/// A cumulative distribution F, linear between the centres of the bins of a histogram, sampled on 10000 equal bins.
class Cumulative {
public:
   Cumulative(const float *edges, const float *content, int n)
      : fValues(kBins), fLow(edges[0]), fHigh(edges[n]), fFirstCenter(fLow + 0.5 * ((fHigh - fLow) / kBins)),
        fBinsPerUnit(1 / ((fHigh - fLow) / kBins))
   {
      const double width = (fHigh - fLow) / kBins;
      int below = 0;
      for (int bin = 0; bin < kBins; ++bin) {
         const double x = fLow + (bin + 0.5) * width;
         while (below + 2 < n && Center(edges, below + 1) <= x)
            ++below;
         double y = double(content[below]);
         if (n > 1) {
            const double slope = (double(content[below + 1]) - y) / (Center(edges, below + 1) - Center(edges, below));
            y += (x - Center(edges, below)) * slope;
         }
         fValues[bin] = static_cast<float>(y > 1e-12 ? y : 1e-12);
      }
   }
   /// F(x), at least 1e-12. NaN gives NaN.
   double Value(double x) const
   {
      const double t = (x - fFirstCenter) * fBinsPerUnit;
      double bin = t < kBins - 2 ? t : kBins - 2;
      bin = bin > 0 ? bin : 0;
      const int i = static_cast<int>(bin);
      const double low = double(fValues[i]);
      const double f = low + (t - i) * (double(fValues[i + 1]) - low);
      return f < 1e-12 ? 1e-12 : f;
   }
   /// F(x) in [1e-9, 1 - 1e-9].
   float Uniform(float x) const
   {
      double f = Value(double(x));
      f = f > 1 - 1e-9 ? 1 - 1e-9 : f;
      return static_cast<float>(f < 1e-9 ? 1e-9 : f);
   }
   /// The quantile of the normal distribution at F(x).
   float Gauss(float x) const
   {
      double q = Value(double(x)) - 0.5;
      q = q > 0.5 * 0.99999999 ? 0.5 * 0.99999999 : q;
      q = q < -0.5 * 0.99999999 ? -0.5 * 0.99999999 : q;
      return static_cast<float>(InverseNormal(q));
   }
   float InvertUniform(float y) const { return Inverse(double(y), y); }
   float InvertGauss(float y) const { return Inverse(0.5 * (std::erf(double(y) * 0.70710678118654752440) + 1), y); }

private:
   static constexpr int kBins = 10000;
   static double Center(const float *edges, int i) { return 0.5 * (double(edges[i]) + double(edges[i + 1])); }
   /// The x in [low edge, high edge] with F(x) = f; y if f is NaN.
   float Inverse(double f, float y) const
   {
      if (!(f == f))
         return y;
      int i = static_cast<int>(std::lower_bound(fValues.begin(), fValues.end(), f) - fValues.begin()) - 1;
      i = i < 0 ? 0 : i > kBins - 2 ? kBins - 2 : i;
      const double low = double(fValues[i]), slope = double(fValues[i + 1]) - low;
      const double t = slope > 0 ? i + (f - low) / slope : i;
      const double x = fFirstCenter + t / fBinsPerUnit;
      return static_cast<float>(x < fLow ? fLow : x > fHigh ? fHigh : x);
   }

   std::vector<float> fValues; ///< at the centres of the equal bins
   double fLow, fHigh, fFirstCenter, fBinsPerUnit;
};

// ---- text of standalone headers: to here ----

} // namespace Standalone
} // namespace TorchMVA

#endif
