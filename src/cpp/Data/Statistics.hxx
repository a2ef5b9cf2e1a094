#ifndef TORCHMVA_DATA_STATISTICS_HXX
#define TORCHMVA_DATA_STATISTICS_HXX

#include "TMatrixD.h"
#include "TorchMVA/Data/DataSet.hxx"

#include <vector>

namespace TorchMVA {
namespace Internal {

/// Figures of one column of a sample.
struct ColumnSummary {
   double fMin;
   double fMax;
   double fMean; ///< weighted
   double fRMS;  ///< weighted, of the population
};

/// Summaries of the columns of `values`. With a weight sum of zero the mean is the unweighted one.
std::vector<ColumnSummary> Summarise(MatrixView<const float> values, const float *weights);

/// Weighted linear correlation of the variables of one class; 0 where a variable does not vary.
TMatrixD Correlations(const Sample &sample, int cls);

} // namespace Internal
} // namespace TorchMVA

#endif
