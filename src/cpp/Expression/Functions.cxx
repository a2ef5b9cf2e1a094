#include "Functions.hxx"

#include "TMath.h"

#include <algorithm>
#include <map>

namespace TorchMVA {
namespace Internal {

namespace {

Function Constant(double (*f)())
{
   Function function;
   function.fZero = f;
   return function;
}
Function One(double (*f)(double))
{
   Function function;
   function.fNArguments = 1;
   function.fOne = f;
   return function;
}
Function Two(double (*f)(double, double))
{
   Function function;
   function.fNArguments = 2;
   function.fTwo = f;
   return function;
}
Function Three(double (*f)(double, double, double))
{
   Function function;
   function.fNArguments = 3;
   function.fThree = f;
   return function;
}

using Table_t = std::multimap<std::string, Function>;

constexpr const char *kSplit = "split ";

/// What TTreeFormula computes itself: a number where C++ has none.
Table_t FormulaFunctions()
{
   return {
      {"cos", One([](double x) { return std::cos(x); })},
      {"sin", One([](double x) { return std::sin(x); })},
      {"tan", One([](double x) { return std::cos(x) == 0 ? 0 : std::tan(x); })},
      {"acos", One([](double x) { return std::abs(x) > 1 ? 0 : std::acos(x); })},
      {"asin", One([](double x) { return std::abs(x) > 1 ? 0 : std::asin(x); })},
      {"atan", One([](double x) { return std::atan(x); })},
      {"atan2", Two([](double y, double x) { return TMath::ATan2(y, x); })},
      {"cosh", One([](double x) { return std::cosh(x); })},
      {"sinh", One([](double x) { return std::sinh(x); })},
      {"tanh", One([](double x) { return std::tanh(x); })},
      {"acosh", One([](double x) { return x < 1 ? 0 : TMath::ACosH(x); })},
      {"asinh", One([](double x) { return TMath::ASinH(x); })},
      {"atanh", One([](double x) { return std::abs(x) > 1 ? 0 : TMath::ATanH(x); })},
      {"sq", One([](double x) { return x * x; })},
      {"sqrt", One([](double x) { return std::sqrt(x); })},
      {"pow", Two([](double x, double y) { return std::pow(x, y); })},
      {"exp", One([](double x) { return x < -700 ? 0 : std::exp(x > 700 ? 700 : x); })},
      {"log", One([](double x) { return x > 0 ? std::log(x) : 0; })},
      {"log10", One([](double x) { return x > 0 ? std::log10(x) : 0; })},
      {"abs", One([](double x) { return std::abs(x); })},
      {"sign", One([](double x) { return x < 0 ? -1. : 1.; })},
      {"int", One([](double x) { return Truncate(x); })},
      {"min", Two([](double x, double y) { return std::min(x, y); })},
      {"max", Two([](double x, double y) { return std::max(x, y); })},
      {"fmod", Two([](double x, double y) { return std::fmod(x, y); })},
   };
}

/// C++'s own, which TTreeFormula calls.
Table_t StandardFunctions()
{
   return {
      {"fabs", One([](double x) { return std::fabs(x); })},
      {"floor", One([](double x) { return std::floor(x); })},
      {"ceil", One([](double x) { return std::ceil(x); })},
      {"round", One([](double x) { return std::round(x); })},
      {"trunc", One([](double x) { return std::trunc(x); })},
      {"cbrt", One([](double x) { return std::cbrt(x); })},
      {"exp2", One([](double x) { return std::exp2(x); })},
      {"expm1", One([](double x) { return std::expm1(x); })},
      {"log2", One([](double x) { return std::log2(x); })},
      {"log1p", One([](double x) { return std::log1p(x); })},
      {"erf", One([](double x) { return std::erf(x); })},
      {"erfc", One([](double x) { return std::erfc(x); })},
      {"tgamma", One([](double x) { return std::tgamma(x); })},
      {"hypot", Two([](double x, double y) { return std::hypot(x, y); })},
      {"fmin", Two([](double x, double y) { return std::fmin(x, y); })},
      {"fmax", Two([](double x, double y) { return std::fmax(x, y); })},
      {"copysign", Two([](double x, double y) { return std::copysign(x, y); })},
   };
}

/// Functions that C++, and so a split expression, defines otherwise.
Table_t SplitFunctions()
{
   return {
      {"tan", One([](double x) { return std::tan(x); })},     {"acos", One([](double x) { return std::acos(x); })},
      {"asin", One([](double x) { return std::asin(x); })},   {"exp", One([](double x) { return std::exp(x); })},
      {"log", One([](double x) { return std::log(x); })},     {"log10", One([](double x) { return std::log10(x); })},
      {"acosh", One([](double x) { return std::acosh(x); })}, {"atanh", One([](double x) { return std::atanh(x); })},
   };
}

Table_t MathFunctions()
{
   return {
      {"Pi", Constant([] { return TMath::Pi(); })},
      {"TwoPi", Constant([] { return TMath::TwoPi(); })},
      {"PiOver2", Constant([] { return TMath::PiOver2(); })},
      {"E", Constant([] { return TMath::E(); })},
      {"DegToRad", Constant([] { return TMath::DegToRad(); })},
      {"RadToDeg", Constant([] { return TMath::RadToDeg(); })},
      {"Abs", One([](double x) { return TMath::Abs(x); })},
      {"Sq", One([](double x) { return TMath::Sq(x); })},
      {"Sqrt", One([](double x) { return TMath::Sqrt(x); })},
      {"Exp", One([](double x) { return TMath::Exp(x); })},
      {"Log", One([](double x) { return TMath::Log(x); })},
      {"Log2", One([](double x) { return TMath::Log2(x); })},
      {"Log10", One([](double x) { return TMath::Log10(x); })},
      {"Floor", One([](double x) { return TMath::Floor(x); })},
      {"Ceil", One([](double x) { return TMath::Ceil(x); })},
      {"Sin", One([](double x) { return TMath::Sin(x); })},
      {"Cos", One([](double x) { return TMath::Cos(x); })},
      {"Tan", One([](double x) { return TMath::Tan(x); })},
      {"ASin", One([](double x) { return TMath::ASin(x); })},
      {"ACos", One([](double x) { return TMath::ACos(x); })},
      {"ATan", One([](double x) { return TMath::ATan(x); })},
      {"SinH", One([](double x) { return TMath::SinH(x); })},
      {"CosH", One([](double x) { return TMath::CosH(x); })},
      {"TanH", One([](double x) { return TMath::TanH(x); })},
      {"ASinH", One([](double x) { return TMath::ASinH(x); })},
      {"ACosH", One([](double x) { return TMath::ACosH(x); })},
      {"ATanH", One([](double x) { return TMath::ATanH(x); })},
      {"Erf", One([](double x) { return TMath::Erf(x); })},
      {"Erfc", One([](double x) { return TMath::Erfc(x); })},
      {"Freq", One([](double x) { return TMath::Freq(x); })},
      {"Gamma", One([](double x) { return TMath::Gamma(x); })},
      {"LnGamma", One([](double x) { return TMath::LnGamma(x); })},
      {"ATan2", Two([](double x, double y) { return TMath::ATan2(x, y); })},
      {"Hypot", Two([](double x, double y) { return TMath::Hypot(x, y); })},
      {"Power", Two([](double x, double y) { return TMath::Power(x, y); })},
      {"Min", Two([](double x, double y) { return TMath::Min(x, y); })},
      {"Max", Two([](double x, double y) { return TMath::Max(x, y); })},
      {"Gaus", Three([](double x, double mean, double sigma) { return TMath::Gaus(x, mean, sigma); })},
      {"BreitWigner", Three([](double x, double mean, double gamma) { return TMath::BreitWigner(x, mean, gamma); })},
      {"Landau", Three([](double x, double mpv, double sigma) { return TMath::Landau(x, mpv, sigma); })},
   };
}

void Add(Table_t &table, const Table_t &more, const std::string &scope)
{
   for (const auto &[name, function] : more)
      table.emplace(scope + name, function);
}

Table_t MakeTable()
{
   Table_t table = FormulaFunctions();
   Add(table, StandardFunctions(), "");
   Add(table, FormulaFunctions(), kStandard);
   Add(table, StandardFunctions(), kStandard);
   Add(table, SplitFunctions(), kSplit);
   Add(table, SplitFunctions(), std::string(kSplit) + kStandard);
   Add(table, MathFunctions(), "TMath::");
   // Conversions of C++.
   table.emplace("double", One([](double x) { return x; }));
   table.emplace("float", One([](double x) { return static_cast<double>(static_cast<float>(x)); }));
   table.emplace("bool", One([](double x) { return x != 0 ? 1. : 0.; }));
   for (const char *name : {"Double_t", "Float_t", "Int_t", "long"}) {
      const std::string like = name[0] == 'D' ? "double" : name[0] == 'F' ? "float" : "int";
      table.emplace(name, table.find(like)->second);
   }
   return table;
}

const Table_t &Table()
{
   static const Table_t table = MakeTable();
   return table;
}

} // namespace

const Function *FindFunction(const std::string &name, std::size_t nArguments, ELanguage language)
{
   const auto find = [nArguments](const std::string &key) -> const Function * {
      const auto range = Table().equal_range(key);
      const auto found = std::find_if(range.first, range.second, [nArguments](const auto &entry) {
         return entry.second.fNArguments == static_cast<int>(nArguments);
      });
      return found == range.second ? nullptr : &found->second;
   };
   const Function *ofSplit = language == ELanguage::kSplit ? find(kSplit + name) : nullptr;
   return ofSplit ? ofSplit : find(name);
}

bool IsFunction(const std::string &name)
{
   return Table().count(name) > 0;
}

} // namespace Internal
} // namespace TorchMVA
