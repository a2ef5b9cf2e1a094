#ifndef TORCHMVA_EVALUATE_CLASSIFICATION_HXX
#define TORCHMVA_EVALUATE_CLASSIFICATION_HXX

#include "TorchMVA/Evaluate/EfficiencyCurve.hxx"
#include "TorchMVA/Evaluate/ScoredSample.hxx"

#include <vector>

namespace TorchMVA {

/// Figures of one binary classifier on one sample. Definitions: docs/tmva-compat.md, Evaluation.
///
/// Two of them are sharper than what TMVA prints: the area under the ROC curve is unbinned (TMVA's text sometimes
/// gives the one of smoothed densities), and the separation uses the 40-bin histograms, not smoothed densities.
struct ClassificationMetrics {
   double fROCIntegral = 0;          ///< unbinned area under the ROC curve
   double fROCIntegralErr = 0;       ///< its statistical uncertainty, see ROCCurve::GetROCIntegralError
   double fEffArea = 0;              ///< binned area; TMVA orders its table by it
   double fSeparation = 0;           ///< 1/2 sum (s-b)^2/(s+b) over 40 bins, 0 (same) to 1 (disjoint)
   double fSignificance = 0;         ///< |mean_S - mean_B| / sqrt(rms_S^2 + rms_B^2)
   double fReferenceCut = 0;         ///< cut where signal efficiency = background rejection
   double fEff01 = 0, fEff01Err = 0; ///< signal efficiency at background efficiency 0.01
   double fEff10 = 0, fEff10Err = 0; ///< ... 0.10
   double fEff30 = 0, fEff30Err = 0; ///< ... 0.30
   double fMeanS = 0, fRmsS = 0, fMeanB = 0, fRmsB = 0;
   double fMinimum = 0, fMaximum = 0; ///< range of the histograms
};

/// All figures of a sample; background is every class but `signalClass`. With `range` (the test sample's) efficiencies
/// and separation use that range; by default the sample's own. O(n), thread safe.
/// Throws Error (kData): responses or weights not finite, signal or background missing.
ClassificationMetrics EvaluateClassification(const ScoredSample &sample, int signalClass,
                                             const ResponseStatistics *range = nullptr);

/// Signal efficiencies at background efficiencies 0.01, 0.10 and 0.30.
struct EfficiencyTriple {
   double fEff01 = 0;
   double fEff10 = 0;
   double fEff30 = 0;
};
/// What TMVA prints as "from training sample": background efficiencies of the training sample, at cuts and signal
/// efficiencies of the test sample, over the range of the test sample. For the training sample alone, see
/// EvaluateClassification. Errors as there.
EfficiencyTriple ComputeTrainingEfficiencies(const ScoredSample &test, const ScoredSample &training, int signalClass);

/// Weighted histograms of signal and background over the range, `bins` equal bins; values beyond it are in the
/// outermost bins. Not normalised.
struct ResponseHistograms {
   std::vector<double> fSignal, fBackground;           ///< sums of weights
   std::vector<double> fSignalSumw2, fBackgroundSumw2; ///< sums of squared weights
};
ResponseHistograms FillResponseHistograms(const ScoredSample &sample, int signalClass, const ResponseStatistics &range,
                                          int bins);

/// 1/2 sum (s-b)^2/(s+b) of two histograms with equal bins, each normalised to 1 first; empty pairs of bins give 0.
double ComputeSeparation(const std::vector<double> &signal, const std::vector<double> &background);

/// |mean_S - mean_B| / sqrt(rms_S^2 + rms_B^2); 0 if both widths are 0 and the means agree, infinite if they differ.
double ComputeSignificance(const ResponseStatistics &statistics);

/// The cut that maximises S / sqrt(S + B) for expected yields before the cut, over the bins of `curve`.
struct MaximumSignificance {
   double fSignificance = 0;
   double fCut = 0;
};
/// Throws Error (kArgument) unless signalEvents > 0 and backgroundEvents >= 0.
MaximumSignificance ComputeMaximumSignificance(const EfficiencyCurve &curve, double signalEvents,
                                               double backgroundEvents);

/// Probability that test and training responses of one class come from the same distribution.
struct OvertrainingTest {
   double fSignal = -1; ///< -1: cannot be computed (no events)
   double fBackground = -1;
};
/// Kolmogorov-Smirnov test of the 40-bin histograms, as TH1::KolmogorovTest with option "X": the probability is the
/// fraction of 1000 pseudo-experiments, drawn from the test histogram, with a larger distance. Own random
/// numbers with a fixed seed, so that the answer is reproducible and gRandom is left alone. Throws as
/// EvaluateClassification for values that are not finite.
OvertrainingTest ComputeOvertraining(const ScoredSample &test, const ScoredSample &training, int signalClass,
                                     int bins = 40);

/// The test of two histograms with equal bins; -1 if one is empty.
double KolmogorovProbability(const std::vector<double> &first, const std::vector<double> &firstSumw2,
                             const std::vector<double> &second, const std::vector<double> &secondSumw2);

} // namespace TorchMVA

#endif
