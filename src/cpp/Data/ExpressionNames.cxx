#include "ExpressionNames.hxx"

#include "TorchMVA/Core/NearestName.hxx"

#include <algorithm>
#include <cctype>

namespace TorchMVA {
namespace Internal {

namespace {

/// Names in an expression that are neither functions nor namespaces.
std::vector<std::string> Identifiers(const std::string &expression)
{
   const auto isName = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; };
   std::vector<std::string> found;
   for (std::size_t i = 0; i < expression.size();) {
      std::size_t end = i;
      while (end < expression.size() && isName(expression[end]))
         ++end;
      const bool isCall = end < expression.size() && (expression[end] == '(' || expression[end] == ':');
      const bool isNumber = std::isdigit(static_cast<unsigned char>(expression[i])) || expression[i] == '.';
      if (end > i && !isCall && !isNumber)
         found.push_back(expression.substr(i, end - i));
      i = std::max(end, i + 1);
   }
   return found;
}

} // namespace

std::string UnknownNames(const std::string &expression, const std::vector<std::string> &names)
{
   std::string text;
   for (const auto &identifier : Identifiers(expression)) {
      if (std::find(names.begin(), names.end(), identifier) == names.end())
         text += "; there is no branch '" + identifier + "'" + DidYouMean(identifier, names);
   }
   return text;
}

} // namespace Internal
} // namespace TorchMVA
