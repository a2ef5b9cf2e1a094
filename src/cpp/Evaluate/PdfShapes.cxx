#include "Evaluate/PdfShapes.hxx"

#include "TGraph.h"
#include "TH1D.h"
#include "TMath.h"
#include "TSpline.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

namespace TorchMVA {
namespace Internal {

namespace {
constexpr int kMinSmoothBins = 3;  ///< of TH1::Smooth
constexpr double kKernelReach = 8; ///< in widths: beyond, a Gaussian is below 1e-14 of its peak

struct Knots {
   std::vector<double> fX, fY;
   explicit Knots(const TH1D &h)
   {
      for (int bin = 1; bin <= h.GetNbinsX(); ++bin) {
         fX.push_back(h.GetBinCenter(bin));
         fY.push_back(h.GetBinContent(bin));
      }
   }
   int Size() const { return static_cast<int>(fX.size()); }
   /// Last knot that is not above x, within [0, n - 2].
   int Interval(double x) const
   {
      const auto above = std::upper_bound(fX.begin(), fX.end(), x);
      return std::clamp(static_cast<int>(above - fX.begin()) - 1, 0, Size() - 2);
   }
   /// The parabola through knots i, i + 1, i + 2 (Newton's form).
   double Parabola(int i, double x) const
   {
      const double first = (fY[i + 1] - fY[i]) / (fX[i + 1] - fX[i]);
      const double second = (fY[i + 2] - fY[i + 1]) / (fX[i + 2] - fX[i + 1]);
      return fY[i] + (x - fX[i]) * (first + (x - fX[i + 1]) * (second - first) / (fX[i + 2] - fX[i]));
   }
   double Line(double x) const
   {
      const int i = Interval(x);
      return fY[i] + (x - fX[i]) * (fY[i + 1] - fY[i]) / (fX[i + 1] - fX[i]);
   }
   double Quadratic(double x) const
   {
      const int i = Interval(x), last = Size() - 3;
      return 0.5 * (Parabola(std::clamp(i - 1, 0, last), x) + Parabola(std::clamp(i, 0, last), x));
   }
};

/// Number of passes for each bin: linear in the relative error, from `min` one deviation below its mean to `max` one
/// above; `max` where the error is as large as the content.
std::vector<int> PassesPerBin(const TH1D &h, int min, int max)
{
   const auto relative = [&h](int bin) { return h.GetBinError(bin) / h.GetBinContent(bin); };
   const auto isVague = [&h](int bin) { return h.GetBinContent(bin) <= h.GetBinError(bin); };
   double sum = 0, squares = 0;
   int n = 0;
   for (int bin = 1; bin <= h.GetNbinsX(); ++bin) {
      if (isVague(bin))
         continue;
      sum += relative(bin);
      squares += relative(bin) * relative(bin);
      ++n;
   }
   const double mean = n > 0 ? sum / n : 0;
   const double rms = n > 0 ? std::sqrt(std::max(0.0, squares / n - mean * mean)) : 0;
   std::vector<int> passes;
   for (int bin = 1; bin <= h.GetNbinsX(); ++bin) {
      double share = 1;
      if (!isVague(bin))
         share = rms > 0 ? (relative(bin) - (mean - rms)) / (2 * rms) : 0;
      passes.push_back(std::clamp(static_cast<int>(share * (max - min)) + min, min, max));
   }
   return passes;
}
} // namespace

void SmoothHistogram(TH1D &h, Int_t min, Int_t max)
{
   const int nBins = h.GetNbinsX();
   if (max < 1 || nBins < kMinSmoothBins)
      return;
   if (min == max) {
      h.Smooth(min);
      return;
   }
   const std::vector<int> passes = PassesPerBin(h, min, max);
   for (int n = max; n > min; --n) {
      // runs of bins that want at least n passes
      for (int first = 0; first < nBins; ++first) {
         int end = first;
         while (end < nBins && passes[end] >= n)
            ++end;
         if (end - first >= kMinSmoothBins) {
            h.GetXaxis()->SetRange(first + 1, end);
            h.Smooth(1, "R");
         }
         first = end;
      }
   }
   h.GetXaxis()->SetRange(0, 0);
   if (min > 0)
      h.Smooth(min);
}

std::function<Double_t(Double_t)> Interpolate(const TH1D &h, PDF::EInterpolateMethod method)
{
   const auto knots = std::make_shared<const Knots>(h);
   const int n = knots->Size();
   if (n < 2)
      return [y = h.GetBinContent(1)](Double_t) { return y; };
   if (n >= 3 && method == PDF::kSpline2)
      return [knots](Double_t x) { return knots->Quadratic(x); };
   if (n >= 4 && (method == PDF::kSpline3 || method == PDF::kSpline5)) {
      TGraph graph(n, knots->fX.data(), knots->fY.data());
      std::shared_ptr<const TSpline> spline;
      if (method == PDF::kSpline3)
         spline = std::make_shared<TSpline3>("spline3", &graph);
      else
         spline = std::make_shared<TSpline5>("spline5", &graph);
      return [spline](Double_t x) { return spline->Eval(x); };
   }
   return [knots](Double_t x) { return knots->Line(x); };
}

namespace {
/// Kernels of one histogram: where they are, how much each counts, how wide it is.
class Kernels {
public:
   Kernels(const TH1D &h, const PdfOptions &options)
      : fLow(h.GetXaxis()->GetXmin()), fHigh(h.GetXaxis()->GetXmax()), fBorder(options.fKDEBorder)
   {
      double sum = 0, squares = 0, mean = 0, variance = 0;
      for (int bin = 1; bin <= h.GetNbinsX(); ++bin) {
         const double c = h.GetBinContent(bin);
         sum += c;
         squares += h.GetBinError(bin) * h.GetBinError(bin);
         mean += c * h.GetBinCenter(bin);
      }
      mean /= sum;
      for (int bin = 1; bin <= h.GetNbinsX(); ++bin)
         variance += h.GetBinContent(bin) / sum * std::pow(h.GetBinCenter(bin) - mean, 2);
      const double sigma = std::sqrt(std::max(variance, std::pow(h.GetBinWidth(1), 2)));
      const double nEffective = squares > 0 ? sum * sum / squares : 1;
      const double width = options.fKDEFineFactor * std::pow(4. / 3 / nEffective, 0.2) * sigma;
      for (int bin = 1; bin <= h.GetNbinsX(); ++bin) {
         if (h.GetBinContent(bin) <= 0)
            continue;
         fX.push_back(h.GetBinCenter(bin));
         fShare.push_back(h.GetBinContent(bin) / sum);
         fWidth.push_back(width);
      }
      if (options.fKDEIteration == "Adaptive")
         Adapt(h, width, sigma);
   }
   void Fill(TH1D &density) const
   {
      for (std::size_t k = 0; k < fX.size(); ++k) {
         double inside = 1;
         if (fBorder == "Renorm")
            inside = Below(fHigh, fX[k], fWidth[k]) - Below(fLow, fX[k], fWidth[k]);
         FillOne(density, fX[k], fWidth[k], fShare[k] / inside);
         if (fBorder == "Mirror") {
            FillOne(density, 2 * fLow - fX[k], fWidth[k], fShare[k]);
            FillOne(density, 2 * fHigh - fX[k], fWidth[k], fShare[k]);
         }
      }
   }

private:
   static double Below(double x, double centre, double width) { return TMath::Freq((x - centre) / width); }
   /// Width sqrt(sigma / density) times the same factor: wider in the tails.
   void Adapt(const TH1D &h, double width, double sigma)
   {
      TH1D pilot("", "", 10 * h.GetNbinsX(), fLow, fHigh);
      pilot.SetDirectory(nullptr);
      Fill(pilot);
      for (std::size_t k = 0; k < fX.size(); ++k) {
         const double density = pilot.GetBinContent(pilot.FindFixBin(fX[k])) / pilot.GetBinWidth(1);
         fWidth[k] = width / std::sqrt(sigma * density);
      }
   }
   void FillOne(TH1D &density, double centre, double width, double share) const
   {
      const int first = std::max(1, density.FindFixBin(centre - kKernelReach * width));
      const int last = std::min(density.GetNbinsX(), density.FindFixBin(centre + kKernelReach * width));
      double below = first <= last ? Below(density.GetBinLowEdge(first), centre, width) : 0;
      for (int bin = first; bin <= last; ++bin) {
         const double next = Below(density.GetBinLowEdge(bin + 1), centre, width);
         density.AddBinContent(bin, share * (next - below));
         below = next;
      }
   }
   double fLow, fHigh;
   TString fBorder;
   std::vector<double> fX, fShare, fWidth;
};
} // namespace

void FillKernelDensity(const TH1D &histogram, const PdfOptions &options, TH1D &density)
{
   Kernels(histogram, options).Fill(density);
}

} // namespace Internal
} // namespace TorchMVA
