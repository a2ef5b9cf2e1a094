#ifndef TORCHMVA_DATA_FRAMETREE_HXX
#define TORCHMVA_DATA_FRAMETREE_HXX

#include "ROOT/RDF/RInterface.hxx"

class TLeaf;
class TTree;

namespace TorchMVA {
namespace Internal {

/// The tree or chain that a data frame reads; nullptr if it reads none.
TTree *TreeOf(const ROOT::RDF::RNode &node);

/// The leaf that a column of a data frame on a tree reads; nullptr for a column that was defined, and for others.
const TLeaf *LeafOf(TTree &tree, const std::string &column);

} // namespace Internal
} // namespace TorchMVA

#endif
