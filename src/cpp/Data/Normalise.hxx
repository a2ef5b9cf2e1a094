#ifndef TORCHMVA_DATA_NORMALISE_HXX
#define TORCHMVA_DATA_NORMALISE_HXX

#include "SplitOptions.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Factor for the training weights of each class, from the events and the sums of the original training weights per
/// class. Throws Error (kData) that names the class if a sum is negative, or is to divide by and zero.
std::vector<double> NormFactors(SplitOptions::ENorm mode, const std::vector<Long64_t> &events,
                                const std::vector<double> &sums, const std::vector<std::string> &classNames);

} // namespace Internal
} // namespace TorchMVA

#endif
