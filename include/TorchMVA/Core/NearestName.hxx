#ifndef TORCHMVA_CORE_NEARESTNAME_HXX
#define TORCHMVA_CORE_NEARESTNAME_HXX

#include <cstddef>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Levenshtein distance, case-insensitive (ASCII).
std::size_t EditDistance(const std::string &a, const std::string &b);

/// The candidates closest to `name`, best first, at most `n`; only those close enough to be a likely typing error
/// (distance at most about half the length), so the result may be empty.
std::vector<std::string> NearestNames(const std::string &name, const std::vector<std::string> &candidates,
                                      std::size_t n = 3);

/// " (did you mean 'a' or 'b'?)", or an empty string if nothing is near: to be appended to an error message.
std::string DidYouMean(const std::string &name, const std::vector<std::string> &candidates);

} // namespace Internal
} // namespace TorchMVA

#endif
