#include "Program.hxx"

#include "ProgramOperations.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <array>

namespace TorchMVA {
namespace Internal {

namespace {

/// Deepest stack that is kept in the frame of a call.
constexpr std::size_t kSmallStack = 15;

/// Numbers in a collection of collections.
std::size_t CountCells(const ColumnValue &table)
{
   std::size_t n = 0;
   for (std::size_t row = 0; row < table.Size(); ++row)
      n += table.fType->fRowSize(table.fValue, row);
   return n;
}

/// Numbers in a collection, or in a collection of collections.
std::size_t CountNumbers(const ColumnValue &column)
{
   return column.fType->fKind == ColumnType::EKind::kTable ? CountCells(column) : column.Size();
}

} // namespace

/// The value of a Sum$, Min$ or Max$ within another.
struct Program::Kept {
   double fValue = 0;
   bool fIsMissing = false;
   bool fIsKnown = false;
};

/// What one evaluation knows.
struct Program::State {
   const ColumnValue *fColumns = nullptr;
   const double *fParameters = nullptr;
   Kept *fKept = nullptr; ///< of the whole expression
   std::size_t fInstance = 0;
   bool fIsMissing = false;
   double *fTop = nullptr; ///< of the stack: the last value

   double Missing()
   {
      fIsMissing = true;
      return std::numeric_limits<double>::quiet_NaN();
   }
   void Push(double value) { *++fTop = value; }
   double Pop() { return *fTop--; }
   double Element(const ColumnValue &column, double index)
   {
      const double whole = std::trunc(index);
      if (!(whole >= 0 && whole < static_cast<double>(column.Size())))
         return Missing();
      return column.Element(static_cast<std::size_t>(whole));
   }
   /// The number of this instance in a collection of collections.
   double EachCell(const ColumnValue &column)
   {
      std::size_t before = 0;
      for (std::size_t row = 0; row < column.Size(); ++row) {
         const std::size_t size = column.fType->fRowSize(column.fValue, row);
         if (fInstance < before + size)
            return column.fType->fCell(column.fValue, row, fInstance - before);
         before += size;
      }
      return Missing();
   }
   double Cell(const ColumnValue &column, double row, double index)
   {
      const double first = std::trunc(row), second = std::trunc(index);
      if (!(first >= 0 && first < static_cast<double>(column.Size())))
         return Missing();
      const auto whole = static_cast<std::size_t>(first);
      if (!(second >= 0 && second < static_cast<double>(column.fType->fRowSize(column.fValue, whole))))
         return Missing();
      return column.fType->fCell(column.fValue, whole, static_cast<std::size_t>(second));
   }
};

std::size_t Program::Size(const ColumnValue *columns) const
{
   if (fCollections.empty())
      return 1;
   const std::size_t size = CountNumbers(columns[fCollections.front()]);
   for (const std::uint32_t column : fCollections) {
      const std::size_t other = CountNumbers(columns[column]);
      if (other != size)
         throw Error(EErrorCode::kData,
                     "the collections of an expression differ in length: " + std::to_string(size) + " and " +
                        std::to_string(other) + " elements",
                     {{"expression", fText}});
   }
   return size;
}

double Program::Evaluate(const ColumnValue *columns, std::size_t instance, bool &isMissing) const
{
   const Instruction &first = fInstructions.front();
   if (fInstructions.size() == 1 && first.fOperation == EOperation::kColumn) // the most common one
      return columns[first.fIndex].Number();
   std::vector<Kept> kept(fNKept);
   State state;
   state.fColumns = columns;
   state.fKept = kept.data();
   state.fInstance = instance;
   const double value = Run(state);
   isMissing = isMissing || state.fIsMissing;
   return state.fIsMissing ? std::numeric_limits<double>::quiet_NaN() : value;
}

double Program::Evaluate(const double *parameters) const
{
   std::vector<Kept> kept(fNKept);
   State state;
   state.fParameters = parameters;
   state.fKept = kept.data();
   return Run(state);
}

double Program::RunPart(const State &state, std::size_t part, std::size_t instance, bool &isMissing) const
{
   State inner;
   inner.fColumns = state.fColumns;
   inner.fParameters = state.fParameters;
   inner.fKept = state.fKept;
   inner.fInstance = instance;
   const double value = fParts[part].Run(inner);
   isMissing = isMissing || inner.fIsMissing;
   return value;
}

/// Number of values of a part: 0 for an element that the entry does not have.
std::size_t Program::Count(const State &state, std::size_t part) const
{
   if (fParts[part].IsCollection())
      return fParts[part].Size(state.fColumns);
   bool isMissing = false;
   RunPart(state, part, state.fInstance, isMissing);
   return isMissing ? 0 : 1;
}

double Program::Reduce(State &state, const Instruction &instruction) const
{
   const auto place = static_cast<std::size_t>(instruction.fNumber); // from 1; 0 for an outermost one
   if (place == 0)
      return ReduceOnce(state, instruction, state.fIsMissing);
   Kept &kept = state.fKept[place - 1];
   if (!kept.fIsKnown) {
      kept.fValue = ReduceOnce(state, instruction, kept.fIsMissing);
      kept.fIsKnown = true;
   }
   state.fIsMissing = state.fIsMissing || kept.fIsMissing;
   return kept.fValue;
}

/// Sum$, Min$ and Max$; 0 of nothing.
double Program::ReduceOnce(const State &state, const Instruction &instruction, bool &isMissing) const
{
   const Program &part = fParts[instruction.fIndex];
   if (!part.IsCollection()) { // run once: parts may be nested deeply
      bool isNothing = false;
      const double value = RunPart(state, instruction.fIndex, 0, isNothing);
      return isNothing ? 0 : value;
   }
   const std::size_t n = part.Size(state.fColumns);
   double result = 0;
   for (std::size_t i = 0; i < n; ++i) {
      const double value = RunPart(state, instruction.fIndex, i, isMissing);
      switch (instruction.fOperation) {
      case EOperation::kSum: result += value; break;
      case EOperation::kMinimum: result = i == 0 || value < result ? value : result; break;
      default: result = i == 0 || value > result ? value : result;
      }
   }
   return result;
}

/// Alt$: the second part where the first has no value. As in TTreeFormula, what is no collection has only one.
double Program::Alternative(State &state, std::size_t part) const
{
   const std::size_t size = fParts[part].IsCollection() ? fParts[part].Size(state.fColumns) : 1;
   bool isMissing = state.fInstance >= size;
   const double value = isMissing ? 0 : RunPart(state, part, state.fInstance, isMissing);
   return isMissing ? RunPart(state, part + 1, state.fInstance, state.fIsMissing) : value;
}

double Program::Run(State &state) const
{
   std::array<double, kSmallStack + 1> small{};
   std::vector<double> large;
   if (fDepth > kSmallStack)
      large.resize(fDepth + 1);
   state.fTop = large.empty() ? small.data() : large.data();
   const auto *const begin = fInstructions.data();
   const auto *const end = begin + fInstructions.size();
   for (const auto *at = begin; at != end; ++at) {
      double *const top = state.fTop;
      const auto binary = [&state, top](double value) {
         top[-1] = value;
         state.fTop = top - 1;
      };
      switch (at->fOperation) {
      case EOperation::kNumber: state.Push(at->fNumber); break;
      case EOperation::kParameter: state.Push(state.fParameters[at->fIndex]); break;
      case EOperation::kColumn: state.Push(state.fColumns[at->fIndex].Number()); break;
      case EOperation::kEach: state.Push(state.Element(state.fColumns[at->fIndex], state.fInstance)); break;
      case EOperation::kEachCell: state.Push(state.EachCell(state.fColumns[at->fIndex])); break;
      case EOperation::kElement: *top = state.Element(state.fColumns[at->fIndex], *top); break;
      case EOperation::kCell: binary(state.Cell(state.fColumns[at->fIndex], top[-1], *top)); break;
      case EOperation::kLength: state.Push(Count(state, at->fIndex)); break;
      case EOperation::kTableLength: state.Push(state.fColumns[at->fIndex].Size()); break;
      case EOperation::kCells: state.Push(CountCells(state.fColumns[at->fIndex])); break;
      case EOperation::kOwnLength: state.Push(Size(state.fColumns)); break;
      case EOperation::kInstance: state.Push(state.fInstance); break;
      case EOperation::kSum:
      case EOperation::kMinimum:
      case EOperation::kMaximum: state.Push(Reduce(state, *at)); break;
      case EOperation::kAlternative: state.Push(Alternative(state, at->fIndex)); break;
      case EOperation::kSameText: {
         const ColumnValue &column = state.fColumns[at->fIndex];
         state.Push(fTexts[static_cast<std::size_t>(at->fNumber)] == column.fType->fText(column.fValue));
         break;
      }
      case EOperation::kTextLength: {
         const ColumnValue &column = state.fColumns[at->fIndex];
         state.Push(column.fType->fText(column.fValue).size());
         break;
      }
      case EOperation::kNegate: *top = -1 * *top; break;
      case EOperation::kNot: *top = *top == 0; break;
      case EOperation::kIsTrue: *top = *top != 0; break;
      case EOperation::kAdd: binary(top[-1] + *top); break;
      case EOperation::kSubtract: binary(top[-1] - *top); break;
      case EOperation::kMultiply: binary(top[-1] * *top); break;
      case EOperation::kDivide: binary(Divide(top[-1], *top)); break;
      case EOperation::kDivideAsCxx: binary(top[-1] / *top); break;
      case EOperation::kDivideWhole: binary(*top == 0 ? std::nan("") : std::trunc(top[-1] / *top)); break;
      case EOperation::kRemainder: binary(Remainder(top[-1], *top)); break;
      case EOperation::kPower: binary(std::pow(top[-1], *top)); break;
      case EOperation::kSquare: *top = *top * *top; break;
      case EOperation::kLess: binary(top[-1] < *top); break;
      case EOperation::kGreater: binary(top[-1] > *top); break;
      case EOperation::kLessEqual: binary(top[-1] <= *top); break;
      case EOperation::kGreaterEqual: binary(top[-1] >= *top); break;
      case EOperation::kEqual: binary(top[-1] == *top); break;
      case EOperation::kNotEqual: binary(top[-1] != *top); break;
      case EOperation::kBitAnd: binary(static_cast<double>(ToBits(top[-1]) & ToBits(*top))); break;
      case EOperation::kBitOr: binary(static_cast<double>(ToBits(top[-1]) | ToBits(*top))); break;
      case EOperation::kShiftLeft: binary(Shift(top[-1], *top, true)); break;
      case EOperation::kShiftRight: binary(Shift(top[-1], *top, false)); break;
      case EOperation::kZero: state.Push(at->fFunction->fZero()); break;
      case EOperation::kOne: *top = at->fFunction->fOne(*top); break;
      case EOperation::kTwo: binary(at->fFunction->fTwo(top[-1], *top)); break;
      case EOperation::kThree:
         top[-2] = at->fFunction->fThree(top[-2], top[-1], *top);
         state.fTop = top - 2;
         break;
      case EOperation::kPop: --state.fTop; break;
      case EOperation::kJump: at = begin + at->fIndex - 1; break;
      case EOperation::kJumpIfFalse:
         if (state.Pop() == 0)
            at = begin + at->fIndex - 1;
         break;
      case EOperation::kSkipIfFalse: // the left side of && is the result
         if (*top == 0)
            at = begin + at->fIndex - 1;
         break;
      case EOperation::kSkipIfTrue:
         if (*top != 0)
            at = begin + at->fIndex - 1;
         break;
      }
   }
   return *state.fTop;
}

} // namespace Internal
} // namespace TorchMVA
