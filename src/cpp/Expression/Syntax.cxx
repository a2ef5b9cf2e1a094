#include "Syntax.hxx"

#include "Functions.hxx"
#include "TClass.h"
#include "TObject.h"

namespace TorchMVA {
namespace Internal {

using EKind = Syntax::EKind;

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
