#ifndef TORCHMVA_METHOD_WEIGHTEDCOVARIANCE_HXX
#define TORCHMVA_METHOD_WEIGHTEDCOVARIANCE_HXX

#include "TMatrixD.h"
#include "TMatrixDSym.h"
#include "TorchMVA/Core/Matrix.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The events that count for a figure: with their weights (null: all 1), and of one class only, or of all (null).
struct EventSelection {
   const float *fWeights = nullptr;
   const int *fClasses = nullptr;
   int fClass = 0;

   bool Has(Long64_t row) const { return !fClasses || fClasses[row] == fClass; }
   double Weight(Long64_t row) const { return fWeights ? fWeights[row] : 1; }
};

/// Weighted mean of each column; returns the sum of weights. Throws Error (kData) if that is not positive.
double ComputeMean(MatrixView<const float> rows, const EventSelection &events, std::vector<double> &mean);

/// Sum of w (a - mean_a)(b - mean_b)^T over the sum of weights: columns of `a` times columns of `b`, which have the same
/// rows. Two passes with ComputeMean, so that a large mean does not cost accuracy.
TMatrixD ComputeCovariance(MatrixView<const float> a, const std::vector<double> &meanA, MatrixView<const float> b,
                           const std::vector<double> &meanB, const EventSelection &events, double sumOfWeights);

/// Inverse of a covariance matrix of the variables `names`. Warns through Logger `source` if |det| < 1e-23; throws Error
/// (kData), naming the variables, if one is constant or not finite or some depend on each other linearly, and if
/// |det| < 1e-119 (TMVA's limits).
TMatrixDSym InvertCovariance(const TMatrixDSym &matrix, const std::vector<std::string> &names,
                             const std::string &source);

} // namespace Internal
} // namespace TorchMVA

#endif
