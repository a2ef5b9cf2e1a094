#ifndef TORCHMVA_EVALUATE_EFFICIENCYCURVE_HXX
#define TORCHMVA_EVALUATE_EFFICIENCYCURVE_HXX

#include "TorchMVA/Evaluate/ScoredSample.hxx"

#include <vector>

namespace TorchMVA {

/// Moments and range of the responses of signal and background.
struct ResponseStatistics {
   double fSumS = 0, fSumB = 0; ///< sums of weights
   double fMeanS = 0, fMeanB = 0;
   double fRmsS = 0, fRmsB = 0; ///< weighted standard deviation (population form)
   double fMinimum = 0;         ///< lower edge of the histograms, see ComputeResponseStatistics
   double fMaximum = 0;         ///< upper edge: slightly above the largest value wanted inside
   bool fPositive = true;       ///< signal lies above background, so that a cut keeps larger responses
};

/// Moments, and the range from max(min, lowest mean - 10 rms) to min(max, highest mean + 10 rms) widened by 1e-5 so
/// that the largest response is inside. Background is every class but `signalClass`. O(n).
/// Throws Error (kData) if a response or weight is not finite, or a class is missing or has no positive sum of weights.
ResponseStatistics ComputeResponseStatistics(const ScoredSample &sample, int signalClass);

/// Signal and background efficiency as functions of the cut, in TMVA's binned form, which its table of efficiencies
/// is defined by: 10000 bins between the edges of ResponseStatistics, and the background efficiency at 100 signal
/// efficiencies 0.005, 0.015, ... read off with linear interpolation between bin centres.
/// O(n + bins). Immutable, thread safe. For figures without binning see ROCCurve.
class EfficiencyCurve {
public:
   static constexpr int kCutBins = 10000;
   static constexpr int kEfficiencyBins = 100;

   /// `range` usually comes from the test sample, for the training sample too, so that the two can be compared.
   /// As in TMVA, events beyond the range on the side of signal (further than 10 rms from the means) count in no bin,
   /// those on the other side in the outermost one. Errors as ComputeResponseStatistics.
   /// With `cuts` background against signal efficiency, and all that is read off it, takes signal efficiencies and cuts
   /// from that curve, as TMVA does for its training sample with those of the test sample.
   EfficiencyCurve(const ScoredSample &sample, int signalClass, const ResponseStatistics &range,
                   const EfficiencyCurve *cuts = nullptr);

   /// Signal efficiency at background efficiency b: the middle of the two steps, of 1000, between which the
   /// interpolated curve crosses b.
   double GetSignalEfficiency(double backgroundEfficiency) const;
   /// Binomial uncertainty sqrt(e (1 - e) / sum of signal weights).
   double GetSignalEfficiencyError(double signalEfficiency) const;
   /// Mean of 1 - background efficiency over 1000 signal efficiencies: the area that TMVA orders its table by.
   double GetArea() const;
   /// Cut where signal efficiency = 1 - background efficiency.
   double GetReferenceCut() const;
   /// Cut with the given signal efficiency (middle of a plateau).
   double GetCut(double signalEfficiency) const;
   /// Background efficiency of a cut, linear between bin centres.
   double GetBackgroundEfficiencyOfCut(double cut) const { return InterpolateAtCut(fEffB, cut); }
   /// Interpolated background efficiency at a signal efficiency.
   double GetBackgroundEfficiency(double signalEfficiency) const;

   const ResponseStatistics &GetRange() const { return fRange; }
   /// kCutBins values: efficiency of a cut at the lower edge of the bin (upper edge if signal lies below).
   const std::vector<double> &GetSignalEfficiencies() const { return fEffS; }
   const std::vector<double> &GetBackgroundEfficiencies() const { return fEffB; }
   /// kEfficiencyBins values: background efficiency at signal efficiency (i + 0.5) / kEfficiencyBins.
   const std::vector<double> &GetBackgroundVsSignal() const { return fEffBvsS; }

private:
   double BinCentre(int bin) const;
   double InterpolateAtCut(const std::vector<double> &efficiency, double cut) const;

   ResponseStatistics fRange;
   double fSumS = 0;
   std::vector<double> fEffS;
   std::vector<double> fEffB;
   std::vector<double> fEffBvsS;
};

} // namespace TorchMVA

#endif
