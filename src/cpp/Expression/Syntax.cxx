#include "Syntax.hxx"

#include "Functions.hxx"
#include "TClass.h"
#include "TObject.h"

namespace TorchMVA {
namespace Internal {

using EKind = Syntax::EKind;

namespace {

class AliasExpander {
public:
   explicit AliasExpander(const AliasOf_t &aliasOf) : fAliasOf(aliasOf) {}

   void Expand(Syntax &syntax, int depth)
   {
      for (std::size_t i = 0; i < syntax.fParts.size(); ++i) {
         const std::string before =
            i == 0 && syntax.IsPath() && syntax.fParts[i].fKind == EKind::kName ? syntax.fParts[i].fText : "";
         Expand(syntax.fParts[i], depth);
         const Syntax &part = syntax.fParts[i];
         if (!before.empty() && part.fKind != EKind::kName && !part.IsPath())
            throw ExpressionProblem("the alias '" + before + "' is an expression: it has no elements or members");
      }
      if (syntax.fKind != EKind::kName)
         return;
      const auto alias = fAliasOf(syntax.fText);
      if (!alias)
         return;
      if (++fNumber > kMaxAliases)
         throw ExpressionProblem("it uses aliases more than " + std::to_string(kMaxAliases) + " times");
      if (depth == kMaxAliasDepth)
         throw ExpressionProblem("its aliases are nested more than " + std::to_string(kMaxAliasDepth) + " times");
      syntax = ParseExpression(*alias);
      Expand(syntax, depth + 1);
   }

private:
   const AliasOf_t &fAliasOf;
   int fNumber = 0;
};

} // namespace

void ExpandAliases(Syntax &syntax, const AliasOf_t &aliasOf)
{
   AliasExpander(aliasOf).Expand(syntax, 0);
}

void RequirePlain(const Syntax &syntax)
{
   if (syntax.fKind == EKind::kCall && !IsFunction(syntax.fText) &&
       !IsOneOf(syntax.fText,
                {"Sum$", "Min$", "Max$", "MinIf$", "MaxIf$", "Length$", "Alt$", "strstr", "Sum", "Min", "Max"}))
      throw ExpressionProblem("the function '" + syntax.fText + "' is not one of those that are known");
   if (syntax.fKind == EKind::kMethod && syntax.fParts.size() > 1 && !syntax.IsElement())
      throw ExpressionProblem("the method '" + syntax.fText + "' has arguments");
   if (syntax.fKind == EKind::kMethod && TObject::Class()->GetMethodAny(syntax.fText.c_str()))
      throw ExpressionProblem("the method '" + syntax.fText + "' may do more than compute");
   for (const Syntax &part : syntax.fParts)
      RequirePlain(part);
}

std::vector<std::string> NamesIn(const Syntax &syntax)
{
   std::vector<std::string> names;
   if (syntax.fKind == EKind::kName && syntax.fText.find('$') == std::string::npos)
      names.push_back(syntax.fText);
   for (const Syntax &part : syntax.fParts) {
      const auto more = NamesIn(part);
      names.insert(names.end(), more.begin(), more.end());
   }
   return names;
}

} // namespace Internal
} // namespace TorchMVA
