#ifndef TORCHMVA_DATA_ENTRYSELECTION_HXX
#define TORCHMVA_DATA_ENTRYSELECTION_HXX

#include <vector>

class TTree;

namespace TorchMVA {
namespace Internal {

/// The entries that TTree::Draw would take of a tree or chain with SetEntryList or SetEventList: one bit per entry;
/// empty if it has no list.
std::vector<bool> SelectedEntries(TTree &tree);

} // namespace Internal
} // namespace TorchMVA

#endif
