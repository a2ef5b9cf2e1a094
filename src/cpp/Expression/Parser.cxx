#include "Syntax.hxx"
#include "Tokens.hxx"

#include <algorithm>
#include <array>
#include <limits>

namespace TorchMVA {
namespace Internal {

namespace {

using EKind = Syntax::EKind;

constexpr int kMaxNodes = 1000; // as many operations as ROOT's formulas have
constexpr int kMaxDepth = 200;

/// Operators that bind alike.
struct Level {
   std::vector<std::string> fOperators;
   bool fIsRight;  ///< a o b o c is a o (b o c)
   bool fIsSingle; ///< at most one of these without parentheses
};

/// The levels of a language, those that bind least first, and the first level whose operands may have a sign.
struct Grammar {
   std::vector<Level> fLevels;
   std::size_t fSignLevel;
};

/// TTreeFormula looks for one operator after the other, from the left or from the right: `a%b*c` is `a%(b*c)`.
const Grammar &FormulaGrammar()
{
   static const Grammar grammar = {{{{"||"}, false, false},
                                    {{"&&"}, false, false},
                                    {{"|"}, true, false},
                                    {{"&"}, true, false},
                                    {{"<", ">", "<=", ">=", "==", "!="}, false, true},
                                    {{"+"}, false, false},
                                    {{"-"}, false, false},
                                    {{"%"}, true, false},
                                    {{">>"}, true, false},
                                    {{"<<"}, true, false},
                                    {{"*"}, true, false},
                                    {{"/"}, false, false},
                                    {{"^"}, false, false}},
                                   7};
   return grammar;
}

/// C++'s, and `^` as ROOT's formulas have it.
const Grammar &SplitGrammar()
{
   static const Grammar grammar = {{{{"||"}, false, false},
                                    {{"&&"}, false, false},
                                    {{"|"}, false, false},
                                    {{"&"}, false, false},
                                    {{"==", "!="}, false, false},
                                    {{"<", ">", "<=", ">="}, false, false},
                                    {{"<<", ">>"}, false, false},
                                    {{"+", "-"}, false, false},
                                    {{"*", "/", "%"}, false, false},
                                    {{"^"}, true, false}},
                                   9};
   return grammar;
}

/// Types of C++ whose name may stand in parentheses before a value.
bool IsTypeName(const std::string &name)
{
   static const std::array<const char *, 6> kTypes = {"int", "long", "double", "float", "bool", "Double_t"};
   return std::find(kTypes.begin(), kTypes.end(), name) != kTypes.end();
}

class Parser {
public:
   Parser(const std::string &text, ELanguage language)
      : fGrammar(language == ELanguage::kSplit ? SplitGrammar() : FormulaGrammar()),
        fTokens(SplitIntoTokens(text, language == ELanguage::kSplit))
   {
   }

   Syntax Parse()
   {
      if (fTokens.size() == 1)
         throw ExpressionProblem("it is empty");
      Syntax syntax = Conditional();
      if (Now().fKind != Token::EKind::kEnd)
         Unexpected();
      return syntax;
   }

private:
   /// Counts how deep the calls are nested.
   class Depth {
   public:
      explicit Depth(int &depth) : fDepth(depth)
      {
         if (++fDepth > kMaxDepth)
            throw ExpressionProblem("it is nested more than " + std::to_string(kMaxDepth) + " times");
      }
      ~Depth() { --fDepth; }
      Depth(const Depth &) = delete;
      Depth &operator=(const Depth &) = delete;

   private:
      int &fDepth;
   };

   const Token &Now() const { return fTokens[fAt]; }
   const Token &Then(std::size_t n = 1) const { return fTokens[std::min(fAt + n, fTokens.size() - 1)]; }
   static bool IsSign(const Token &token, const char *text)
   {
      return token.fKind == Token::EKind::kSign && token.fText == text;
   }
   bool Accept(const char *sign)
   {
      const bool found = IsSign(Now(), sign);
      fAt += found;
      return found;
   }
   void Expect(const char *sign)
   {
      if (!Accept(sign)) {
         if (Now().fKind == Token::EKind::kEnd)
            throw ExpressionProblem(std::string("'") + sign + "' is missing");
         Unexpected();
      }
   }
   [[noreturn]] void Unexpected() const
   {
      if (Now().fKind == Token::EKind::kEnd)
         throw ExpressionProblem("it ends where a value is expected");
      if (IsSign(Now(), "["))
         throw ExpressionProblem("a parameter '[...]' has no value here");
      throw ExpressionProblem("unexpected '" + Now().fText + "'");
   }

   Syntax Make(EKind kind, std::string text, std::vector<Syntax> parts = {}, double number = 0)
   {
      if (++fNodes > kMaxNodes)
         throw ExpressionProblem("it has more than " + std::to_string(kMaxNodes) + " names, numbers and operators");
      return {kind, std::move(text), number, std::move(parts)};
   }
   Syntax Make(EKind kind, std::string text, Syntax first, Syntax second)
   {
      std::vector<Syntax> parts;
      parts.push_back(std::move(first));
      parts.push_back(std::move(second));
      return Make(kind, std::move(text), std::move(parts));
   }

   Syntax Conditional()
   {
      const Depth depth(fDepth);
      Syntax condition = Operators(0);
      if (!Accept("?"))
         return condition;
      Syntax yes = Conditional();
      Expect(":");
      std::vector<Syntax> parts;
      parts.push_back(std::move(condition));
      parts.push_back(std::move(yes));
      parts.push_back(Conditional());
      return Make(EKind::kConditional, "?", std::move(parts));
   }

   bool IsOperator(const Level &level) const
   {
      return Now().fKind == Token::EKind::kSign &&
             std::find(level.fOperators.begin(), level.fOperators.end(), Now().fText) != level.fOperators.end();
   }

   Syntax Operators(std::size_t number)
   {
      const Level &level = fGrammar.fLevels[number];
      Syntax left = Operand(number + 1);
      while (IsOperator(level)) {
         const std::string sign = Now().fText;
         ++fAt;
         if (level.fIsRight)
            return Make(EKind::kBinary, sign, std::move(left), RightOperand(number));
         left = Make(EKind::kBinary, sign, std::move(left), Operand(number + 1));
         if (level.fIsSingle && IsOperator(level))
            throw ExpressionProblem("two comparisons follow each other: set parentheses");
      }
      return left;
   }

   bool HasSign() const { return IsSign(Now(), "-") || IsSign(Now(), "+"); }

   Syntax Operand(std::size_t number)
   {
      if (number >= fGrammar.fSignLevel && HasSign())
         return Signed([&] { return Operand(number); });
      return number == fGrammar.fLevels.size() ? Primary() : Operators(number);
   }

   Syntax RightOperand(std::size_t number)
   {
      const Depth depth(fDepth);
      if (number >= fGrammar.fSignLevel && HasSign())
         return Signed([&] { return RightOperand(number); });
      return Operators(number);
   }

   template <typename Rest>
   Syntax Signed(Rest rest)
   {
      const Depth depth(fDepth);
      const bool isNegative = Now().fText == "-";
      ++fAt;
      Syntax value = rest();
      return isNegative ? Make(EKind::kUnary, "-", {std::move(value)}) : value;
   }

   Syntax Primary()
   {
      if (Accept("!")) {
         const Depth depth(fDepth);
         Syntax value = HasSign() ? Signed([&] { return Primary(); }) : Primary();
         return Make(EKind::kUnary, "!", {std::move(value)});
      }
      const Token token = Now();
      switch (token.fKind) {
      case Token::EKind::kNumber: ++fAt; return Make(EKind::kNumber, token.fText, {}, token.fNumber);
      case Token::EKind::kText: ++fAt; return Make(EKind::kText, token.fText);
      case Token::EKind::kParameter: ++fAt; return Make(EKind::kParameter, token.fText);
      case Token::EKind::kName: return Postfix(Named());
      default: break;
      }
      if (Accept("@")) // @v.size()
         return OfWhole(Postfix(Named()));
      if (IsSign(token, "(") && Then().fKind == Token::EKind::kName && IsSign(Then(2), ")") &&
          IsTypeName(Then().fText)) {
         const Depth depth(fDepth);
         const std::string type = Then().fText;
         fAt += 3;
         Syntax value = HasSign() ? Signed([&] { return Primary(); }) : Primary();
         return Make(EKind::kCall, type, {std::move(value)}, 1);
      }
      if (!Accept("("))
         Unexpected();
      Syntax inner = Conditional();
      Expect(")");
      return inner;
   }

   /// Marks a method that is one of the collection, not of its elements.
   static Syntax OfWhole(Syntax syntax)
   {
      if (syntax.fKind != EKind::kMethod)
         throw ExpressionProblem("'@' without a method of a collection");
      syntax.fNumber = 1;
      return syntax;
   }

   /// A name, or a call of a function.
   Syntax Named()
   {
      if (Now().fKind != Token::EKind::kName)
         Unexpected();
      const std::string name = Now().fText;
      ++fAt;
      if (Accept("("))
         return Make(EKind::kCall, name, Arguments());
      return Make(EKind::kName, name);
   }

   /// After the opening parenthesis.
   std::vector<Syntax> Arguments()
   {
      std::vector<Syntax> arguments;
      if (Accept(")"))
         return arguments;
      do {
         arguments.push_back(Conditional());
      } while (Accept(","));
      Expect(")");
      return arguments;
   }

   /// Members, methods and elements of a name.
   Syntax Postfix(Syntax base)
   {
      while (base.fKind != EKind::kCall) {
         if (IsSign(Now(), "@") && IsSign(Then(), ".")) { // v@.size()
            fAt += 2;
            base = OfWhole(Member(std::move(base)));
         } else if (Accept("."))
            base = Member(std::move(base));
         else if (Accept("["))
            base = Element(std::move(base));
         else
            break;
      }
      return base;
   }

   Syntax Member(Syntax base)
   {
      if (Now().fKind != Token::EKind::kName)
         Unexpected();
      const std::string name = Now().fText;
      ++fAt;
      if (Accept("(")) {
         std::vector<Syntax> parts = Arguments();
         if (parts.empty() && IsOneOf(name, {"front", "back"}))
            return End(std::move(base), name == "back");
         parts.insert(parts.begin(), std::move(base));
         return Make(EKind::kMethod, name, std::move(parts));
      }
      if (base.fKind == EKind::kName) {
         base.fText += "." + name;
         return base;
      }
      return Make(EKind::kMember, name, {std::move(base)});
   }

   static int Count(const Syntax &syntax)
   {
      int n = 1;
      for (const Syntax &part : syntax.fParts)
         n += Count(part);
      return n;
   }

   /// v.front() is v[0], v.back() is v[v.size()-1]: an element that may not exist.
   Syntax End(Syntax base, bool isBack)
   {
      Syntax index = Make(EKind::kNumber, isBack ? "1" : "0", {}, isBack ? 1 : 0);
      if (isBack) {
         fNodes += Count(base);
         index = Make(EKind::kBinary, "-", Make(EKind::kMethod, "size", {base}), std::move(index));
      }
      return Make(EKind::kElement, "", {std::move(base), std::move(index)}, 1);
   }

   Syntax Element(Syntax base)
   {
      if (Accept("]")) { // all elements
         if (IsSign(Now(), "["))
            throw ExpressionProblem("'[]' without a number before another index");
         return base;
      }
      Syntax index = Conditional();
      // TTreeFormula would take the remainder by 2^32
      if (index.fKind == EKind::kNumber && index.fNumber > std::numeric_limits<int>::max())
         throw ExpressionProblem("the index '" + index.fText + "' is too large: no collection has so many elements");
      Expect("]");
      if (base.fKind == EKind::kElement) {
         base.fParts.push_back(std::move(index));
         return base;
      }
      return Make(EKind::kElement, "", std::move(base), std::move(index));
   }

   const Grammar &fGrammar;
   std::vector<Token> fTokens;
   std::size_t fAt = 0;
   int fNodes = 0;
   int fDepth = 0;
};

} // namespace

Syntax ParseExpression(const std::string &text, ELanguage language)
{
   return Parser(text, language).Parse();
}

} // namespace Internal
} // namespace TorchMVA
