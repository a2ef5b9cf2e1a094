#ifndef TORCHMVA_SRC_APPLY_METHODINPUTS_HXX
#define TORCHMVA_SRC_APPLY_METHODINPUTS_HXX

#include "TorchMVA/Method/MethodBase.hxx"

#include <string>
#include <vector>

class TTree;

namespace TorchMVA {
namespace Internal {

/// The variables of a method that was read from a weight file, and its spectators if responses depend on them.
std::vector<VariableInfo> InputsOf(const MethodBase &method);

/// Number of elements of the array that begins with an input (AddVariablesArray); 0 if it is none.
std::size_t ArraySizeAt(const std::vector<VariableInfo> &inputs, std::size_t i);

/// Declares InputsOf() in a data set.
void DeclareInputs(const MethodBase &method, DataSetInfo &info);

/// Throws Error (kExpression) unless an expression of a weight file only computes; on a tree it may call const methods.
void RequirePlainExpression(const std::string &expression, const std::string &what, TTree *tree = nullptr);

} // namespace Internal
} // namespace TorchMVA

#endif
