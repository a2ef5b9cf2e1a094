#ifndef TORCHMVA_EVALUATE_PERMUTATIONIMPORTANCE_HXX
#define TORCHMVA_EVALUATE_PERMUTATIONIMPORTANCE_HXX

#include "TorchMVA/Data/DataSet.hxx"

#include <functional>
#include <vector>

namespace TorchMVA {

/// What a figure of merit loses when one variable is shuffled.
struct VariableImportance {
   double fMean = 0;   ///< over the shuffles
   double fSpread = 0; ///< standard deviation of one shuffle (n - 1); 0 for a single one
};

/// Permutation importance (L. Breiman, Machine Learning 45 (2001) 5) of a model that is given as two functions:
/// `evaluate(rows, n, first, responses)` writes the responses of events [first, first + n) with these variables
/// (row-major) to `responses`, at the place of its first event; `loss(responses)` says by how much the responses of
/// the whole sample are worse than those of the unchanged sample.
struct PermutedModel {
   Long64_t fNResponses; ///< responses an event
   std::function<void(const float *rows, Long64_t n, Long64_t first, float *responses)> fEvaluate;
   std::function<double(const std::vector<float> &responses)> fLoss;
};

/// One entry a variable. Each of `repeats` times the values of the variable are shuffled among the events of the sample
/// (weights, classes and all other values stay), with a generator that is seeded once, the same on every platform.
/// Needs the memory of one column, one block of rows and the responses. Throws Error (kArgument) for no repeats or no
/// events, and what the model throws.
std::vector<VariableImportance> ComputePermutationImportance(const Sample &sample, const PermutedModel &model,
                                                             UInt_t repeats, UInt_t seed);

} // namespace TorchMVA

#endif
