#ifndef TORCHMVA_EVALUATE_SUBSETIMPORTANCE_HXX
#define TORCHMVA_EVALUATE_SUBSETIMPORTANCE_HXX

#include "TorchMVA/Core/Types.hxx"

#include <functional>
#include <vector>

namespace TorchMVA {

/// Importance of each of `nVariables` from `score`, which gets the numbers of some variables (at least one, ascending)
/// and returns a figure of merit of a model of these alone; none at all counts `emptyScore`. It is called once a subset.
///
/// kShort: score(all) - score(all but i). kAll: sum over all subsets S with i of score(S) - score(S without i): 2^n
/// calls. kRandom: the same sum over 10 n subsets, drawn with a fixed seed.
/// Throws Error (kArgument): no variables, more than 20 in kAll or 60 at all, fewer than 11 in kRandom (kAll is not
/// dearer then); and what `score` throws.
std::vector<double> ComputeSubsetImportance(UInt_t nVariables, VIType type,
                                            const std::function<double(const std::vector<UInt_t> &)> &score,
                                            double emptyScore);

} // namespace TorchMVA

#endif
