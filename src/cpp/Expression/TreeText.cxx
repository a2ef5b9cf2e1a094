#include "TreeText.hxx"

#include "Core/ExactNumber.hxx"
#include "Functions.hxx"
#include "TClass.h"
#include "TObject.h"

#include <algorithm>
#include <cctype>

namespace TorchMVA {
namespace Internal {

namespace {

using EKind = Syntax::EKind;

constexpr int kMaxAliases = 20;
/// TTreeFormula computes an inner Sum$ again for each element of an outer one.
constexpr int kMaxLoops = 4;
/// Characters of the text of one element.
constexpr std::size_t kMaxText = 20000;
constexpr const char *kNaN = "fmod(1,0)";
constexpr const char *kStandard = "std::";

/// gaus, xexpo, landau(0), pol2, ...: TTreeFormula accepts them and computes nothing.
bool IsParametrised(const std::string &name)
{
   for (const char *function : {"gausn", "gaus", "expo", "landaun", "landau", "pol"}) {
      const auto at = name.find(function);
      if (at == std::string::npos || at > 2 || name.find_first_not_of("xyzt") < at)
         continue;
      const std::string rest = name.substr(at + std::string(function).size());
      if (std::string(function) == "pol" ? !rest.empty() && rest.find_first_not_of("0123456789") == std::string::npos
                                         : rest.empty())
         return true;
   }
   return false;
}

/// Writes an expression for TTreeFormula.
class Writer {
public:
   Writer(const AliasOf_t &aliasOf, const std::function<bool(const std::string &)> &isKnown, int nAliases)
      : fAliasOf(aliasOf), fIsKnown(isKnown), fNAliases(nAliases)
   {
   }

   std::string TextOf(const std::string &expression)
   {
      RequireBalanced(expression);
      std::optional<Syntax> syntax;
      try {
         syntax = ParseExpression(expression);
      } catch (const ExpressionProblem &) {
         if (!IsHarmless(expression))
            throw;
         return expression;
      }
      RequireNumber(*syntax);
      const std::string text = Write(*syntax);
      return fHasChanged ? text : expression;
   }

private:
   std::string Write(const Syntax &syntax)
   {
      switch (syntax.fKind) {
      case EKind::kNumber: return Number(syntax);
      case EKind::kText: return '"' + syntax.fText + '"';
      case EKind::kName: return Name(syntax.fText);
      case EKind::kParameter: throw ExpressionProblem("the parameter '[" + syntax.fText + "]' has no value here");
      case EKind::kElement: return Element(syntax);
      case EKind::kMember: return Write(syntax.fParts.front()) + "." + syntax.fText;
      case EKind::kMethod: return Method(syntax);
      case EKind::kCall: return Call(syntax);
      case EKind::kUnary: return "(" + syntax.fText + Write(syntax.fParts.front()) + ")";
      case EKind::kBinary: return Binary(syntax);
      case EKind::kConditional:
         return "(" + Write(syntax.fParts[0]) + "?" + Write(syntax.fParts[1]) + ":" + Write(syntax.fParts[2]) + ")";
      }
      return "";
   }

   std::string Changed(std::string text)
   {
      fHasChanged = true;
      return text;
   }

   std::string Number(const Syntax &syntax)
   {
      const std::string &text = syntax.fText;
      const bool isHexadecimal = text.compare(0, 2, "0x") == 0 || text.compare(0, 2, "0X") == 0;
      const std::size_t other = isHexadecimal ? text.find_first_not_of("0123456789abcdefABCDEF", 2)
                                              : text.find_first_not_of("0123456789.eE+-");
      return other == std::string::npos ? text : Changed(ExactNumber(syntax.fNumber)); // a suffix of C++
   }

   std::string Name(const std::string &name)
   {
      if (const auto alias = fAliasOf(name)) {
         const std::string text = TextOfAlias(*alias);
         return text == *alias ? name : Changed("(" + text + ")");
      }
      if (fIsKnown(name))
         return name;
      if (IsParametrised(name))
         throw ExpressionProblem("'" + name + "' is a function with parameters, which have no value here");
      if (name == "true" || name == "false")
         return Changed(name == "true" ? "1" : "0");
      return name == "M_PI" ? Changed("pi") : name;
   }

   std::string TextOfAlias(const std::string &alias)
   {
      if (fNAliases >= kMaxAliases)
         return alias;
      Writer writer(fAliasOf, fIsKnown, fNAliases + 1);
      return writer.TextOf(alias);
   }

   static void RequireNumber(const Syntax &syntax)
   {
      if (syntax.fKind == EKind::kText)
         throw ExpressionProblem("a text in quotation marks can only be compared with a column");
   }

   /// True if nothing that has to be written otherwise can be in a text that only TTreeFormula understands.
   static bool IsHarmless(const std::string &expression)
   {
      bool isText = false;
      char last = '(';
      for (const char c : expression) {
         isText = isText != (c == '"');
         // a bracket that is no index is a parameter
         const bool isIndex = std::isalnum(static_cast<unsigned char>(last)) || std::string("_$].@").find(last) < 5;
         if (!isText && (c == '%' || (c == '[' && !isIndex)))
            return false;
         if (c != ' ')
            last = c;
      }
      const bool isOneText =
         !expression.empty() && expression.front() == '"' && expression.find('"', 1) == expression.size() - 1;
      return !isOneText && expression.find("sqrt(") == std::string::npos;
   }

   /// TTreeFormula reads past the end of a collection if the index is not a plain number.
   std::string Element(const Syntax &syntax)
   {
      std::string text = Write(syntax.fParts.front());
      const std::string base = text;
      const std::string first = Write(syntax.fParts[1]);
      text += "[" + first + "]";
      for (std::size_t i = 2; i < syntax.fParts.size(); ++i)
         text += "[" + Write(syntax.fParts[i]) + "]";
      if (text.size() > kMaxText) // each level has the text of its index three times
         throw ExpressionProblem("its indices are nested too deeply");
      if (syntax.fParts.size() > 2 || syntax.fParts[1].fKind == EKind::kNumber)
         return text;
      const std::string index = "int(" + first + ")";
      return Changed("(0<=" + index + "&&" + index + "<Length$(" + base + ")?" + text + ":" + kNaN + ")");
   }

   std::string Method(const Syntax &syntax)
   {
      const std::string object = Write(syntax.fParts.front());
      if (syntax.fNumber == 1)
         return "@" + object + "." + syntax.fText + Arguments(syntax, 1);
      if (IsOneOf(syntax.fText, {"size", "empty"}) && syntax.fParts.size() == 1)
         return Changed("(Length$(" + object + ")" + (syntax.fText == "empty" ? "==0)" : ")"));
      if (syntax.fText == "at" && syntax.fParts.size() == 2)
         return Changed(Element({EKind::kElement, "", 0, syntax.fParts}));
      return object + "." + syntax.fText + Arguments(syntax, 1);
   }

   std::string Arguments(const Syntax &syntax, std::size_t first)
   {
      std::string text;
      for (std::size_t i = first; i < syntax.fParts.size(); ++i)
         text += (text.empty() ? "" : ",") + Write(syntax.fParts[i]);
      return "(" + text + ")";
   }

   std::string Call(const Syntax &syntax)
   {
      const bool isStandard = syntax.fText.compare(0, 5, kStandard) == 0;
      const std::string name = isStandard ? Changed(syntax.fText.substr(5)) : syntax.fText;
      if (IsParametrised(name))
         throw ExpressionProblem("'" + name + "' is a function with parameters, which have no value here");
      const bool isLoop = IsOneOf(name, {"Sum$", "Min$", "Max$", "MinIf$", "MaxIf$", "Sum", "Min", "Max"});
      fLoops += isLoop;
      if (fLoops > kMaxLoops)
         throw ExpressionProblem("more than " + std::to_string(kMaxLoops) + " of Sum$, Min$ and Max$ are nested");
      const std::string arguments = Arguments(syntax, 0);
      fLoops -= isLoop;
      if (name == "sqrt" && syntax.fParts.size() == 1 && !IsNotNegative(syntax.fParts.front()))
         return Changed("TMath::Sqrt" + arguments);
      if (IsOneOf(name, {"double", "Double_t"}))
         return Changed(arguments);
      if (IsOneOf(name, {"long", "Int_t"}))
         return Changed("int" + arguments);
      if (name == "bool")
         return Changed("(" + arguments + "!=0)");
      if (IsOneOf(name, {"Sum", "Min", "Max"}))
         return Changed(name + "$" + arguments);
      return name + arguments;
   }

   std::string Binary(const Syntax &syntax)
   {
      const std::string left = Write(syntax.fParts[0]), right = Write(syntax.fParts[1]);
      if (syntax.fText == "%" && !(syntax.fParts[1].fKind == EKind::kNumber && syntax.fParts[1].fNumber >= 1))
         return Changed("fmod(int(" + left + "),int(" + right + "))");
      return "(" + left + syntax.fText + right + ")";
   }

   /// True if a value cannot be negative, whatever the event.
   bool IsNotNegative(const Syntax &syntax)
   {
      const auto part = [&](std::size_t i) { return IsNotNegative(syntax.fParts[i]); };
      switch (syntax.fKind) {
      case EKind::kNumber: return syntax.fNumber >= 0;
      case EKind::kConditional: return part(1) && part(2);
      case EKind::kUnary: return syntax.fText == "!";
      case EKind::kCall:
         if (IsOneOf(syntax.fText, {"pow", "TMath::Power"}) && syntax.fParts.size() == 2)
            return syntax.fParts[1].Is(EKind::kNumber, "2") || syntax.fParts[1].Is(EKind::kNumber, "4");
         return IsOneOf(syntax.fText, {"abs", "fabs", "exp", "sq", "sqrt", "hypot", "cosh", "TMath::Abs", "TMath::Exp",
                                       "TMath::Sq", "TMath::Sqrt", "TMath::Hypot", "std::abs", "std::exp"});
      case EKind::kBinary: break;
      default: return false;
      }
      const std::string &sign = syntax.fText;
      if (sign == "^")
         return syntax.fParts[1].Is(EKind::kNumber, "2") || syntax.fParts[1].Is(EKind::kNumber, "4");
      if (sign == "*" && syntax.fParts[0] == syntax.fParts[1])
         return true;
      if (sign == "+" || sign == "*" || sign == "/")
         return part(0) && part(1);
      return !IsOneOf(sign, {"-", "%"}); // comparisons and bits
   }

   const AliasOf_t &fAliasOf;
   const std::function<bool(const std::string &)> &fIsKnown;
   int fNAliases;
   int fLoops = 0;           ///< of Sum$ and the like around the present part
   bool fHasChanged = false; ///< the text is not the one that was written by the user
};

} // namespace

std::string TextForTree(const std::string &expression, const AliasOf_t &aliasOf,
                        const std::function<bool(const std::string &)> &isKnown)
{
   if (isKnown(expression))
      return expression;
   return Writer(aliasOf, isKnown, 0).TextOf(expression);
}

void RequirePlain(const Syntax &syntax)
{
   if (syntax.fKind == EKind::kCall && !IsFunction(syntax.fText) &&
       !IsOneOf(syntax.fText,
                {"Sum$", "Min$", "Max$", "MinIf$", "MaxIf$", "Length$", "Alt$", "strstr", "Sum", "Min", "Max"}))
      throw ExpressionProblem("the function '" + syntax.fText + "' is not one of those that are known");
   const bool isElement = syntax.fText == "at" && syntax.fParts.size() == 2;
   if (syntax.fKind == EKind::kMethod && syntax.fParts.size() > 1 && !isElement)
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
