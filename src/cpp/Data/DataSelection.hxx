#ifndef TORCHMVA_DATA_DATASELECTION_HXX
#define TORCHMVA_DATA_DATASELECTION_HXX

#include "TorchMVA/Data/DataSet.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <memory>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Copies of rows of a data set, counted over [training | test], as a data set of its own: `training` become its
/// training sample, with weights normalised anew as the NormMode of `info` says, `testing` its test sample, with the
/// original weights. Throws Error (kData) if a class has no positive sum of training weights to normalise with.
std::shared_ptr<DataSet> SelectSamples(const DataSet &data, const DataSetInfo &info,
                                       const std::vector<Long64_t> &training, const std::vector<Long64_t> &testing);

} // namespace Internal
} // namespace TorchMVA

#endif
