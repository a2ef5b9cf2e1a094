#ifndef TORCHMVA_EVALUATE_REGRESSION_HXX
#define TORCHMVA_EVALUATE_REGRESSION_HXX

#include "RtypesCore.h"

#include <vector>

namespace TorchMVA {

/// Predictions and true values of one target, in target units, as views with strides (columns of row-major matrices).
struct RegressionSample {
   const float *fPredictions = nullptr;
   Long64_t fPredictionStride = 1;
   const float *fTargets = nullptr;
   Long64_t fTargetStride = 1;
   const float *fWeights = nullptr; ///< null: 1
   Long64_t fN = 0;

   double Prediction(Long64_t i) const { return fPredictions[i * fPredictionStride]; }
   double Target(Long64_t i) const { return fTargets[i * fTargetStride]; }
   double Deviation(Long64_t i) const { return Prediction(i) - Target(i); }
   double Weight(Long64_t i) const { return fWeights ? fWeights[i] : 1.0; }
};

/// Figures of one target on one sample, d = prediction - true, all weighted. `...Truncated` uses
/// only events with |d - bias| <= 2 rms. The covariance in the correlation is weighted too (TMVA's is not).
struct RegressionMetrics {
   double fBias = 0, fBiasTruncated = 0;                           ///< mean of d
   double fDeviation = 0, fDeviationTruncated = 0;                 ///< mean of |d|
   double fRms = 0, fRmsTruncated = 0;                             ///< standard deviation of d
   double fMutualInformation = 0, fMutualInformationTruncated = 0; ///< nats; -1 if it cannot be computed
   double fCorrelation = 0; ///< Pearson, of prediction and true value; NaN if constant
};

/// Throws Error (kData) if there are no events, the weights do not sum to a positive number, or a value is not
/// finite. O(n), thread safe.
RegressionMetrics EvaluateRegression(const RegressionSample &sample);

/// Mutual information of prediction and true value in nats, from a histogram of 75 x 50 bins over the common range of
/// both (half open, so that the largest value of all is left out, as in TMVA): sum p ln(p / (p_x p_y)).
/// Only events with |d - centre| <= halfWidth; -1 if none is left. The range is always that of all events.
/// Throws as EvaluateRegression.
double ComputeMutualInformation(const RegressionSample &sample, double centre = 0,
                                double halfWidth = 1.7976931348623157e308);

} // namespace TorchMVA

#endif
