#ifndef TORCHMVA_DATA_STATISTICS_HXX
#define TORCHMVA_DATA_STATISTICS_HXX

#include "TMatrixD.h"
#include "TorchMVA/Data/DataSet.hxx"

namespace TorchMVA {
namespace Internal {

/// Weighted linear correlation of the variables of one class; 0 where a variable does not vary.
TMatrixD Correlations(const Sample &sample, int cls);

} // namespace Internal
} // namespace TorchMVA

#endif
