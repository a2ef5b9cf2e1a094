#include "TreeText.hxx"

#include "Core/ExactNumber.hxx"
#include "Functions.hxx"
#include "TClass.h"
#include "TList.h"
#include "TMethod.h"
#include "TVirtualCollectionProxy.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace TorchMVA {
namespace Internal {

namespace {

using EKind = Syntax::EKind;
using EValue = TreeValue::EKind;

/// TTreeFormula computes an inner Sum$ again for each element of an outer one.
constexpr int kMaxLoops = 4;
/// TTreeFormula computes an index again for each index around it.
constexpr int kMaxIndices = 8;
/// Characters of a text that is not the user's own, and of its guard: the guard of an index repeats the index.
constexpr std::size_t kMaxText = 40000;

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

   TreeText Write(const std::string &expression)
   {
      std::string text = TextOf(expression, false);
      return {std::move(text), fGuard};
   }

private:
   /// Adds to the guard what must hold for the elements in the expression to exist. `isAny`: it may be a text or an
   /// object.
   std::string TextOf(const std::string &expression, bool isAny)
   {
      RequireBalanced(expression);
      std::optional<Syntax> syntax;
      try {
         syntax = ParseExpression(expression);
      } catch (const ExpressionProblem &) {
         if (!fNames.fIsBranch(expression)) // whose name may have any characters
            throw;
         return expression;
      }
      RequireColumn(*syntax);
      // of the expression that this one is an alias in
      const bool hasChanged = std::exchange(fHasChanged, HasIndexInParentheses(expression));
      std::string text = isAny ? WriteAny(*syntax) : Write(*syntax);
      if (!std::exchange(fHasChanged, hasChanged))
         return expression;
      RequireShort(text);
      return text;
   }

   /// A number, or one for each element of a collection.
   std::string Write(const Syntax &syntax)
   {
      switch (syntax.fKind) {
      case EKind::kNumber: return Number(syntax);
      case EKind::kText: RequireColumn(syntax); break;
      case EKind::kName: return Name(syntax.fText, false);
      case EKind::kParameter: throw ExpressionProblem("the parameter '[" + syntax.fText + "]' has no value here");
      case EKind::kElement:
      case EKind::kMember:
      case EKind::kMethod: return Value(syntax, false);
      case EKind::kCall: return Call(syntax);
      case EKind::kUnary: return "(" + syntax.fText + Write(syntax.fParts.front()) + ")";
      case EKind::kBinary: return Binary(syntax);
      case EKind::kConditional: return Conditional(syntax);
      }
      return "";
   }

   /// The same, or a text or an object.
   std::string WriteAny(const Syntax &syntax)
   {
      if (syntax.fKind == EKind::kText)
         return '"' + syntax.fText + '"';
      if (syntax.fKind == EKind::kName)
         return Name(syntax.fText, true);
      return syntax.IsPath() ? Value(syntax, true) : Write(syntax);
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

   /// TTreeFormula takes `v[(1)]` for an element whose index is an expression.
   static bool HasIndexInParentheses(std::string expression)
   {
      expression.erase(std::remove(expression.begin(), expression.end(), ' '), expression.end());
      return expression.find("[(") != std::string::npos;
   }

   static void RequireColumn(const Syntax &syntax)
   {
      if (syntax.fKind == EKind::kText)
         throw ExpressionProblem("a text in quotation marks can only be compared with a column");
   }

   /// The text of a number. Of a text or an object TTreeFormula takes an address, or 0.
   std::string NumberOf(const std::string &text)
   {
      const TreeValue value = fNames.fValueOf(text);
      if (value.fKind == EValue::kText)
         throw ExpressionProblem("'" + text + "' is a text; it can only be compared with a text");
      if (value.fKind == EValue::kObject)
         throw ExpressionProblem("'" + text + "' is an object of class " + value.fClass +
                                 ": expected a number, such as a member of it");
      return value.fKind == EValue::kBytes ? Changed("(" + text + "+0)") : text;
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

   std::string Name(const std::string &name, bool isAny)
   {
      if (const auto alias = fNames.fAliasOf(name)) {
         const std::string text = TextOfAlias(*alias, isAny);
         return text == *alias ? name : Changed("(" + text + ")");
      }
      if (fNames.fIsBranch(name))
         return isAny ? name : NumberOf(name);
      if (IsParametrised(name))
         throw ExpressionProblem("'" + name + "' is a function with parameters, which have no value here");
      if (name == "true" || name == "false")
         return Changed(name == "true" ? "1" : "0");
      if (name == "M_PI")
         return Changed("pi");
      return isAny ? name : NumberOf(name);
   }

   std::string TextOfAlias(const std::string &alias, bool isAny)
   {
      if (++fAliases > kMaxAliases)
         throw ExpressionProblem("it uses aliases more than " + std::to_string(kMaxAliases) + " times");
      if (++fAliasDepth > kMaxAliasDepth)
         throw ExpressionProblem("its aliases are nested more than " + std::to_string(kMaxAliasDepth) + " times");
      std::string text = TextOf(alias, isAny);
      --fAliasDepth;
      return text;
   }

   // ---- guards ----

   /// A text, and what must hold for its elements to exist: nothing if they always do.
   struct Guarded {
      std::string fText;
      std::string fGuard;
   };

   /// A part that is not always evaluated, or more than once: its guard is no guard of the text around it.
   Guarded WriteApart(const Syntax &syntax)
   {
      const std::string outer = std::exchange(fGuard, "");
      std::string text = Write(syntax);
      return {std::move(text), std::exchange(fGuard, outer)};
   }

   /// In the order of the evaluation: a guard that reads an element itself is only evaluated if that exists.
   void Require(const std::string &guard)
   {
      if (!guard.empty())
         fGuard = Changed(fGuard.empty() ? guard : fGuard + "&&" + guard);
   }

   /// The guards of two parts one of which is evaluated.
   void RequireOneOf(const std::string &condition, const std::string &yes, const std::string &no)
   {
      if (!yes.empty() || !no.empty())
         Require("(" + condition + "?" + OrTrue(yes) + ":" + OrTrue(no) + ")");
   }

   static std::string OrTrue(const std::string &guard) { return guard.empty() ? "1" : guard; }

   /// 0 also where an index of plain numbers in the guard itself asks for an element that does not exist.
   static std::string Holds(const std::string &guard) { return "Sum$(" + guard + ")"; }

   /// `value` as often as a text has values; the text is not evaluated.
   static std::string ForEach(const std::string &text, const char *value) { return "(0?" + text + ":" + value + ")"; }

   /// True if a part has a value for each element of a collection. A row of a table exists as a whole or not at all.
   bool IsCollection(const Syntax &syntax, const Guarded &part)
   {
      return fNames.fIsCollection(part.fText) && !(syntax.IsPath() && !fNames.fIsCollection(part.fGuard));
   }

   // ---- elements, members and methods ----

   /// What the path to an element has come across.
   struct Found {
      bool fIsGuarded = false; ///< an element may not exist
      bool fIsInTable = false; ///< an element of a collection of collections
   };

   /// An element, a member or a method. Beside a collection, TTreeFormula mixes up the numbers of values of an element
   /// whose index is an expression, and of an element of a table; in Min$ (of one value) it does not.
   std::string Value(const Syntax &syntax, bool isAny)
   {
      Found found;
      std::string text = Path(syntax, found);
      if (!isAny)
         text = NumberOf(text);
      if (!found.fIsGuarded || (isAny && fNames.fValueOf(text).fKind != EValue::kNumber))
         return text;
      const bool isCollection = fNames.fIsCollection(text);
      if (found.fIsInTable && isCollection)
         throw ExpressionProblem("an index in a collection of collections is a collection");
      if (isCollection)
         return text;
      if (HasInstance(syntax)) // that of Min$ would be another
         throw ExpressionProblem("an index has Iteration$ or Length$");
      return Changed("Min$(" + text + ")");
   }

   static bool HasInstance(const Syntax &syntax)
   {
      return syntax.Is(EKind::kName, "Iteration$") || syntax.Is(EKind::kName, "Length$") ||
             std::any_of(syntax.fParts.begin(), syntax.fParts.end(), HasInstance);
   }

   /// A name with members, methods and indices.
   std::string Path(const Syntax &syntax, Found &found)
   {
      switch (syntax.fKind) {
      case EKind::kElement: return Element(syntax, found);
      case EKind::kMember: return Object(syntax, found) + "." + syntax.fText;
      case EKind::kMethod: return Method(syntax, found);
      default: return WriteAny(syntax);
      }
   }

   /// What a member or method belongs to, behind a method; TTreeFormula finds out about others by itself.
   std::string Object(const Syntax &syntax, Found &found)
   {
      const Syntax &object = syntax.fParts.front();
      std::string text = Path(object, found);
      if (HasMethod(object) && !fNames.fClassOf(text))
         throw ExpressionProblem("'" + text + "' is no object: it has no '" + syntax.fText + "'");
      return text;
   }

   static bool HasMethod(const Syntax &syntax)
   {
      const bool isPath = syntax.fKind == EKind::kElement || syntax.fKind == EKind::kMember;
      return syntax.fKind == EKind::kMethod || (isPath && HasMethod(syntax.fParts.front()));
   }

   /// True if a method cannot change its object. Those of a whole collection are known by their names.
   bool IsConst(const Syntax &method, const std::string &object)
   {
      if (IsOneOf(method.fText, {"size", "empty"}))
         return true;
      if (method.fNumber == 1)
         return IsOneOf(method.fText, {"GetEntries", "GetEntriesFast"});
      const TClass *type = fNames.fClassOf(object);
      if (type && type->GetCollectionProxy())
         type = type->GetCollectionProxy()->GetValueClass();
      if (!type)
         return false;
      for (const TObject *other : *const_cast<TClass *>(type)->GetListOfAllPublicMethods()) {
         if (method.fText == other->GetName() && (static_cast<const TMethod *>(other)->Property() & kIsConstMethod))
            return true;
      }
      return false;
   }

   bool IsNested(const Syntax &syntax) { return syntax.fKind == EKind::kName && fNames.fIsNested(syntax.fText); }

   /// Where an element does not exist, TTreeFormula reads outside of the collection, or takes 0, unless all indices are
   /// plain numbers; in collections of collections it does so with these, too.
   std::string Element(const Syntax &syntax, Found &found)
   {
      const Syntax *object = &syntax;
      std::vector<const Syntax *> indices; // from the last to the first
      for (; object->IsElement(); object = &object->fParts.front()) {
         fHasChanged = fHasChanged || object->fKind == EKind::kMethod || object->fNumber == 1;
         for (std::size_t i = object->fParts.size() - 1; i > 0; --i)
            indices.push_back(&object->fParts[i]);
      }
      std::reverse(indices.begin(), indices.end());
      std::string text = Path(*object, found);
      const auto isNumber = [](const Syntax *part) {
         return part->fKind == EKind::kNumber && part->fText.find_first_not_of("0123456789") == std::string::npos;
      };
      const bool isNested = IsNested(*object);
      const bool isPlain = !found.fIsGuarded && std::all_of(indices.begin(), indices.end(), isNumber) &&
                           !(isNested && indices.size() > 1);
      for (std::size_t i = 0; i < indices.size(); ++i) {
         const std::string index = Index(*indices[i]);
         if (!isNumber(indices[i]))
            Require("0<=int(" + index + ")");
         if (!isPlain && i == 0 && isNested)
            Require("int(" + index + ")<" + text + "@.size()");
         else if (!isPlain && i + 1 == indices.size())
            Require("int(" + index + ")<" + LengthOf(text));
         text += "[" + index + "]";
      }
      found.fIsGuarded = !isPlain;
      found.fIsInTable = found.fIsInTable || (isNested && indices.size() > 1);
      return text;
   }

   /// The number of values of a path.
   std::string LengthOf(const std::string &path)
   {
      const bool isBytes = fNames.fValueOf(path).fKind == EValue::kBytes; // TTreeFormula counts one text
      return "Length$(" + (isBytes ? path + "+0" : path) + ")";
   }

   std::string Index(const Syntax &syntax)
   {
      if (++fIndices > kMaxIndices)
         throw ExpressionProblem("more than " + std::to_string(kMaxIndices) + " indices are nested");
      std::string text = Write(syntax);
      --fIndices;
      // the value of Alt$ depends on the element of a collection beside it: not so in the guard, nor in Min$
      const bool isAlternative = text.find("Alt$(") != std::string::npos && !fNames.fIsCollection(text);
      return isAlternative ? Changed("Min$(" + text + ")") : text;
   }

   std::string Method(const Syntax &syntax, Found &found)
   {
      if (syntax.IsElement())
         return Element(syntax, found);
      const std::string object = Object(syntax, found);
      if (fNames.fMustBeConst && !IsConst(syntax, object))
         throw ExpressionProblem("the method '" + syntax.fText + "' may change its object");
      if (syntax.fNumber == 1)
         return "@" + object + "." + syntax.fText + Arguments(syntax, 1);
      const bool isOneText = fNames.fValueOf(object).fKind == EValue::kText && !fNames.fIsCollection(object);
      if (IsOneOf(syntax.fText, {"size", "empty"}) && syntax.fParts.size() == 1 && !isOneText)
         return Changed("(" + (IsNested(syntax.fParts.front()) ? object + "@.size()" : LengthOf(object)) +
                        (syntax.fText == "empty" ? "==0)" : ")"));
      return object + "." + syntax.fText + Arguments(syntax, 1);
   }

   // ---- functions and operators ----

   /// Of a function that is not ours, or a method: some take texts.
   std::string Arguments(const Syntax &syntax, std::size_t first)
   {
      const bool areTexts = syntax.Is(EKind::kCall, "strstr");
      std::string text;
      for (std::size_t i = first; i < syntax.fParts.size(); ++i) {
         const Syntax &part = syntax.fParts[i];
         text += (text.empty() ? "" : ",") + (areTexts || part.fKind == EKind::kText ? WriteAny(part) : Write(part));
      }
      return "(" + text + ")";
   }

   std::string Call(const Syntax &syntax)
   {
      const bool isStandard = syntax.fText.compare(0, 5, kStandard) == 0;
      const std::string name = isStandard ? Changed(syntax.fText.substr(5)) : syntax.fText;
      fHasChanged = fHasChanged || syntax.fNumber == 1; // TTreeFormula takes `(int)x` for x
      if (IsParametrised(name))
         throw ExpressionProblem("'" + name + "' is a function with parameters, which have no value here");
      if (name == "Alt$" && syntax.fParts.size() == 2)
         return Alternative(syntax);
      if (name == "Length$" && syntax.fParts.size() == 1)
         return Length(syntax.fParts.front());
      if (IsOneOf(name, {"Sum$", "Min$", "Max$", "MinIf$", "MaxIf$"}))
         return Loop(name, syntax);
      if (IsOneOf(name, {"Sum", "Min", "Max"}))
         return Changed(Loop(name + "$", syntax));
      const std::string arguments = Arguments(syntax, 0);
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
      return name + arguments;
   }

   /// Sum$ and the like: 0 of an element that does not exist; of a collection, each element must exist.
   std::string Loop(const std::string &name, const Syntax &syntax)
   {
      if (++fLoops > kMaxLoops)
         throw ExpressionProblem("more than " + std::to_string(kMaxLoops) + " of Sum$, Min$ and Max$ are nested");
      const std::string outer = std::exchange(fGuard, "");
      const std::string arguments = Arguments(syntax, 0);
      const std::string guard = std::exchange(fGuard, outer);
      --fLoops;
      const std::string text = name + arguments;
      if (guard.empty())
         return text;
      if (syntax.fParts.size() > 1)
         throw ExpressionProblem("an element in '" + name + "' may not exist");
      if (!IsCollection(syntax.fParts.front(), {arguments, guard}))
         return Changed("(" + Holds(guard) + "?" + text + ":0)");
      Require("Sum$((" + guard + "?" + ForEach(arguments, "0") + ":1))==0");
      return text;
   }

   /// The second argument of Alt$ where the first has no value: where an element in that does not exist or, if it is a
   /// collection, behind its last element.
   std::string Alternative(const Syntax &syntax)
   {
      const Guarded first = WriteApart(syntax.fParts[0]), second = WriteApart(syntax.fParts[1]);
      std::string text = first.fText;
      std::string guard = ForEach(first.fText, "1");
      if (!first.fGuard.empty()) {
         text = Changed("(" + first.fGuard + "?" + text + ":" + second.fText + ")");
         guard = "(" + first.fGuard + "?" + guard + ":" + OrTrue(second.fGuard) + ")";
      }
      if (!second.fGuard.empty())
         Require("Alt$(" + guard + "," + second.fGuard + ")");
      return "Alt$(" + text + "," + second.fText + ")";
   }

   /// The number of values: elements of a collection are not read, and need not exist.
   std::string Length(const Syntax &argument)
   {
      const std::string collection = TextsOrObjects(argument);
      if (!collection.empty())
         return "Length$(" + collection + ")";
      const Guarded part = WriteApart(argument);
      const std::string text = "Length$(" + part.fText + ")";
      if (part.fGuard.empty() || IsCollection(argument, part))
         return text;
      return Changed("(" + Holds(part.fGuard) + "?" + text + ":0)");
   }

   /// The text of a collection of texts or objects; empty for anything else.
   std::string TextsOrObjects(const Syntax &syntax)
   {
      if (syntax.fKind != EKind::kName)
         return "";
      std::string text = TextApart(syntax);
      const EValue kind = fNames.fValueOf(text).fKind;
      return (kind == EValue::kText || kind == EValue::kObject) && fNames.fIsCollection(text) ? text : "";
   }

   std::string Conditional(const Syntax &syntax)
   {
      const std::string condition = Write(syntax.fParts[0]);
      const Guarded yes = WriteApart(syntax.fParts[1]), no = WriteApart(syntax.fParts[2]);
      RequireOneOf(condition, yes.fGuard, no.fGuard);
      return "(" + condition + "?" + yes.fText + ":" + no.fText + ")";
   }

   /// The text of a part that is not evaluated there, whatever its value is.
   std::string TextApart(const Syntax &syntax)
   {
      const std::string outer = std::exchange(fGuard, "");
      std::string text = WriteAny(syntax);
      fGuard = outer;
      return text;
   }

   /// True for a comparison with a text, not of two numbers.
   bool ComparesTexts(const Syntax &syntax)
   {
      if (!IsOneOf(syntax.fText, {"==", "!="}))
         return false;
      const auto isText = [](const Syntax &part) { return part.fKind == EKind::kText; };
      const auto isPlace = [](const Syntax &part) { return part.fKind == EKind::kName || part.IsPath(); };
      const auto &parts = syntax.fParts;
      if (std::any_of(parts.begin(), parts.end(), isText))
         return true;
      return std::all_of(parts.begin(), parts.end(), isPlace) &&
             fNames.fValueOf(TextApart(parts[0])).fKind == EValue::kText;
   }

   std::string TextComparison(const Syntax &syntax)
   {
      std::string texts[2];
      for (int i : {0, 1}) {
         const Syntax &part = syntax.fParts[i];
         texts[i] = WriteAny(part);
         const EValue kind = part.fKind == EKind::kText ? EValue::kText : fNames.fValueOf(texts[i]).fKind;
         if (kind == EValue::kNumber || kind == EValue::kObject)
            throw ExpressionProblem("'" + texts[i] + "' is compared with a text, but it is not a text");
      }
      return "(" + texts[0] + syntax.fText + texts[1] + ")";
   }

   std::string Binary(const Syntax &syntax)
   {
      const bool isAnd = syntax.fText == "&&", isOr = syntax.fText == "||";
      if (ComparesTexts(syntax))
         return TextComparison(syntax);
      const std::string left = Write(syntax.fParts[0]);
      if (isAnd || isOr) {
         const Guarded right = WriteApart(syntax.fParts[1]);
         RequireOneOf(left, isAnd ? right.fGuard : "", isOr ? right.fGuard : "");
         return "(" + left + syntax.fText + right.fText + ")";
      }
      const std::string right = Write(syntax.fParts[1]);
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
   int fIndices = 0;         ///< around the present part
   int fLoops = 0;           ///< of Sum$ and the like around the present part
   bool fHasChanged = false; ///< the text is not the one that was written by the user
   std::string fGuard;       ///< what must hold for the elements to exist that were written so far
};

/// False for a branch whose name is none in an expression.
bool IsName(const std::string &text)
{
   try {
      return ParseExpression(text).fKind == EKind::kName;
   } catch (const ExpressionProblem &) {
      return false;
   }
}

} // namespace

TreeText TextForTree(const std::string &expression, const TreeNames &names)
{
   if (!names.fIsBranch(expression))
      return Writer(names).Write(expression);
   const bool isBytes = names.fValueOf(expression).fKind == EValue::kBytes && IsName(expression);
   return {isBytes ? expression + "+0" : expression, ""};
}

} // namespace Internal
} // namespace TorchMVA
