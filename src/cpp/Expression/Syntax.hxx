#ifndef TORCHMVA_SRC_EXPRESSION_SYNTAX_HXX
#define TORCHMVA_SRC_EXPRESSION_SYNTAX_HXX

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Says why a text is no expression, or why an expression cannot be evaluated. Callers turn it into an Error that
/// names the expression and its place.
class ExpressionProblem : public std::runtime_error {
public:
   using std::runtime_error::runtime_error;
};

/// An expression as a tree (docs/expressions.md).
struct Syntax {
   enum class EKind {
      kNumber,    ///< fNumber; fText as written
      kText,      ///< fText, a string without its quotation marks
      kName,      ///< fText: a column, such as `pt` or `event.pt`, or a special name, such as `Entry$`
      kParameter, ///< fText: the name in `[name]`
      kElement,   ///< fParts: a collection, then its indices; fNumber: 1 if it is written as `v.front()` or `v.back()`
      kMember,    ///< fParts[0]: an element; fText: a member of it
      kMethod,    ///< fParts[0]: an object, then arguments; fText: name; fNumber: 1 for `@`, the whole collection
      kCall,      ///< fText: a function; fParts: arguments; fNumber: 1 if it is written as `(int)x`
      kUnary,     ///< fText: "-" or "!"
      kBinary,    ///< fText: operator; two parts
      kConditional, ///< condition, value if it is true, value if it is false
   };

   EKind fKind;
   std::string fText;
   double fNumber = 0;
   std::vector<Syntax> fParts;

   bool Is(EKind kind, const char *text) const { return fKind == kind && fText == text; }
   /// True for `v[i]` and for `v.at(i)`: a collection, then its indices.
   bool IsElement() const
   {
      return fKind == EKind::kElement || (Is(EKind::kMethod, "at") && fNumber == 0 && fParts.size() == 2);
   }
   /// True for an element, a member or a method: what stands behind a name.
   bool IsPath() const { return fKind == EKind::kElement || fKind == EKind::kMember || fKind == EKind::kMethod; }
   bool operator==(const Syntax &other) const
   {
      return fKind == other.fKind && fText == other.fText && fNumber == other.fNumber && fParts == other.fParts;
   }
};

inline bool IsOneOf(const std::string &text, std::initializer_list<const char *> list)
{
   return std::any_of(list.begin(), list.end(), [&text](const char *one) { return text == one; });
}

/// What the operators of an expression mean.
enum class ELanguage {
   kFormula, ///< of variables, cuts and weights: TTreeFormula's
   kSplit    ///< of SplitExpr, with spectators in brackets, and of figures of merit: C++'s
};

/// Reads an expression. Throws ExpressionProblem.
Syntax ParseExpression(const std::string &text, ELanguage language = ELanguage::kFormula);

/// Throws ExpressionProblem if parentheses, brackets or quotation marks do not match.
void RequireBalanced(const std::string &text);

/// Throws ExpressionProblem unless an expression consists of nothing but names, numbers, operators, listed functions
/// and methods without arguments that TObject does not have. On a tree methods must be const, too (TreeNames).
void RequirePlain(const Syntax &syntax);

/// How deep aliases may be nested; some use themselves.
inline constexpr int kMaxAliasDepth = 20;
/// How often an expression may use them, also in aliases.
inline constexpr int kMaxAliases = 500;

/// The expression that a name stands for, nothing if it is no alias.
using AliasOf_t = std::function<std::optional<std::string>(const std::string &name)>;

/// Puts what they stand for in the place of aliases. Throws ExpressionProblem.
void ExpandAliases(Syntax &syntax, const AliasOf_t &aliasOf);

/// Names in an expression that stand for columns, as they are written; names of functions are not among them.
std::vector<std::string> NamesIn(const Syntax &syntax);

} // namespace Internal
} // namespace TorchMVA

#endif
