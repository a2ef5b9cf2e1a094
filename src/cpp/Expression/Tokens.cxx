#include "Tokens.hxx"

#include "Syntax.hxx"

#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr std::size_t kMaxLength = 20000;

bool IsDigit(char c)
{
   return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// Letters of other alphabets are bytes above 127.
bool BeginsName(char c)
{
   return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || static_cast<unsigned char>(c) > 127;
}

bool ContinuesName(char c)
{
   return BeginsName(c) || IsDigit(c) || c == '$';
}

class Splitter {
public:
   Splitter(const std::string &text, bool parameters) : fText(text), fParameters(parameters) {}

   std::vector<Token> Split()
   {
      if (fText.size() > kMaxLength)
         throw ExpressionProblem("it has more than " + std::to_string(kMaxLength) + " characters");
      while (SkipSpace())
         fTokens.push_back(Next());
      fTokens.push_back({Token::EKind::kEnd, ""});
      return std::move(fTokens);
   }

private:
   char At(std::size_t offset) const { return fAt + offset < fText.size() ? fText[fAt + offset] : '\0'; }

   bool SkipSpace()
   {
      while (fAt < fText.size() && std::isspace(static_cast<unsigned char>(fText[fAt])))
         ++fAt;
      return fAt < fText.size();
   }

   Token Next()
   {
      const char c = At(0);
      if (IsDigit(c) || (c == '.' && IsDigit(At(1)) && !IsMember()))
         return Number();
      if (BeginsName(c))
         return Name();
      if (c == '"')
         return Text();
      if (c == '[' && fParameters && !IsAfterValue())
         return Parameter();
      return Sign();
   }

   /// True if the last token ends a value, so that a bracket is an index.
   bool IsAfterValue() const
   {
      if (fTokens.empty())
         return false;
      const Token &last = fTokens.back();
      return last.fKind == Token::EKind::kName || (last.fKind == Token::EKind::kSign && last.fText == "]");
   }

   /// True if a period here belongs to the name before it.
   bool IsMember() const { return IsAfterValue(); }

   Token Number()
   {
      const std::size_t begin = fAt;
      double value = 0;
      if (At(0) == '0' && (At(1) == 'x' || At(1) == 'X')) {
         std::uint64_t bits = 0;
         const char *end = fText.data() + fText.size();
         const auto result = std::from_chars(fText.data() + fAt + 2, end, bits, 16);
         fAt = result.ptr - fText.data();
         value = static_cast<double>(bits);
         if (result.ec != std::errc())
            throw ExpressionProblem("'" + fText.substr(begin, 20) + "' is not a number");
      } else {
         const char *first = fText.data() + fAt;
         const auto result = std::from_chars(first, fText.data() + fText.size(), value);
         fAt = result.ptr - fText.data();
         const std::string written(first, result.ptr);
         const bool isTiny = written.find("e-") != std::string::npos || written.find("E-") != std::string::npos;
         if (result.ec == std::errc::result_out_of_range && !isTiny)
            throw ExpressionProblem("'" + written + "' is beyond the range of a number");
      }
      SkipSuffix(value);
      if (ContinuesName(At(0)) || (At(0) == '.' && IsDigit(At(1))))
         throw ExpressionProblem("'" + fText.substr(begin, fAt + 1 - begin) + "' is not a number");
      return {Token::EKind::kNumber, fText.substr(begin, fAt - begin), value};
   }

   /// The suffixes of C++: 2.f, 3u, 4ull.
   void SkipSuffix(double &value)
   {
      if (At(0) == 'f' || At(0) == 'F') {
         value = static_cast<float>(value);
         ++fAt;
         return;
      }
      while (At(0) == 'u' || At(0) == 'U' || At(0) == 'l' || At(0) == 'L')
         ++fAt;
   }

   Token Name()
   {
      const std::size_t begin = fAt;
      while (ContinuesName(At(0)) || (At(0) == ':' && At(1) == ':' && BeginsName(At(2))))
         fAt += At(0) == ':' ? 2 : 1;
      return {Token::EKind::kName, fText.substr(begin, fAt - begin)};
   }

   Token Text()
   {
      const std::size_t end = fText.find('"', fAt + 1);
      if (end == std::string::npos)
         throw ExpressionProblem("a quotation mark is missing");
      const std::size_t begin = fAt + 1;
      fAt = end + 1;
      return {Token::EKind::kText, fText.substr(begin, end - begin)};
   }

   Token Parameter()
   {
      const std::size_t end = fText.find(']', fAt);
      if (end == std::string::npos)
         throw ExpressionProblem("']' is missing");
      const std::size_t begin = fAt + 1;
      fAt = end + 1;
      return {Token::EKind::kParameter, fText.substr(begin, end - begin)};
   }

   Token Sign()
   {
      static constexpr std::array<std::array<const char *, 2>, 12> kLong = {{{"&&", "&&"},
                                                                             {"||", "||"},
                                                                             {"==", "=="},
                                                                             {"!=", "!="},
                                                                             {"<=", "<="},
                                                                             {">=", ">="},
                                                                             {"=<", "<="},
                                                                             {"=>", ">="},
                                                                             {"<<", "<<"},
                                                                             {">>", ">>"},
                                                                             {"**", "^"},
                                                                             {"->", "."}}};
      for (const auto &[written, meant] : kLong) {
         if (At(0) == written[0] && At(1) == written[1]) {
            fAt += 2;
            return {Token::EKind::kSign, meant};
         }
      }
      const char c = fText[fAt++];
      if (std::string("+-*/%^<>!&|?:(),[].@").find(c) == std::string::npos)
         throw ExpressionProblem(std::isprint(static_cast<unsigned char>(c)) ? std::string("unexpected '") + c + "'"
                                                                             : "it has a character that is not text");
      return {Token::EKind::kSign, std::string(1, c)};
   }

   const std::string &fText;
   bool fParameters;
   std::size_t fAt = 0;
   std::vector<Token> fTokens;
};

} // namespace

std::vector<Token> SplitIntoTokens(const std::string &text, bool parameters)
{
   return Splitter(text, parameters).Split();
}

void RequireBalanced(const std::string &text)
{
   std::string open;
   bool isText = false;
   for (const char c : text) {
      if (c == '"')
         isText = !isText;
      if (isText)
         continue;
      if (c == '(' || c == '[')
         open += c;
      if (c != ')' && c != ']')
         continue;
      const char first = c == ')' ? '(' : '[';
      if (open.empty() || open.back() != first)
         throw ExpressionProblem(std::string("'") + c + "' has no '" + first + "'");
      open.pop_back();
   }
   if (isText)
      throw ExpressionProblem("a quotation mark is missing");
   if (!open.empty())
      throw ExpressionProblem(std::string("'") + (open.back() == '(' ? ')' : ']') + "' is missing");
}

} // namespace Internal
} // namespace TorchMVA
