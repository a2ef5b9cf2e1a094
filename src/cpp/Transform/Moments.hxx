#ifndef TORCHMVA_TRANSFORM_MOMENTS_HXX
#define TORCHMVA_TRANSFORM_MOMENTS_HXX

#include "Slot.hxx"

#include <vector>

namespace TorchMVA {
namespace Internal {

/// Weighted means and covariances of one parameter set.
struct Moments {
   double fSumOfWeights = 0;
   std::vector<double> fMean;       ///< one a slot
   std::vector<double> fCovariance; ///< row-major, slots x slots: sum of w (x - mean)(x - mean)^T over sum of w
};

/// Moments of the slots for every parameter set of the sample (classes, then all). In two passes, so that a large mean
/// does not cost accuracy. A set with no positive sum of weights has zeros.
std::vector<Moments> ComputeMoments(const FitSample &sample, const std::vector<Slot> &slots, bool useWeights);

} // namespace Internal
} // namespace TorchMVA

#endif
