#ifndef TORCHMVA_DATA_SAFENAMES_HXX
#define TORCHMVA_DATA_SAFENAMES_HXX

#include "ROOT/RDF/RInterface.hxx"

#include <string>

namespace TorchMVA {
namespace Internal {

/// An expression for a data frame in which no column is called `var` and a number.
///
/// RDataFrame (ROOT 6.40) calls the columns of an expression var0, var1, ... while it compiles it, one after the other:
/// where columns have such names themselves (TMVA's examples have), it takes one for another, in `var1 + var2 + var3`
/// the first for the second, and says nothing. Such columns get another name on `node`, which the returned
/// expression has instead.
std::string WithSafeNames(ROOT::RDF::RNode &node, const std::string &expression);

} // namespace Internal
} // namespace TorchMVA

#endif
