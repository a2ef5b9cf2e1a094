#ifndef TORCHMVA_SRC_METHOD_TREEENSEMBLECODE_HXX
#define TORCHMVA_SRC_METHOD_TREEENSEMBLECODE_HXX

#include "Method/TreeEnsemble.hxx"

#include <iosfwd>
#include <string>

namespace TorchMVA {
namespace Internal {

/// The nodes of all trees as constants of C++, for the standalone class of that name (MethodBase::MakeClassSpecificHeader).
/// `scale` is a factor on every leaf, beside the weight of its tree.
void WriteTreeConstants(std::ostream &out, const std::string &className, const TreeEnsemble &trees, double scale);

/// The rest of the class (MethodBase::MakeClassSpecific): the sum of the leaves, or its hyperbolic tangent.
void WriteTreeClass(std::ostream &out, const std::string &className, bool isGradientBoosted);

} // namespace Internal
} // namespace TorchMVA

#endif
