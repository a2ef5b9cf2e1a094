#ifndef TORCHMVA_SRC_EXPRESSION_PROGRAM_HXX
#define TORCHMVA_SRC_EXPRESSION_PROGRAM_HXX

#include "Functions.hxx"
#include "Syntax.hxx"
#include "TorchMVA/Expression/ColumnValue.hxx"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// What the names of an expression stand for.
class Scope {
public:
   struct Column {
      std::size_t fNumber; ///< among the values that the program gets
      ColumnType::EKind fKind;
   };

   virtual ~Scope() = default;
   /// The column of a name, a member or a method. Throws ExpressionProblem.
   virtual Column Find(const Syntax &name) = 0;
   /// The number of a parameter. Throws ExpressionProblem.
   virtual std::size_t Parameter(const std::string &name);
   /// The expression that a name stands for, nothing if it is no alias.
   virtual std::optional<std::string> AliasOf(const std::string &) { return std::nullopt; }
};

/// An expression that can be evaluated. Any number of threads may do so.
///
/// An expression that names a collection without an index has a value for each element. Several collections must have
/// one length.
class Program {
public:
   /// Throws ExpressionProblem if the expression cannot be evaluated.
   static Program Compile(const std::string &expression, Scope &scope, ELanguage language = ELanguage::kFormula);
   /// The values of a column of numbers or of collections of numbers, as they are.
   static Program OfColumn(const Scope::Column &column);

   /// True if the expression has a value for each element of a collection.
   bool IsCollection() const { return !fCollections.empty(); }
   /// Number of values in an entry; 1 unless IsCollection(). Throws Error (kData) if collections differ in length.
   std::size_t Size(const ColumnValue *columns) const;
   /// Value `instance`. NaN, and `isMissing` is set, if it needs an element that the entry does not have.
   double Evaluate(const ColumnValue *columns, std::size_t instance, bool &isMissing) const;
   /// The value of an expression of parameters only.
   double Evaluate(const double *parameters) const;

private:
   class Compiler;
   friend class Compiler;

   enum class EOperation : std::uint8_t;
   struct Instruction {
      EOperation fOperation;
      std::uint32_t fIndex = 0; ///< of a column, a parameter, a text, a part, or the instruction where to go on
      double fNumber = 0;       ///< a constant; for a text comparison the text; for kSum the place in State::fKept
      const Function *fFunction = nullptr;
   };
   struct State;
   struct Kept;
   struct Nesting;

   static Program Compile(const Syntax &syntax, Scope &scope, ELanguage language, Nesting &nesting);
   double Run(State &state) const;
   double RunPart(const State &state, std::size_t part, std::size_t instance, bool &isMissing) const;
   std::size_t Count(const State &state, std::size_t part) const;
   double Reduce(State &state, const Instruction &instruction) const;
   double ReduceOnce(const State &state, const Instruction &instruction, bool &isMissing) const;
   double Alternative(State &state, std::size_t part) const;

   std::vector<Instruction> fInstructions;
   std::vector<std::uint32_t> fCollections; ///< columns whose elements the instances are
   std::vector<Program> fParts;             ///< arguments of Sum$ and the like
   std::vector<std::string> fTexts;
   std::size_t fDepth = 0; ///< of the stack
   std::size_t fNKept = 0; ///< values of Sum$, Min$ and Max$ that are kept while the program runs
   std::string fText;      ///< for messages
};

} // namespace Internal
} // namespace TorchMVA

#endif
