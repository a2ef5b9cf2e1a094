#ifndef TORCHMVA_CROSSVALIDATION_AVERAGECURVE_HXX
#define TORCHMVA_CROSSVALIDATION_AVERAGECURVE_HXX

#include "TGraph.h"

#include <vector>

namespace TorchMVA {
namespace Internal {

/// Mean of curves over 0 to 1 at `nSamples` equidistant points, interpolated linearly. The curves have falling y for
/// rising x; where one is vertical, its upper end counts.
TGraph AverageCurve(const std::vector<TGraph> &curves, unsigned nSamples);

} // namespace Internal
} // namespace TorchMVA

#endif
