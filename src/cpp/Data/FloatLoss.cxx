#include "FloatLoss.hxx"

#include "TString.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace TorchMVA {
namespace Internal {

namespace {

/// Rounded to six bits more than a float has. What differs by less is noise of the arithmetic, and no loss.
double Fine(double value)
{
   constexpr int bits = std::numeric_limits<float>::digits + 6;
   int exponent = 0;
   const double fraction = std::frexp(value, &exponent);
   return std::ldexp(std::nearbyint(std::ldexp(fraction, bits)), exponent - bits);
}

template <typename Function>
std::size_t CountDistinct(const std::vector<double> &sorted, Function &&rounded)
{
   std::size_t n = 0;
   for (std::size_t i = 0; i < sorted.size(); ++i)
      n += i == 0 || rounded(sorted[i]) != rounded(sorted[i - 1]);
   return n;
}

FloatLoss Compare(const std::vector<double> &sorted)
{
   FloatLoss loss;
   loss.fDistinct = CountDistinct(sorted, Fine);
   loss.fLeft = CountDistinct(sorted, [](double x) { return static_cast<float>(x); });
   return loss;
}

double Round(double value, int digits)
{
   return std::strtod(TString::Format("%.*e", digits - 1, value), nullptr);
}

/// A number of few digits near `value` which, subtracted, leaves what a float can hold.
double FindOffset(const std::vector<double> &sorted, double value)
{
   for (int digits = 3; digits < 16; ++digits) {
      const double offset = Round(value, digits);
      std::vector<double> shifted = sorted;
      for (double &x : shifted)
         x -= offset;
      if (!Compare(shifted).IsGrave())
         return offset;
   }
   return value;
}

} // namespace

ValueSamples::ValueSamples(std::size_t columns, Long64_t rows) : fColumns(columns)
{
   while (rows / (fMask + 1) > static_cast<Long64_t>(kMost))
      fMask = 2 * fMask + 1;
}

void ValueSamples::Add(std::size_t column, Long64_t row, double value)
{
   fColumns[column].emplace_back(row, value);
   while (fColumns[column].size() > 2 * kMost) { // more rows than expected
      fMask = 2 * fMask + 1;
      for (auto &values : fColumns)
         values.erase(
            std::remove_if(values.begin(), values.end(), [this](const auto &item) { return !Takes(item.first); }),
            values.end());
   }
}

void ValueSamples::AppendTo(std::vector<double> &values, std::size_t column) const
{
   for (const auto &item : fColumns[column])
      values.push_back(item.second);
}

FloatLoss FindFloatLoss(std::vector<double> numbers)
{
   const auto isNoFloat = [](double x) { return !std::isfinite(static_cast<float>(x)); };
   numbers.erase(std::remove_if(numbers.begin(), numbers.end(), isNoFloat), numbers.end());
   std::sort(numbers.begin(), numbers.end());
   if (const std::size_t n = numbers.size(); n > ValueSamples::kMost) {
      for (std::size_t i = 0; i < ValueSamples::kMost; ++i)
         numbers[i] = numbers[i * n / ValueSamples::kMost];
      numbers.resize(ValueSamples::kMost);
   }
   if (numbers.empty())
      return {};
   FloatLoss loss = Compare(numbers);
   loss.fMedian = numbers[numbers.size() / 2];
   const auto median = std::fabs(static_cast<float>(loss.fMedian));
   loss.fStep = std::nextafter(median, std::numeric_limits<float>::infinity()) - median;
   if (loss.IsGrave())
      loss.fOffset = FindOffset(numbers, loss.fMedian);
   return loss;
}

std::string FloatLoss::Describe(const std::string &what, const std::string &expression) const
{
   std::string text =
      TString::Format("%s is kept as a float, which has steps of %g at %.6g: of %zu different values in a "
                      "sample of its events %zu %s left",
                      what.c_str(), fStep, fMedian, fDistinct, fLeft, fLeft == 1 ? "is" : "are")
         .Data();
   if (expression.empty())
      return text;
   const bool isName = std::all_of(expression.begin(), expression.end(),
                                   [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; });
   const double size = std::fabs(fOffset);
   const TString number = TString::Format(std::floor(size) == size && size < 1e15 ? "%.0f" : "%.15g", size);
   return text + ". Subtract an offset: '" + (isName ? expression : "(" + expression + ")") +
          (fOffset < 0 ? "+" : "-") + number.Data() + "'";
}

} // namespace Internal
} // namespace TorchMVA
