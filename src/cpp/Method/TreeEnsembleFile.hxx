#ifndef TORCHMVA_SRC_METHOD_TREEENSEMBLEFILE_HXX
#define TORCHMVA_SRC_METHOD_TREEENSEMBLEFILE_HXX

#include "Method/TreeEnsemble.hxx"
#include "TorchMVA/Core/Xml.hxx"

namespace TorchMVA {
namespace Internal {

/// The attribute of a leaf that is its value in TMVA's weight files.
enum class ELeafValue {
   kResponse, ///< `res`: gradient boosting, regression
   kType,     ///< `nType`, -1 or 1: AdaBoost and others with UseYesNoLeaf
   kPurity    ///< `purity`: the same without it
};

/// Trees of a weight file. With ELeafValue::kResponse all have weight 1.
struct StoredTrees {
   TreeEnsemble fTrees;
   double fStart = 1; ///< boostWeight of the first tree: with kResponse, where a regression starts
};

/// Fills the element `<Weights>` in the layout of TMVA's BDT.
void WriteTrees(const XmlNode &weights, const StoredTrees &stored, ELeafValue value);

/// Reads that element, also as TMVA itself writes it. Throws Error (kWeightFile) that names the tree for anything that
/// is no tree of `nVariables` variables, and for what is not supported: cuts on linear combinations (UseFisherCuts) and
/// preselection cuts (DoPreselection).
StoredTrees ReadTrees(const XmlNode &weights, ELeafValue value, int nVariables);

} // namespace Internal
} // namespace TorchMVA

#endif
