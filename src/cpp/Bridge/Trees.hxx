#ifndef TORCHMVA_SRC_BRIDGE_TREES_HXX
#define TORCHMVA_SRC_BRIDGE_TREES_HXX

#include "Method/SearchOptions.hxx"
#include "Method/TreeTraining.hxx"

namespace TorchMVA {
namespace Internal {

/// Imports torchmva._engine.trees and what that needs. Throws Error (kPython) if it is not installed.
void PrepareTreesInPython();
/// Trains by torchmva._engine.trees, which sees the events without a copy. Throws Error.
void TrainTreesInPython(const TreeTrainingRequest &request, TreeTrainingResult &result);
/// Searches by torchmva._engine.tree_search. Throws Error.
SearchResult_t TuneTreesInPython(const TreeTrainingRequest &request, const SearchRequest &search);

} // namespace Internal
} // namespace TorchMVA

#endif
