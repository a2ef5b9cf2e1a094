#ifndef TORCHMVA_SRC_EXPRESSION_TREETEXT_HXX
#define TORCHMVA_SRC_EXPRESSION_TREETEXT_HXX

#include "Syntax.hxx"

#include <functional>
#include <optional>
#include <string>
#include <vector>

class TClass;

namespace TorchMVA {
namespace Internal {

/// The function that a text for TTreeFormula calls for `float(x)`, which TTreeFormula does not have. It must be declared
/// to the interpreter if a text names it.
constexpr const char *kToFloat = "TorchMVAColumns::ToFloat";

/// What a text stands for in a tree.
struct TreeValue {
   enum class EKind {
      kUnknown, ///< TTreeFormula does not understand the text
      kNumber,
      kBytes, ///< an array of whole numbers of 8 bits, or an element of it: TTreeFormula takes it for a text
      kText,
      kObject
   };
   EKind fKind = EKind::kUnknown;
   std::string fClass; ///< of an object
};

/// What a tree knows of names.
struct TreeNames {
   AliasOf_t fAliasOf;
   std::function<bool(const std::string &name)> fIsBranch;
   std::function<bool(const std::string &name)> fIsNested;     ///< a branch of a collection of collections
   std::function<bool(const std::string &text)> fIsCollection; ///< with a value per element
   std::function<TreeValue(const std::string &text)> fValueOf; ///< one value of a text, if it has several
   /// Of the value of a text; nullptr if it is no object. TTreeFormula ends the process if a number is asked for a member.
   std::function<const TClass *(const std::string &text)> fClassOf;
   bool fMustBeConst = false; ///< methods that may change their object are refused
};

/// What TTreeFormula gets for an expression.
struct TreeText {
   std::string fText;
   std::string fGuard; ///< a text, too: not 0 where all elements exist that fText reads; empty if they need no guard
};

/// The text that TTreeFormula gets for an expression: the expression itself, unless TTreeFormula would end the process
/// (`a%b` where b truncates to zero, also inside of an alias), give another value than docs/expressions.md says (`sqrt`
/// of a negative number, an element that does not exist), or not know a function that it has under another name
/// (`std::abs`). The whole text may also be the name of a branch, whatever its characters.
/// Where an element does not exist, TTreeFormula has no value if all indices are plain numbers; otherwise it reads any
/// memory, and the text must not be evaluated where its guard is 0. A NaN in place of the element is not enough, since a
/// comparison or a condition around it gives a number.
/// Throws ExpressionProblem.
TreeText TextForTree(const std::string &expression, const TreeNames &names);

} // namespace Internal
} // namespace TorchMVA

#endif
