#ifndef TORCHMVA_SRC_EXPRESSION_TREETEXT_HXX
#define TORCHMVA_SRC_EXPRESSION_TREETEXT_HXX

#include "Syntax.hxx"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The function that a text for TTreeFormula calls for `float(x)`, which TTreeFormula does not have. It must be declared
/// to the interpreter if a text names it.
constexpr const char *kToFloat = "TorchMVAColumns::ToFloat";

/// What a tree knows of names.
struct TreeNames {
   std::function<std::optional<std::string>(const std::string &name)> fAliasOf; ///< the text, nothing if it is no alias
   std::function<bool(const std::string &name)> fIsBranch;
   std::function<bool(const std::string &name)> fIsNested; ///< a branch of a collection of collections
};

/// The text that TTreeFormula gets for an expression: the expression itself, unless TTreeFormula would end the process
/// (`a%b` where b truncates to zero, also inside of an alias), give another value than docs/expressions.md says (`sqrt`
/// of a negative number, an element that does not exist), or not know a function that it has under another name
/// (`std::abs`). Texts that only TTreeFormula understands are left as they are if nothing of this can happen in them.
/// Throws ExpressionProblem.
std::string TextForTree(const std::string &expression, const TreeNames &names);

/// Throws ExpressionProblem unless an expression consists of nothing but names, numbers, operators, listed functions
/// and methods without arguments: nothing that it calls does more than compute.
void RequirePlain(const Syntax &syntax);

/// Names in an expression that stand for columns, as they are written; names of functions are not among them.
std::vector<std::string> NamesIn(const Syntax &syntax);

} // namespace Internal
} // namespace TorchMVA

#endif
