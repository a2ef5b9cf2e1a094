#include "AverageCurve.hxx"

#include <algorithm>

namespace TorchMVA {
namespace Internal {

namespace {

double Interpolate(const TGraph &curve, double x)
{
   const double *const xs = curve.GetX();
   const double *const ys = curve.GetY();
   const int n = curve.GetN();
   const int after = static_cast<int>(std::lower_bound(xs, xs + n, x) - xs);
   if (after == 0)
      return ys[0];
   if (after == n)
      return ys[n - 1];
   const double width = xs[after] - xs[after - 1]; // positive: the point after is the first that is not below x
   return ys[after - 1] + (ys[after] - ys[after - 1]) * (x - xs[after - 1]) / width;
}

} // namespace

TGraph AverageCurve(const std::vector<TGraph> &curves, unsigned nSamples)
{
   TGraph average(nSamples);
   for (unsigned i = 0; i < nSamples; ++i) {
      const double x = static_cast<double>(i) / (nSamples - 1);
      double sum = 0;
      for (const TGraph &curve : curves)
         sum += Interpolate(curve, x);
      average.SetPoint(i, x, sum / curves.size());
   }
   return average;
}

} // namespace Internal
} // namespace TorchMVA
