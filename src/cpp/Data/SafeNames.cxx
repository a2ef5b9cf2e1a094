#include "SafeNames.hxx"

#include <cctype>

namespace TorchMVA {
namespace Internal {

namespace {

bool IsNameChar(char c)
{
   return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

bool EndsWith(const std::string &text, const std::string &end)
{
   return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// "var" and a number.
bool IsUnsafe(const std::string &name)
{
   return name.size() > 3 && name.compare(0, 3, "var") == 0 &&
          name.find_first_not_of("0123456789", 3) == std::string::npos;
}

} // namespace

std::string WithSafeNames(ROOT::RDF::RNode &node, const std::string &expression)
{
   std::string safe;
   for (std::size_t i = 0; i < expression.size();) {
      std::size_t end = i;
      while (end < expression.size() && IsNameChar(expression[end]))
         ++end;
      if (end == i) {
         safe += expression[i++];
         continue;
      }
      const std::string name = expression.substr(i, end - i);
      const bool isMember = safe.size() > 0 && (safe.back() == '.' || EndsWith(safe, "->") || EndsWith(safe, "::"));
      if (IsUnsafe(name) && !isMember && node.HasColumn(name)) {
         const std::string alias = "rdftorchmva_" + name + "_"; // ROOT lists no columns of such names
         if (!node.HasColumn(alias))
            node = node.Define(alias, name); // one column is no danger; an alias would be resolved too early
         safe += alias;
      } else {
         safe += name;
      }
      i = end;
   }
   return safe;
}

} // namespace Internal
} // namespace TorchMVA
