#ifndef TORCHMVA_SRC_METHOD_TREEENSEMBLECODE_HXX
#define TORCHMVA_SRC_METHOD_TREEENSEMBLECODE_HXX

#include "Method/TreeEnsemble.hxx"

namespace TorchMVA {
namespace Internal {

class StandaloneCode;

/// What is done with the sums of the trees.
struct TreeCode {
   double fScale = 1;    ///< of every leaf
   double fStart = 0;    ///< of the sum
   int fNOutputs = 1;    ///< more than one: tree i belongs to output i modulo their number, and softmax follows
   bool fIsTanh = false; ///< the output is the hyperbolic tangent of the sum: 2/(1 + exp(-2 sum)) - 1
};

/// WritePrediction of trees: the nodes of all trees as constants, and Predict.
void WriteTreeCode(StandaloneCode &code, const TreeEnsemble &trees, const TreeCode &what);

} // namespace Internal
} // namespace TorchMVA

#endif
