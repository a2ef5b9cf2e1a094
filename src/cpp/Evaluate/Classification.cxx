#include "TorchMVA/Evaluate/Classification.hxx"

#include "Evaluate/ResponseCheck.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Evaluate/ROCCurve.hxx"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace TorchMVA {

namespace {
constexpr int kPlotBins = 40;
} // namespace

ClassificationMetrics EvaluateClassification(const ScoredSample &sample, int signalClass,
                                             const ResponseStatistics *range)
{
   const ResponseStatistics own = ComputeResponseStatistics(sample, signalClass);
   const ResponseStatistics &used = range ? *range : own;
   const EfficiencyCurve curve(sample, signalClass, used);
   const ResponseHistograms histograms = FillResponseHistograms(sample, signalClass, used, kPlotBins);

   ClassificationMetrics m;
   const ROCCurve roc(sample, signalClass);
   m.fROCIntegral = roc.GetROCIntegral();
   m.fROCIntegralErr = roc.GetROCIntegralError();
   m.fEffArea = curve.GetArea();
   m.fSeparation = ComputeSeparation(histograms.fSignal, histograms.fBackground);
   m.fSignificance = ComputeSignificance(own);
   m.fReferenceCut = curve.GetReferenceCut();
   m.fEff01 = curve.GetSignalEfficiency(0.01);
   m.fEff10 = curve.GetSignalEfficiency(0.10);
   m.fEff30 = curve.GetSignalEfficiency(0.30);
   m.fEff01Err = curve.GetSignalEfficiencyError(m.fEff01);
   m.fEff10Err = curve.GetSignalEfficiencyError(m.fEff10);
   m.fEff30Err = curve.GetSignalEfficiencyError(m.fEff30);
   m.fMeanS = own.fMeanS;
   m.fRmsS = own.fRmsS;
   m.fMeanB = own.fMeanB;
   m.fRmsB = own.fRmsB;
   m.fMinimum = used.fMinimum;
   m.fMaximum = used.fMaximum;
   return m;
}

EfficiencyTriple ComputeTrainingEfficiencies(const ScoredSample &test, const ScoredSample &training, int signalClass)
{
   const ResponseStatistics range = ComputeResponseStatistics(test, signalClass);
   const EfficiencyCurve cuts(test, signalClass, range);
   const EfficiencyCurve curve(training, signalClass, range, &cuts);
   return {curve.GetSignalEfficiency(0.01), curve.GetSignalEfficiency(0.10), curve.GetSignalEfficiency(0.30)};
}

ResponseHistograms FillResponseHistograms(const ScoredSample &sample, int signalClass, const ResponseStatistics &range,
                                          int bins)
{
   if (bins < 1 || !(range.fMaximum > range.fMinimum))
      throw Error(EErrorCode::kArgument, "expected at least one bin and a range that is not empty, found " +
                                            std::to_string(bins) + " bins from " + std::to_string(range.fMinimum) +
                                            " to " + std::to_string(range.fMaximum));
   const std::vector<double> empty(bins, 0.0);
   ResponseHistograms h{empty, empty, empty, empty};
   const double scale = bins / (range.fMaximum - range.fMinimum);
   for (Long64_t i = 0; i < sample.fN; ++i) {
      const double y = sample.Response(i), w = sample.Weight(i);
      Internal::RequireFinite(y, "response", i);
      Internal::RequireFinite(w, "weight", i);
      const int bin = static_cast<int>(std::clamp((y - range.fMinimum) * scale, 0.0, bins - 1.0));
      const bool isSignal = sample.Class(i) == signalClass;
      (isSignal ? h.fSignal : h.fBackground)[bin] += w;
      (isSignal ? h.fSignalSumw2 : h.fBackgroundSumw2)[bin] += w * w;
   }
   return h;
}

double ComputeSeparation(const std::vector<double> &signal, const std::vector<double> &background)
{
   if (signal.size() != background.size())
      throw Error(EErrorCode::kArgument, "expected two histograms with equal bins, found " +
                                            std::to_string(signal.size()) + " and " +
                                            std::to_string(background.size()) + " bins");
   const double sumS = std::accumulate(signal.begin(), signal.end(), 0.0);
   const double sumB = std::accumulate(background.begin(), background.end(), 0.0);
   Internal::RequirePositiveSum(sumS, "signal");
   Internal::RequirePositiveSum(sumB, "background");
   double separation = 0;
   for (std::size_t i = 0; i < signal.size(); ++i) {
      const double s = signal[i] / sumS, b = background[i] / sumB;
      if (s + b > 0)
         separation += 0.5 * (s - b) * (s - b) / (s + b);
   }
   return separation;
}

double ComputeSignificance(const ResponseStatistics &r)
{
   const double difference = std::abs(r.fMeanS - r.fMeanB);
   if (difference == 0)
      return 0;
   const double width = std::hypot(r.fRmsS, r.fRmsB);
   return width > 0 ? difference / width : std::numeric_limits<double>::infinity();
}

MaximumSignificance ComputeMaximumSignificance(const EfficiencyCurve &curve, double signalEvents,
                                               double backgroundEvents)
{
   if (!(signalEvents > 0) || !(backgroundEvents >= 0))
      throw Error(EErrorCode::kArgument, "expected positive numbers of signal and background events, found " +
                                            std::to_string(signalEvents) + " and " + std::to_string(backgroundEvents));
   MaximumSignificance best;
   best.fSignificance = -1;
   const ResponseStatistics &range = curve.GetRange();
   const double width = (range.fMaximum - range.fMinimum) / EfficiencyCurve::kCutBins;
   for (int bin = 0; bin < EfficiencyCurve::kCutBins; ++bin) {
      const double s = signalEvents * curve.GetSignalEfficiencies()[bin];
      const double b = backgroundEvents * curve.GetBackgroundEfficiencies()[bin];
      const double significance = s + b > 0 ? s / std::sqrt(s + b) : 0;
      if (significance > best.fSignificance)
         best = {significance, range.fMinimum + (bin + 0.5) * width};
   }
   return best;
}

} // namespace TorchMVA
