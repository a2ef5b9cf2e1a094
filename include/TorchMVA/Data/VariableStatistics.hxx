#ifndef TORCHMVA_DATA_VARIABLESTATISTICS_HXX
#define TORCHMVA_DATA_VARIABLESTATISTICS_HXX

#include "TorchMVA/Core/Matrix.hxx"

#include <vector>

namespace TorchMVA {

/// Figures of one column.
struct VariableStatistics {
   double fMean = 0; ///< weighted
   double fRMS = 0;  ///< weighted standard deviation of the population: sqrt(sum w (x - mean)^2 / sum w)
   double fMin = 0;
   double fMax = 0;
};

/// Figures of each column of `rows` (row-major). `weights`: one a row, null: all 1. Without rows all figures are 0;
/// with a sum of weights of 0 mean and RMS are the unweighted ones. Thread safe.
std::vector<VariableStatistics> ComputeVariableStatistics(MatrixView<const float> rows, const float *weights);

} // namespace TorchMVA

#endif
