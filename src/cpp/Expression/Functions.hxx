#ifndef TORCHMVA_SRC_EXPRESSION_FUNCTIONS_HXX
#define TORCHMVA_SRC_EXPRESSION_FUNCTIONS_HXX

#include "Syntax.hxx"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace TorchMVA {
namespace Internal {

/// What may stand before the name of a function of C++.
inline constexpr const char *kStandard = "std::";

/// A function of one, two or three numbers.
struct Function {
   int fNArguments = 0;
   double (*fZero)() = nullptr;
   double (*fOne)(double) = nullptr;
   double (*fTwo)(double, double) = nullptr;
   double (*fThree)(double, double, double) = nullptr;
};

/// The function of a name and a number of arguments, such as "log" or "TMath::Gaus"; nullptr if it is not listed in
/// docs/expressions.md. `std::` before it changes nothing. In a split expression "log" is C++'s, elsewhere
/// TTreeFormula's.
const Function *FindFunction(const std::string &name, std::size_t nArguments, ELanguage language);

/// True if some number of arguments makes it a listed function.
bool IsFunction(const std::string &name);

// ---- what operators do ----------------------------------------------------------------------------------------------

inline double Divide(double a, double b)
{
   return b == 0 ? 0 : a / b;
}

/// The number that TTreeFormula makes an integer of 64 bits of; like it, -2^63 for NaN and what is beyond the range.
inline std::int64_t ToInteger(double x)
{
   constexpr double kLimit = 9223372036854775808.;
   return x >= -kLimit && x < kLimit ? static_cast<std::int64_t>(x) : std::numeric_limits<std::int64_t>::min();
}

/// The same for the bits of a number; 0 for what is too large.
inline std::uint64_t ToBits(double x)
{
   constexpr double kLimit = 9223372036854775808.;
   if (x < kLimit || std::isnan(x))
      return static_cast<std::uint64_t>(ToInteger(x));
   return x < 2 * kLimit ? static_cast<std::uint64_t>(x) : 0;
}

inline double Truncate(double x)
{
   return static_cast<double>(ToInteger(x));
}

/// The remainder of whole numbers; NaN if the divisor truncates to zero, where TTreeFormula would end the process.
inline double Remainder(double a, double b)
{
   return std::fmod(Truncate(a), Truncate(b));
}

inline double Shift(double a, double b, bool left)
{
   const std::uint64_t bits = ToBits(a);
   const std::uint64_t by = ToBits(b) & 63; // as processors do it
   return static_cast<double>(left ? bits << by : bits >> by);
}

} // namespace Internal
} // namespace TorchMVA

#endif
