#include "TreeText.hxx"

#include "Core/ExactNumber.hxx"
#include "Functions.hxx"
#include "TClass.h"
#include "TObject.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace TorchMVA {
namespace Internal {

namespace {

using EKind = Syntax::EKind;

/// How deep aliases may be nested; some use themselves.
constexpr int kMaxAliasDepth = 20;
/// TTreeFormula compiles an alias again wherever it is used.
constexpr int kMaxAliases = 500;
/// TTreeFormula computes an inner Sum$ again for each element of an outer one.
constexpr int kMaxLoops = 4;
/// Characters of a text that is not the user's own: the guard of an index repeats the index.
constexpr std::size_t kMaxText = 40000;
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
   explicit Writer(const TreeNames &names) : fNames(names) {}

   std::string TextOf(const std::string &expression)
   {
      RequireBalanced(expression);
      std::optional<Syntax> syntax;
      try {
         syntax = ParseExpression(expression);
      } catch (const ExpressionProblem &) {
         if (!IsHarmless(expression))
            throw;
         return WithAliases(expression);
      }
      RequireNumber(*syntax);
      const bool hasChanged = std::exchange(fHasChanged, false); // of the expression that this one is an alias in
      std::string text = Write(*syntax);
      if (!std::exchange(fHasChanged, hasChanged))
         return expression;
      RequireShort(text);
      return text;
   }

private:
   std::string Write(const Syntax &syntax)
   {
      switch (syntax.fKind) {
      case EKind::kNumber: return Number(syntax);
      case EKind::kText: return '"' + syntax.fText + '"';
      case EKind::kName: return Name(syntax.fText);
      case EKind::kParameter: throw ExpressionProblem("the parameter '[" + syntax.fText + "]' has no value here");
      case EKind::kElement:
      case EKind::kMember:
      case EKind::kMethod: return Value(syntax);
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
      RequireShort(text);
      return text;
   }

   static void RequireShort(const std::string &text)
   {
      if (text.size() > kMaxText)
         throw ExpressionProblem("its indices or aliases are nested too deeply: the text for TTreeFormula has more "
                                 "than " +
                                 std::to_string(kMaxText) + " characters");
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

   // ---- numbers and names ----

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
      if (const auto alias = fNames.fAliasOf(name)) {
         const std::string text = TextOfAlias(*alias);
         return text == *alias ? name : Changed("(" + text + ")");
      }
      if (fNames.fIsBranch(name))
         return name;
      if (IsParametrised(name))
         throw ExpressionProblem("'" + name + "' is a function with parameters, which have no value here");
      if (name == "true" || name == "false")
         return Changed(name == "true" ? "1" : "0");
      return name == "M_PI" ? Changed("pi") : name;
   }

   std::string TextOfAlias(const std::string &alias)
   {
      if (++fAliases > kMaxAliases)
         throw ExpressionProblem("it uses aliases more than " + std::to_string(kMaxAliases) + " times");
      if (++fAliasDepth > kMaxAliasDepth)
         throw ExpressionProblem("its aliases are nested more than " + std::to_string(kMaxAliasDepth) + " times");
      std::string text = TextOf(alias);
      --fAliasDepth;
      return text;
   }

   /// A text that only TTreeFormula understands, with its aliases as they are written elsewhere.
   std::string WithAliases(const std::string &expression)
   {
      const auto isWord = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
      std::string text;
      bool isQuoted = false;
      for (std::size_t begin = 0, end = 0; begin < expression.size(); begin = end) {
         const char before = begin > 0 ? expression[begin - 1] : ' ';
         end = begin + 1;
         while (isWord(expression[begin]) && end < expression.size() && isWord(expression[end]))
            ++end;
         const std::string word = expression.substr(begin, end - begin);
         isQuoted = isQuoted != (word == "\"");
         text += !isQuoted && before != '.' && fNames.fAliasOf(word) ? Name(word) : word;
      }
      return text;
   }

   // ---- elements, members and methods ----

   /// What must hold for an element to exist.
   struct Guards {
      std::string fText;
      bool fIsInTable = false;   ///< an element of a collection of collections
      bool fHasVariable = false; ///< an index is not a plain number

      void Require(const std::string &text) { fText += (fText.empty() ? "" : "&&") + text; }
      /// In Sum$, TTreeFormula does not mix up a table and other collections.
      std::string Element(const std::string &text) const { return fIsInTable ? "Sum$(" + text + ")" : text; }
   };

   /// An element, a member or a method; NaN if it has guards and does not exist. With plain numbers alone it keeps its
   /// number of values, which is 0 then.
   std::string Value(const Syntax &syntax)
   {
      Guards guards;
      const std::string text = Path(syntax, guards);
      if (guards.fText.empty())
         return text;
      const std::string otherwise = guards.fHasVariable ? kNaN : "(0?" + text + ":" + kNaN + ")";
      return Changed("(" + guards.fText + "?" + guards.Element(text) + ":" + otherwise + ")");
   }

   /// A name with members, methods and indices; adds to `guards` what they need.
   std::string Path(const Syntax &syntax, Guards &guards)
   {
      switch (syntax.fKind) {
      case EKind::kElement: return Element(syntax, guards);
      case EKind::kMember: return Path(syntax.fParts.front(), guards) + "." + syntax.fText;
      case EKind::kMethod: return Method(syntax, guards);
      default: return Write(syntax);
      }
   }

   bool IsNested(const Syntax &syntax) { return syntax.fKind == EKind::kName && fNames.fIsNested(syntax.fText); }

   /// Where an element does not exist, TTreeFormula reads outside of the collection, or takes 0, unless all indices are
   /// plain numbers; in collections of collections it does so with these, too.
   std::string Element(const Syntax &syntax, Guards &guards)
   {
      const Syntax *object = &syntax;
      std::vector<const Syntax *> indices; // from the last to the first
      for (; object->IsElement(); object = &object->fParts.front()) {
         fHasChanged = fHasChanged || object->fKind == EKind::kMethod;
         for (std::size_t i = object->fParts.size() - 1; i > 0; --i)
            indices.push_back(&object->fParts[i]);
      }
      std::reverse(indices.begin(), indices.end());
      std::string text = Path(*object, guards);
      const auto isNumber = [](const Syntax *part) { return part->fKind == EKind::kNumber; };
      const bool isNested = IsNested(*object);
      const bool isPlain = guards.fText.empty() && std::all_of(indices.begin(), indices.end(), isNumber) &&
                           !(isNested && indices.size() > 1);
      for (std::size_t i = 0; i < indices.size(); ++i) {
         const std::string index = Write(*indices[i]);
         if (!isNumber(indices[i])) {
            guards.Require("0<=int(" + index + ")");
            guards.fHasVariable = true;
         }
         if (!isPlain && i == 0 && isNested)
            guards.Require("int(" + index + ")<" + text + "@.size()");
         else if (!isPlain && i + 1 == indices.size())
            guards.Require("int(" + index + ")<Length$(" + text + ")");
         text += "[" + index + "]";
      }
      guards.fIsInTable = guards.fIsInTable || (isNested && indices.size() > 1);
      return text;
   }

   std::string Method(const Syntax &syntax, Guards &guards)
   {
      if (syntax.IsElement())
         return Element(syntax, guards);
      const std::string object = Path(syntax.fParts.front(), guards);
      if (syntax.fNumber == 1)
         return "@" + object + "." + syntax.fText + Arguments(syntax, 1);
      if (IsOneOf(syntax.fText, {"size", "empty"}) && syntax.fParts.size() == 1)
         return Changed("(" + (IsNested(syntax.fParts.front()) ? object + "@.size()" : "Length$(" + object + ")") +
                        (syntax.fText == "empty" ? "==0)" : ")"));
      return object + "." + syntax.fText + Arguments(syntax, 1);
   }

   // ---- functions and operators ----

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
      fHasChanged = fHasChanged || syntax.fNumber == 1; // TTreeFormula takes `(int)x` for x
      if (IsParametrised(name))
         throw ExpressionProblem("'" + name + "' is a function with parameters, which have no value here");
      if (IsOneOf(name, {"Alt$", "Length$"}) && !syntax.fParts.empty())
         return OfElement(syntax);
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
      if (IsOneOf(name, {"float", "Float_t"}))
         return Changed(kToFloat + arguments);
      if (IsOneOf(name, {"long", "Int_t"}))
         return Changed("int" + arguments);
      if (name == "bool")
         return Changed("(" + arguments + "!=0)");
      if (IsOneOf(name, {"Sum", "Min", "Max"}))
         return Changed(name + "$" + arguments);
      return name + arguments;
   }

   /// Alt$ and Length$. An element whose index is not a plain number always has a value for TTreeFormula.
   std::string OfElement(const Syntax &syntax)
   {
      Guards guards;
      const std::string element = Path(syntax.fParts.front(), guards);
      std::string rest;
      for (std::size_t i = 1; i < syntax.fParts.size(); ++i)
         rest += "," + Write(syntax.fParts[i]);
      if (guards.fText.empty())
         return syntax.fText + "(" + element + rest + ")";
      if (syntax.fText == "Length$")
         return Changed("(" + guards.fText + "?Length$(" + element + "):0)");
      const std::string value = "(" + guards.fText + "?" + guards.Element(element) + ":";
      return Changed("Alt$(" + value + (rest.empty() ? kNaN : rest.substr(1)) + ")" + rest + ")");
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
      if (IsOneOf(sign, {"+", "*", "/"}))
         return part(0) && part(1);
      return IsOneOf(sign, {"<", ">", "<=", ">=", "==", "!=", "&&", "||"});
   }

   const TreeNames &fNames;
   int fAliases = 0;         ///< that were written so far
   int fAliasDepth = 0;      ///< aliases around the present part
   int fLoops = 0;           ///< of Sum$ and the like around the present part
   bool fHasChanged = false; ///< the text is not the one that was written by the user
};

} // namespace

std::string TextForTree(const std::string &expression, const TreeNames &names)
{
   return names.fIsBranch(expression) ? expression : Writer(names).TextOf(expression);
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
