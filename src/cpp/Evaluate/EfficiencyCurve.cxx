#include "TorchMVA/Evaluate/EfficiencyCurve.hxx"

#include "Evaluate/ResponseCheck.hxx"

#include <algorithm>
#include <cmath>
#include <limits>

namespace TorchMVA {

namespace {
constexpr double kRangeInRms = 10;
constexpr double kRangeMargin = 1e-5; ///< so that the largest response is inside
constexpr int kAreaSteps = 1000;
constexpr int kReferenceSteps = 5000;
constexpr double kSameEfficiency = 1e-12;

/// Sums for one class; moments in a second pass, since one pass would cancel digits.
struct ClassSums {
   double fW = 0, fX = 0, fSquares = 0;
   double Mean() const { return fX / fW; }
   double Rms() const { return std::sqrt(std::max(0.0, fSquares / fW)); }
};
} // namespace

ResponseStatistics ComputeResponseStatistics(const ScoredSample &sample, int signalClass)
{
   ClassSums sums[2];
   double min = std::numeric_limits<double>::infinity();
   double max = -min;
   for (Long64_t i = 0; i < sample.fN; ++i) {
      const double y = sample.Response(i), w = sample.Weight(i);
      Internal::RequireFinite(y, "response", i);
      Internal::RequireFinite(w, "weight", i);
      ClassSums &s = sums[sample.Class(i) == signalClass ? 0 : 1];
      s.fW += w;
      s.fX += w * y;
      min = std::min(min, y);
      max = std::max(max, y);
   }
   Internal::RequirePositiveSum(sums[0].fW, "signal");
   Internal::RequirePositiveSum(sums[1].fW, "background");
   const double means[2] = {sums[0].Mean(), sums[1].Mean()};
   for (Long64_t i = 0; i < sample.fN; ++i) {
      const int c = sample.Class(i) == signalClass ? 0 : 1;
      const double d = sample.Response(i) - means[c];
      sums[c].fSquares += sample.Weight(i) * d * d;
   }

   ResponseStatistics r;
   r.fSumS = sums[0].fW;
   r.fSumB = sums[1].fW;
   r.fMeanS = means[0];
   r.fMeanB = means[1];
   r.fRmsS = sums[0].Rms();
   r.fRmsB = sums[1].Rms();
   r.fMinimum = std::max(min, std::min(r.fMeanS - kRangeInRms * r.fRmsS, r.fMeanB - kRangeInRms * r.fRmsB));
   r.fMaximum = std::min(max, std::max(r.fMeanS + kRangeInRms * r.fRmsS, r.fMeanB + kRangeInRms * r.fRmsB));
   // a large constant response must still give a range that is not empty
   r.fMaximum += std::max(kRangeMargin, 1e-9 * std::abs(r.fMaximum));
   r.fPositive = r.fMeanS >= r.fMeanB;
   return r;
}

EfficiencyCurve::EfficiencyCurve(const ScoredSample &sample, int signalClass, const ResponseStatistics &range,
                                 const EfficiencyCurve *cuts)
   : fRange(range), fEffS(kCutBins, 0.0), fEffB(kCutBins, 0.0), fEffBvsS(kEfficiencyBins, 0.0)
{
   const double scale = kCutBins / (fRange.fMaximum - fRange.fMinimum);
   double sumB = 0;
   for (Long64_t i = 0; i < sample.fN; ++i) {
      const double y = sample.Response(i), w = sample.Weight(i);
      Internal::RequireFinite(y, "response", i);
      Internal::RequireFinite(w, "weight", i);
      const bool isSignal = sample.Class(i) == signalClass;
      (isSignal ? fSumS : sumB) += w;
      const double position = (y - fRange.fMinimum) * scale;
      if (fRange.fPositive ? position >= kCutBins : position < 0) // beyond the tightest cut: counts nowhere
         continue;
      (isSignal ? fEffS : fEffB)[static_cast<int>(std::clamp(position, 0.0, kCutBins - 1.0))] += w;
   }
   Internal::RequirePositiveSum(fSumS, "signal");
   Internal::RequirePositiveSum(sumB, "background");

   // cumulate from the tight side: from above for a cut that keeps larger responses
   const auto cumulate = [this](std::vector<double> &bins) {
      double passing = 0;
      for (int j = 0; j < kCutBins; ++j) {
         double &bin = bins[fRange.fPositive ? kCutBins - 1 - j : j];
         passing += bin;
         bin = passing;
      }
      for (double &bin : bins)
         bin = passing > 0 ? bin / passing : 0;
   };
   cumulate(fEffS);
   cumulate(fEffB);
   const EfficiencyCurve &source = cuts ? *cuts : *this;
   const double tightest = source.fEffS[fRange.fPositive ? kCutBins - 1 : 0];
   for (int i = 0; i < kEfficiencyBins; ++i) {
      const double effS = (i + 0.5) / kEfficiencyBins;
      // below the efficiency of the tightest bin the curve goes straight to (0,0): events of one bin are not resolved
      fEffBvsS[i] = effS < tightest ? fEffB[fRange.fPositive ? kCutBins - 1 : 0] * effS / tightest
                                    : InterpolateAtCut(fEffB, source.GetCut(effS));
   }
}

double EfficiencyCurve::BinCentre(int bin) const
{
   return fRange.fMinimum + (bin + 0.5) * (fRange.fMaximum - fRange.fMinimum) / kCutBins;
}

double EfficiencyCurve::InterpolateAtCut(const std::vector<double> &efficiency, double cut) const
{
   const double position = (cut - fRange.fMinimum) / (fRange.fMaximum - fRange.fMinimum) * kCutBins - 0.5;
   const int bin = std::clamp(static_cast<int>(std::floor(position)), 0, kCutBins - 2);
   const double t = std::clamp(position - bin, 0.0, 1.0);
   return efficiency[bin] + t * (efficiency[bin + 1] - efficiency[bin]);
}

double EfficiencyCurve::GetCut(double signalEfficiency) const
{
   const auto binAt = [this](int j) { return fRange.fPositive ? kCutBins - 1 - j : j; };
   int j = 0;
   while (j < kCutBins - 1 && fEffS[binAt(j)] < signalEfficiency - kSameEfficiency)
      ++j;
   const double above = fEffS[binAt(j)];
   if (above <= signalEfficiency + kSameEfficiency) {
      int last = j;
      while (last < kCutBins - 1 && fEffS[binAt(last + 1)] == above)
         ++last;
      return 0.5 * (BinCentre(binAt(j)) + BinCentre(binAt(last)));
   }
   if (j == 0)
      return BinCentre(binAt(0));
   const double below = fEffS[binAt(j - 1)];
   const double t = (signalEfficiency - below) / (above - below);
   return BinCentre(binAt(j - 1)) + t * (BinCentre(binAt(j)) - BinCentre(binAt(j - 1)));
}

double EfficiencyCurve::GetBackgroundEfficiency(double signalEfficiency) const
{
   const double position = signalEfficiency * kEfficiencyBins - 0.5;
   const int bin = std::clamp(static_cast<int>(position), 0, kEfficiencyBins - 2); // beyond the ends: continued
   return std::clamp(fEffBvsS[bin] + (position - bin) * (fEffBvsS[bin + 1] - fEffBvsS[bin]), 0.0, 1.0);
}

double EfficiencyCurve::GetSignalEfficiency(double backgroundEfficiency) const
{
   double before = 0;
   for (int i = 0; i < kAreaSteps; ++i) {
      const double effS = (i + 0.5) / kAreaSteps;
      if (GetBackgroundEfficiency(effS) >= backgroundEfficiency)
         return 0.5 * (before + effS);
      before = effS;
   }
   return 1; // the background never gets that large
}

double EfficiencyCurve::GetSignalEfficiencyError(double e) const
{
   return std::sqrt(std::max(0.0, e * (1 - e)) / fSumS);
}

double EfficiencyCurve::GetArea() const
{
   double sum = 0;
   for (int i = 0; i < kAreaSteps; ++i)
      sum += 1 - GetBackgroundEfficiency((i + 0.5) / kAreaSteps);
   return sum / kAreaSteps;
}

double EfficiencyCurve::GetReferenceCut() const
{
   double before = 0;
   for (int i = 0; i < kReferenceSteps; ++i) {
      const double effS = (i + 0.5) / kReferenceSteps;
      if (effS >= 1 - GetBackgroundEfficiency(effS))
         return GetCut(0.5 * (before + effS));
      before = effS;
   }
   return GetCut(1);
}

} // namespace TorchMVA
