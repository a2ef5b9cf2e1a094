#ifndef TORCHMVA_DATA_DATASETBUILDER_HXX
#define TORCHMVA_DATA_DATASETBUILDER_HXX

#include "TorchMVA/Data/DataInputHandler.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <memory>

namespace TorchMVA {
namespace Internal {

/// Reads, splits and normalises all inputs. Also fills in what is only known then: ranges and moments of the
/// variables and targets, correlation matrices of the classes, the normalisation mode.
///
/// Two passes: the first counts the events that pass the cuts, the split then gives each its row, and the second
/// writes each value once, where it stays. Beside the matrices only four bytes an event are held.
std::shared_ptr<DataSet> BuildDataSet(DataSetInfo &info, const DataInputHandler &input);

} // namespace Internal
} // namespace TorchMVA

#endif
