#include "Standalone/StandaloneCode.hxx"

#include "Core/ExactNumber.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <type_traits>

namespace TorchMVA {
namespace Internal {

namespace {

/// Of finite numbers with a decimal point or an exponent.
template <typename T>
std::string Literal(T value, const char *type, const char *suffix)
{
   if (!std::isfinite(value)) {
      const std::string limits = std::string("std::numeric_limits<") + type + ">::";
      return std::isnan(value) ? limits + "quiet_NaN()" : (value < 0 ? "-" : "") + limits + "infinity()";
   }
   std::string text = ExactNumber(value);
   if (text.find_first_of(".e") == std::string::npos)
      text += ".";
   return text + suffix;
}

std::string Literal(int value)
{
   return std::to_string(value);
}
std::string Literal(float value)
{
   return FloatLiteral(value);
}
std::string Literal(double value)
{
   return DoubleLiteral(value);
}

} // namespace

void StandaloneCode::Use(const std::string &piece)
{
   if (!fUsed.insert(piece).second)
      return;
   const std::string text = StandalonePiece(piece);
   if (text.empty())
      throw Error(EErrorCode::kInternal, "there is no piece of standalone code \"" + piece + "\"");
   fPieces << text;
}

template <typename T>
void StandaloneCode::Table(const std::string &name, const std::vector<T> &numbers)
{
   constexpr std::size_t kWidth = 110;
   fOut << "inline constexpr "
        << (std::is_same<T, float>::value    ? "float "
            : std::is_same<T, double>::value ? "double "
                                             : "int ")
        << name << "[] = {\n";
   std::string line;
   for (const T number : numbers) {
      const std::string literal = Literal(number) + ", ";
      if (line.size() + literal.size() > kWidth) {
         line.pop_back();
         fOut << "   " << line << '\n';
         line.clear();
      }
      line += literal;
   }
   if (!line.empty())
      line.resize(line.size() - 2);
   fOut << "   " << line << "};\n\n";
}

template void StandaloneCode::Table<float>(const std::string &, const std::vector<float> &);
template void StandaloneCode::Table<double>(const std::string &, const std::vector<double> &);
template void StandaloneCode::Table<int>(const std::string &, const std::vector<int> &);

std::string FloatLiteral(float value)
{
   return Literal(value, "float", "f");
}

std::string DoubleLiteral(double value)
{
   return Literal(value, "double", "");
}

std::string StringLiteral(const std::string &text)
{
   std::string literal = "\"";
   for (const char c : text) {
      const auto code = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\')
         literal += '\\';
      if (std::iscntrl(code)) // a new line would end it; three octal digits, so that none behind them joins
         literal += {'\\', static_cast<char>('0' + code / 64), static_cast<char>('0' + code / 8 % 8),
                     static_cast<char>('0' + code % 8)};
      else
         literal += c;
   }
   return literal + "\"";
}

std::string CommentText(std::string text)
{
   std::replace_if(text.begin(), text.end(), [](unsigned char c) { return std::iscntrl(c) || c == '\\'; }, ' ');
   return text;
}

void ReplaceAll(std::string &text, const std::string &from, const std::string &to)
{
   for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
      text.replace(at, from.size(), to);
}

} // namespace Internal
} // namespace TorchMVA
