#include "NumberList.hxx"

#include "Core/OptionTable.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <charconv>
#include <cmath>
#include <limits>

namespace TorchMVA {
namespace Internal {

void FailReading(const XmlNode &node, const std::string &message)
{
   throw Error(EErrorCode::kWeightFile, message,
               {{"file", node.Document()->Path()}, {"element", "<" + node.Name() + ">"}});
}

template <typename T>
std::string FormatNumbers(const std::vector<T> &numbers)
{
   std::string text;
   text.reserve(numbers.size() * 26);
   char buffer[64];
   for (T number : numbers) {
      const auto end = std::to_chars(buffer, buffer + sizeof(buffer), number, std::chars_format::scientific,
                                     std::numeric_limits<T>::max_digits10 - 1);
      text.append(buffer, end.ptr).append(" ");
   }
   return text;
}

template <typename T>
std::vector<T> ParseNumbers(const XmlNode &node, std::size_t expected)
{
   const std::string content = node.Content();
   const char *p = content.data(), *const end = p + content.size();
   const auto isBlank = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
   std::vector<T> numbers;
   while (true) {
      while (p != end && isBlank(*p))
         ++p;
      if (p == end)
         break;
      if (*p == '+')
         ++p;
      T number = 0;
      const auto result = std::from_chars(p, end, number);
      // Denormal numbers are reported as out of range by some libraries; they are as good as 0.
      const bool isTiny = result.ec == std::errc::result_out_of_range && IsTinyNumber(p, result.ptr);
      if (isTiny)
         number = 0;
      if ((result.ec != std::errc() && !isTiny) || !std::isfinite(number) ||
          (result.ptr != end && !isBlank(*result.ptr)))
         FailReading(node, "expected finite numbers separated by blanks, found \"" +
                              std::string(p, std::min<std::size_t>(end - p, 24)) + "\"");
      numbers.push_back(number);
      p = result.ptr;
   }
   if (numbers.size() != expected)
      FailReading(node, "expected " + std::to_string(expected) + " numbers, found " + std::to_string(numbers.size()));
   return numbers;
}

long long CountAttribute(const XmlNode &node, const std::string &name, long long low, long long high)
{
   const long long value = node.IntAttribute(name);
   if (value < low || value > high)
      FailReading(node, "attribute " + name + ": expected a number from " + std::to_string(low) + " to " +
                           std::to_string(high) + ", found " + std::to_string(value));
   return value;
}

double FiniteAttribute(const XmlNode &node, const std::string &name)
{
   const double value = node.DoubleAttribute(name);
   if (!std::isfinite(value))
      FailReading(node, "attribute " + name + ": expected a finite number, found " + node.Attribute(name));
   return value;
}

float FloatAttribute(const XmlNode &node, const std::string &name)
{
   const auto value = static_cast<float>(FiniteAttribute(node, name));
   if (!std::isfinite(value))
      FailReading(node, "attribute " + name + ": expected a number that single precision can hold, found " +
                           node.Attribute(name));
   return value;
}

void RequireKnownPdf(const XmlNode &pdf)
{
   pdf.RequireKnown(
      {"Name", "MinNSmooth", "MaxNSmooth", "InterpolMethod", "KDE_type", "KDE_iter", "KDE_border", "KDE_finefactor"},
      {"Histogram", "HistogramBinning", "HistogramErrors"});
}

template std::string FormatNumbers(const std::vector<float> &);
template std::string FormatNumbers(const std::vector<double> &);
template std::vector<float> ParseNumbers(const XmlNode &, std::size_t);
template std::vector<double> ParseNumbers(const XmlNode &, std::size_t);

} // namespace Internal
} // namespace TorchMVA
