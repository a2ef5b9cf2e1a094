#ifndef TORCHMVA_EVALUATE_VARIABLERANKING_HXX
#define TORCHMVA_EVALUATE_VARIABLERANKING_HXX

#include "TorchMVA/Core/Matrix.hxx"
#include "TorchMVA/Data/VariableStatistics.hxx"

#include <vector>

namespace TorchMVA {

/// Equal bins of the distributions of one variable.
struct VariableBinning {
   int fBins = 0;
   double fLow = 0, fHigh = 0;
};

/// The bins that TMVA plots and ranks a variable in: `bins` of them over mean +- `timesRms` standard deviations of all
/// classes together, at most from the smallest to the largest value, widened by one bin so that the largest is inside.
/// A constant gets bins of a range of 1.
VariableBinning ComputeVariableBinning(const VariableStatistics &statistics, int bins, double timesRms);

/// Separation 1/2 sum (s-b)^2/(s+b), 0 (same) to 1 (disjoint), of each column of `variables` (events x variables) in
/// these bins; background is every class but `signalClass`. `weights` null: all 1. O(n), thread safe.
std::vector<double> ComputeVariableSeparations(MatrixView<const float> variables, const float *weights,
                                               const int *classes, int signalClass, int bins, double timesRms);

/// |Weighted linear correlation| of each column of `variables` with the column of `targets` it is largest with; 0 where
/// one of the two does not vary. O(n), thread safe.
std::vector<double> ComputeTargetCorrelations(MatrixView<const float> variables, MatrixView<const float> targets,
                                              const float *weights);

} // namespace TorchMVA

#endif
