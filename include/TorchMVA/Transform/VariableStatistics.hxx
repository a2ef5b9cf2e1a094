#ifndef TORCHMVA_TRANSFORM_VARIABLESTATISTICS_HXX
#define TORCHMVA_TRANSFORM_VARIABLESTATISTICS_HXX

#include "TorchMVA/Core/Matrix.hxx"
#include "TorchMVA/Data/DataSet.hxx"
#include "TorchMVA/Data/VariableInfo.hxx"

#include <string>
#include <vector>

namespace TorchMVA {

/// Figures of one column.
struct VariableStatistics {
   double fMean = 0; ///< weighted
   double fRMS = 0;  ///< weighted standard deviation of the population: sqrt(sum w (x - mean)^2 / sum w)
   double fMin = 0;
   double fMax = 0;
};

/// Figures of each column of `rows` (row-major). `weights`: one a row, null: all 1. Without rows, or with a sum of
/// weights of 0, the figures are 0. Thread safe.
std::vector<VariableStatistics> ComputeVariableStatistics(MatrixView<const float> rows, const float *weights);

/// TMVA's table of the variables of a sample, all classes together, through Logger `source`:
///
///     Variable        Mean        RMS   [        Min        Max ]
void PrintVariableStatistics(const std::string &source, const std::vector<VariableInfo> &variables,
                             const Sample &sample);

} // namespace TorchMVA

#endif
