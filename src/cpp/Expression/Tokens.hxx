#ifndef TORCHMVA_SRC_EXPRESSION_TOKENS_HXX
#define TORCHMVA_SRC_EXPRESSION_TOKENS_HXX

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// A word of an expression.
struct Token {
   enum class EKind { kNumber, kText, kName, kParameter, kSign, kEnd };
   EKind fKind;
   std::string fText; ///< `::` is part of a name; `**` reads `^`, `=<` and `=>` read `<=` and `>=`, `->` reads `.`
   double fNumber = 0;
};

/// The words of an expression; the last one is kEnd. With `parameters` an opening bracket, where a value is expected,
/// begins the name of a parameter. Throws ExpressionProblem.
std::vector<Token> SplitIntoTokens(const std::string &text, bool parameters);

} // namespace Internal
} // namespace TorchMVA

#endif
