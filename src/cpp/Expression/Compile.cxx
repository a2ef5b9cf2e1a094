// Expressions to programs.

#include "ProgramOperations.hxx"

#include <algorithm>
#include <map>
#include <optional>

namespace TorchMVA {
namespace Internal {

namespace {

using EKind = Syntax::EKind;

/// The functions of a whole collection: TTreeFormula's names, and those of data frames.
const std::map<std::string, std::string> &CollectionFunctions()
{
   static const std::map<std::string, std::string> functions = {
      {"Sum$", "Sum$"}, {"Min$", "Min$"}, {"Max$", "Max$"}, {"Length$", "Length$"},
      {"Alt$", "Alt$"}, {"Sum", "Sum$"},  {"Min", "Min$"},  {"Max", "Max$"}};
   return functions;
}

} // namespace

std::size_t Scope::Parameter(const std::string &name)
{
   throw ExpressionProblem("the parameter '[" + name + "]' has no value here");
}

/// Writes the instructions of one program. Each call adds one value to the stack.
class Program::Compiler {
public:
   Compiler(Program &program, Scope &scope, ELanguage language, Nesting &nesting)
      : fProgram(program), fScope(scope), fLanguage(language), fNesting(nesting)
   {
   }

   /// Returns true if C++ gives the value an integer type, of which only a split expression takes notice.
   bool Add(const Syntax &syntax)
   {
      switch (syntax.fKind) {
      case EKind::kNumber: Push({EOperation::kNumber, 0, syntax.fNumber}); return IsWhole(syntax.fText);
      case EKind::kText: throw ExpressionProblem("a text in quotation marks can only be compared with a column");
      case EKind::kParameter:
         Push({EOperation::kParameter, static_cast<std::uint32_t>(fScope.Parameter(syntax.fText))});
         return false;
      case EKind::kName:
      case EKind::kMember:
      case EKind::kElement:
      case EKind::kMethod:
         AddColumn(syntax);
         return syntax.Is(EKind::kName, "true") || syntax.Is(EKind::kName, "false");
      case EKind::kCall: return AddCall(syntax);
      case EKind::kUnary: return AddUnary(syntax);
      case EKind::kBinary: return AddBinary(syntax);
      case EKind::kConditional: return AddConditional(syntax);
      }
      return false;
   }

private:
   void Emit(const Instruction &instruction, int change)
   {
      fProgram.fInstructions.push_back(instruction);
      fDepth += change;
      fProgram.fDepth = std::max(fProgram.fDepth, static_cast<std::size_t>(fDepth));
   }
   void Push(const Instruction &instruction) { Emit(instruction, 1); }
   std::size_t EmitJump(EOperation operation, int change)
   {
      Emit({operation}, change);
      return fProgram.fInstructions.size() - 1;
   }
   void SetTarget(std::size_t jump)
   {
      fProgram.fInstructions[jump].fIndex = static_cast<std::uint32_t>(fProgram.fInstructions.size());
   }

   /// True if a number is written as an integer of C++.
   static bool IsWhole(const std::string &text)
   {
      const bool isHexadecimal = text.compare(0, 2, "0x") == 0 || text.compare(0, 2, "0X") == 0;
      return isHexadecimal || text.find_first_not_of("0123456789uUlL") == std::string::npos;
   }

   // ---- names ----

   void AddColumn(const Syntax &syntax)
   {
      if (syntax.fKind == EKind::kMethod && AddCollectionMethod(syntax))
         return;
      if (syntax.Is(EKind::kName, "pi") || syntax.Is(EKind::kName, "M_PI")) {
         if (!HasColumn(syntax))
            return Push({EOperation::kNumber, 0, 3.14159265358979323846});
      } else if (syntax.Is(EKind::kName, "true") || syntax.Is(EKind::kName, "false")) {
         return Push({EOperation::kNumber, 0, syntax.fText == "true" ? 1. : 0.});
      } else if (syntax.Is(EKind::kName, "Iteration$")) {
         return Push({EOperation::kInstance});
      } else if (syntax.Is(EKind::kName, "Length$")) {
         return Push({EOperation::kOwnLength});
      }
      AddValues(syntax);
   }

   bool HasColumn(const Syntax &name)
   {
      try {
         fScope.Find(name);
         return true;
      } catch (const ExpressionProblem &) {
         return false;
      }
   }

   /// v.size(), v.empty()
   bool AddCollectionMethod(const Syntax &syntax)
   {
      const Syntax &object = syntax.fParts.front();
      const std::size_t nArguments = syntax.fParts.size() - 1;
      if ((syntax.fText == "size" || syntax.fText == "empty") && nArguments == 0) {
         if (!AddTextLength(object))
            AddLength(object, EOperation::kTableLength);
         if (syntax.fText == "empty")
            Emit({EOperation::kNot}, 0);
         return true;
      }
      return false;
   }

   bool AddTextLength(const Syntax &object)
   {
      if (object.fKind != EKind::kName)
         return false;
      const Scope::Column column = fScope.Find(object);
      if (column.fKind == ColumnType::EKind::kText)
         Push({EOperation::kTextLength, static_cast<std::uint32_t>(column.fNumber)});
      return column.fKind == ColumnType::EKind::kText;
   }

   /// A name, a member, an element, or an element of a member.
   void AddValues(const Syntax &syntax)
   {
      std::vector<const Syntax *> indices;
      const Scope::Column column = fScope.Find(WithoutIndices(syntax, indices));
      const auto number = static_cast<std::uint32_t>(column.fNumber);
      const std::string name = "'" + Describe(syntax) + "'";
      switch (column.fKind) {
      case ColumnType::EKind::kNumber:
         if (!indices.empty())
            throw ExpressionProblem(name + " has an index, but it is a single number");
         return Push({EOperation::kColumn, number});
      case ColumnType::EKind::kNumbers:
         if (indices.size() > 1)
            throw ExpressionProblem(name + " has two indices, but it is a collection of numbers");
         if (indices.empty()) {
            AddCollection(number, false);
            return Push({EOperation::kEach, number});
         }
         Add(*indices[0]);
         return Emit({EOperation::kElement, number}, 0);
      case ColumnType::EKind::kTable:
         if (indices.empty()) {
            AddCollection(number, true);
            return Push({EOperation::kEachCell, number});
         }
         if (indices.size() != 2)
            throw ExpressionProblem(name + " is a collection of collections and needs two indices, or none");
         Add(*indices[0]);
         Add(*indices[1]);
         return Emit({EOperation::kCell, number}, -1);
      case ColumnType::EKind::kText: throw ExpressionProblem(name + " is a text; it can only be compared with a text");
      case ColumnType::EKind::kObjects:
      case ColumnType::EKind::kOther:
         throw ExpressionProblem(name + " is neither a number nor a collection of numbers");
      }
   }

   /// A collection of collections has no common elements with another collection.
   void AddCollection(std::uint32_t number, bool isTable)
   {
      fHasTable = fHasTable || isTable;
      fProgram.fCollections.push_back(number);
      const auto isOther = [number](std::uint32_t column) { return column != number; };
      if (fHasTable && std::any_of(fProgram.fCollections.begin(), fProgram.fCollections.end(), isOther))
         throw ExpressionProblem("a collection of collections needs two indices beside another collection");
   }

   /// The column of `tracks[0].pt` is that of `tracks.pt`.
   Syntax WithoutIndices(const Syntax &syntax, std::vector<const Syntax *> &indices)
   {
      if (syntax.IsElement()) {
         Syntax column = WithoutIndices(syntax.fParts.front(), indices);
         for (std::size_t i = 1; i < syntax.fParts.size(); ++i)
            indices.push_back(&syntax.fParts[i]);
         return column;
      }
      if (syntax.fKind != EKind::kMember && syntax.fKind != EKind::kMethod)
         return syntax;
      if (syntax.fParts.size() > 1)
         throw ExpressionProblem("'" + syntax.fText + "(...)' has arguments");
      Syntax column = {syntax.fKind, syntax.fText, 0, {}};
      Syntax object = WithoutIndices(syntax.fParts.front(), indices);
      if (syntax.fKind == EKind::kMember && object.fKind == EKind::kName)
         return {EKind::kName, object.fText + "." + syntax.fText, 0, {}};
      column.fParts.push_back(std::move(object));
      return column;
   }

   static std::string Describe(const Syntax &syntax)
   {
      if (syntax.IsElement())
         return Describe(syntax.fParts.front());
      switch (syntax.fKind) {
      case EKind::kMember: return Describe(syntax.fParts.front()) + "." + syntax.fText;
      case EKind::kMethod: return Describe(syntax.fParts.front()) + "." + syntax.fText + "()";
      default: return syntax.fText;
      }
   }

   // ---- functions ----

   bool AddCall(const Syntax &syntax)
   {
      const auto special = CollectionFunctions().find(syntax.fText);
      if (special != CollectionFunctions().end()) {
         AddCollectionCall(syntax, special->second);
         return false;
      }
      const Function *function = FindFunction(syntax.fText, syntax.fParts.size(), fLanguage);
      if (!function) {
         const std::string n = std::to_string(syntax.fParts.size());
         throw ExpressionProblem(IsFunction(syntax.fText)
                                    ? "the function '" + syntax.fText + "' does not take " + n + " arguments"
                                    : "the function '" + syntax.fText + "' is not one of those that are known");
      }
      bool areIntegers = true;
      for (const Syntax &argument : syntax.fParts)
         areIntegers = Add(argument) && areIntegers;
      static constexpr EOperation kCalls[] = {EOperation::kZero, EOperation::kOne, EOperation::kTwo,
                                              EOperation::kThree};
      Emit({kCalls[syntax.fParts.size()], 0, 0, function}, 1 - static_cast<int>(syntax.fParts.size()));
      return IsOneOf(syntax.fText, {"int", "long", "Int_t", "bool"}) ||
             (areIntegers && IsOneOf(syntax.fText, {"abs", "min", "max", "std::abs", "std::min", "std::max",
                                                    "TMath::Abs", "TMath::Min", "TMath::Max"}));
   }

   void AddCollectionCall(const Syntax &syntax, const std::string &name)
   {
      const std::size_t nArguments = name == "Alt$" ? 2 : 1;
      if (syntax.fParts.size() != nArguments)
         throw ExpressionProblem("'" + syntax.fText + "' takes " + std::to_string(nArguments) +
                                 (nArguments == 1 ? " argument" : " arguments"));
      if (name == "Length$")
         return AddLength(syntax.fParts.front(), EOperation::kCells);
      const bool isReduction = name != "Alt$";
      const auto part = static_cast<std::uint32_t>(fProgram.fParts.size());
      fNesting.fReductions += isReduction;
      for (const Syntax &argument : syntax.fParts)
         fProgram.fParts.push_back(Compile(argument, fScope, fLanguage, fNesting));
      fNesting.fReductions -= isReduction;
      const std::size_t place = isReduction && fNesting.fReductions > 0 ? ++fNesting.fNKept : 0;
      Push({name == "Sum$"   ? EOperation::kSum
            : name == "Min$" ? EOperation::kMinimum
            : name == "Max$" ? EOperation::kMaximum
                             : EOperation::kAlternative,
            part, static_cast<double>(place)});
   }

   /// `ofTable` is the operation for a collection of collections.
   void AddLength(const Syntax &object, EOperation ofTable)
   {
      if (object.fKind == EKind::kName) {
         const Scope::Column column = fScope.Find(object);
         if (column.fKind == ColumnType::EKind::kObjects)
            return Push({EOperation::kTableLength, static_cast<std::uint32_t>(column.fNumber)});
         if (column.fKind == ColumnType::EKind::kTable)
            return Push({ofTable, static_cast<std::uint32_t>(column.fNumber)});
      }
      const auto part = static_cast<std::uint32_t>(fProgram.fParts.size());
      fProgram.fParts.push_back(Compile(object, fScope, fLanguage, fNesting));
      Push({EOperation::kLength, part});
   }

   // ---- operators ----

   bool AddUnary(const Syntax &syntax)
   {
      const bool isInteger = Add(syntax.fParts.front());
      Emit({syntax.fText == "-" ? EOperation::kNegate : EOperation::kNot}, 0);
      return isInteger || syntax.fText == "!";
   }

   bool AddBinary(const Syntax &syntax)
   {
      const std::string &sign = syntax.fText;
      if (sign == "&&" || sign == "||") {
         Add(syntax.fParts[0]);
         const std::size_t skip = EmitJump(sign == "&&" ? EOperation::kSkipIfFalse : EOperation::kSkipIfTrue, 0);
         Emit({EOperation::kPop}, -1);
         Add(syntax.fParts[1]);
         SetTarget(skip);
         Emit({EOperation::kIsTrue}, 0);
         return true;
      }
      if ((sign == "==" || sign == "!=") &&
          (syntax.fParts[0].fKind == EKind::kText || syntax.fParts[1].fKind == EKind::kText)) {
         AddTextComparison(syntax);
         return true;
      }
      const bool isLeftInteger = Add(syntax.fParts[0]);
      if (sign == "^" && syntax.fParts[1].Is(EKind::kNumber, "2")) {
         Emit({EOperation::kSquare}, 0);
         return false;
      }
      const bool areIntegers = Add(syntax.fParts[1]) && isLeftInteger;
      static const std::map<std::string, EOperation> operations = {
         {"+", EOperation::kAdd},           {"-", EOperation::kSubtract},  {"*", EOperation::kMultiply},
         {"/", EOperation::kDivide},        {"%", EOperation::kRemainder}, {"^", EOperation::kPower},
         {"<", EOperation::kLess},          {">", EOperation::kGreater},   {"<=", EOperation::kLessEqual},
         {">=", EOperation::kGreaterEqual}, {"==", EOperation::kEqual},    {"!=", EOperation::kNotEqual},
         {"&", EOperation::kBitAnd},        {"|", EOperation::kBitOr},     {"<<", EOperation::kShiftLeft},
         {">>", EOperation::kShiftRight}};
      EOperation operation = operations.at(sign);
      if (operation == EOperation::kDivide && fLanguage == ELanguage::kSplit)
         operation = areIntegers ? EOperation::kDivideWhole : EOperation::kDivideAsCxx;
      Emit({operation}, -1);
      const bool isArithmetic = sign == "+" || sign == "-" || sign == "*" || sign == "/";
      return isArithmetic ? areIntegers : sign != "^";
   }

   void AddTextComparison(const Syntax &syntax)
   {
      const bool isSecond = syntax.fParts[1].fKind == EKind::kText;
      const Syntax &text = syntax.fParts[isSecond ? 1 : 0], &name = syntax.fParts[isSecond ? 0 : 1];
      if (name.fKind != EKind::kName)
         throw ExpressionProblem("a text in quotation marks can only be compared with a column");
      const Scope::Column column = fScope.Find(name);
      if (column.fKind != ColumnType::EKind::kText)
         throw ExpressionProblem("'" + name.fText + "' is compared with a text, but it is not a text");
      fProgram.fTexts.push_back(text.fText);
      Push({EOperation::kSameText, static_cast<std::uint32_t>(column.fNumber),
            static_cast<double>(fProgram.fTexts.size() - 1)});
      if (syntax.fText == "!=")
         Emit({EOperation::kNot}, 0);
   }

   bool AddConditional(const Syntax &syntax)
   {
      Add(syntax.fParts[0]);
      const std::size_t toElse = EmitJump(EOperation::kJumpIfFalse, -1);
      const bool isYesInteger = Add(syntax.fParts[1]);
      const std::size_t toEnd = EmitJump(EOperation::kJump, -1);
      SetTarget(toElse);
      const bool isNoInteger = Add(syntax.fParts[2]);
      SetTarget(toEnd);
      return isYesInteger && isNoInteger;
   }

   Program &fProgram;
   Scope &fScope;
   ELanguage fLanguage;
   Nesting &fNesting;
   int fDepth = 0;
   bool fHasTable = false; ///< a collection of collections is among the program's collections
};

Program Program::Compile(const Syntax &syntax, Scope &scope, ELanguage language, Nesting &nesting)
{
   Program program;
   Compiler(program, scope, language, nesting).Add(syntax);
   return program;
}

Program Program::Compile(const std::string &expression, Scope &scope, ELanguage language)
{
   Nesting nesting;
   Syntax syntax = ParseExpression(expression, language);
   ExpandAliases(syntax, [&scope](const std::string &name) { return scope.AliasOf(name); });
   Program program = Compile(syntax, scope, language, nesting);
   program.fNKept = nesting.fNKept;
   program.fText = expression;
   return program;
}

Program Program::OfColumn(const Scope::Column &column)
{
   Program program;
   const bool isNumber = column.fKind == ColumnType::EKind::kNumber;
   const bool isTable = column.fKind == ColumnType::EKind::kTable;
   const auto number = static_cast<std::uint32_t>(column.fNumber);
   program.fInstructions.push_back({isNumber  ? EOperation::kColumn
                                    : isTable ? EOperation::kEachCell
                                              : EOperation::kEach,
                                    number});
   if (!isNumber)
      program.fCollections.push_back(number);
   program.fDepth = 1;
   return program;
}

} // namespace Internal
} // namespace TorchMVA
