#ifndef TORCHMVA_SRC_EXPRESSION_PROGRAMOPERATIONS_HXX
#define TORCHMVA_SRC_EXPRESSION_PROGRAMOPERATIONS_HXX

#include "Program.hxx"

namespace TorchMVA {
namespace Internal {

/// What an instruction of a program does with the stack.
enum class Program::EOperation : std::uint8_t {
   kNumber,
   kParameter,
   kColumn,
   kEach,        ///< the element of the present instance
   kEachCell,    ///< the same of a table
   kElement,     ///< its index is on the stack
   kCell,        ///< of a table; row and index are on the stack
   kLength,      ///< of a part
   kTableLength, ///< rows of a table
   kCells,       ///< numbers in a table
   kOwnLength,   ///< of this program
   kInstance,
   kSum,
   kMinimum,
   kMaximum,
   kAlternative, ///< of a part and the next one
   kSameText,
   kTextLength,
   kNegate,
   kNot,
   kIsTrue,
   kAdd,
   kSubtract,
   kMultiply,
   kDivide,
   kDivideAsCxx,
   kDivideWhole,
   kRemainder,
   kPower,
   kSquare,
   kLess,
   kGreater,
   kLessEqual,
   kGreaterEqual,
   kEqual,
   kNotEqual,
   kBitAnd,
   kBitOr,
   kShiftLeft,
   kShiftRight,
   kZero,
   kOne,
   kTwo,
   kThree,
   kPop,
   kJump,
   kJumpIfFalse,
   kSkipIfFalse,
   kSkipIfTrue
};

/// What the parts of an expression know of each other while they are compiled. A Sum$, Min$ or Max$ within another has
/// one value for all elements of the outer one; it is kept, otherwise the time would be exponential in the depth.
struct Program::Nesting {
   std::size_t fReductions = 0; ///< around the present part
   std::size_t fNKept = 0;
};

} // namespace Internal
} // namespace TorchMVA

#endif
