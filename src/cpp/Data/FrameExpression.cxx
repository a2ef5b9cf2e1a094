#include "FrameExpression.hxx"

#include "ExpressionNames.hxx"
#include "SafeNames.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cctype>

namespace TorchMVA {
namespace Internal {

namespace {

/// Nothing but a name of a column: what the compiler would say of it is known, and need not be on the terminal.
bool IsName(const std::string &text)
{
   return text != "true" && text != "false" &&
          std::all_of(text.begin(), text.end(),
                      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }) &&
          !std::isdigit(static_cast<unsigned char>(text.front()));
}

} // namespace

std::string ColumnOf(ROOT::RDF::RNode &node, const std::string &expression, const std::string &newName,
                     const std::string &what, const std::string &place)
{
   const auto fail = [&](const std::string &why) {
      throw Error(EErrorCode::kExpression, "cannot evaluate " + what + " '" + expression + "' in " + place + why,
                  {{"expression", expression}, {"where", place}});
   };
   if (expression.find_first_not_of(" \t\n") == std::string::npos)
      fail(": it is empty");
   if (node.HasColumn(expression))
      return expression;
   const std::string unknown = UnknownNames(expression, node.GetColumnNames());
   if (IsName(expression) && !unknown.empty())
      fail(unknown);
   try {
      node = node.Define(newName, WithSafeNames(node, expression));
   } catch (const std::exception &) { // the compiler's words are on the terminal
      fail(unknown);
   }
   return newName;
}

} // namespace Internal
} // namespace TorchMVA
