#ifndef TORCHMVA_DATA_EXPRESSIONNAMES_HXX
#define TORCHMVA_DATA_EXPRESSIONNAMES_HXX

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// "; there is no branch 'X', did you mean 'x'?" for each name in an expression that is not among `names`; empty if
/// all are. Names of functions and namespaces do not count.
std::string UnknownNames(const std::string &expression, const std::vector<std::string> &names);

} // namespace Internal
} // namespace TorchMVA

#endif
