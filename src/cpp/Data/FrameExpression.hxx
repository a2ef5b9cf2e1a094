#ifndef TORCHMVA_DATA_FRAMEEXPRESSION_HXX
#define TORCHMVA_DATA_FRAMEEXPRESSION_HXX

#include "ROOT/RDF/RInterface.hxx"

#include <string>

namespace TorchMVA {
namespace Internal {

/// The column of a data frame that has the values of an expression: the one of that name, or `newName`, which is then
/// defined on `node`. `what` and `place` are for messages: "variable", "data frame of class 'Signal'".
/// Throws Error (kExpression) for an expression that is empty or that RDataFrame cannot evaluate.
std::string ColumnOf(ROOT::RDF::RNode &node, const std::string &expression, const std::string &newName,
                     const std::string &what, const std::string &place);

} // namespace Internal
} // namespace TorchMVA

#endif
