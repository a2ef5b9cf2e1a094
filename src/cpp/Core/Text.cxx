#include "Core/Text.hxx"

#include <cstddef>

namespace TorchMVA {
namespace Internal {

namespace {

bool IsContinuation(unsigned char c)
{
   return (c & 0xC0) == 0x80;
}

/// Bytes of the character that starts at `i`, 0 if none does: overlong forms, surrogates and numbers above U+10FFFF are
/// not characters.
std::size_t LengthAt(const std::string &text, std::size_t i)
{
   const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(i + k < text.size() ? text[i + k] : 0); };
   const unsigned char first = byte(0), second = byte(1);
   if (first < 0x80)
      return 1;
   if (first >= 0xC2 && first <= 0xDF)
      return IsContinuation(second) ? 2 : 0;
   if (!IsContinuation(second) || !IsContinuation(byte(2)))
      return 0;
   if (first >= 0xE0 && first <= 0xEF) {
      const bool isOverlong = first == 0xE0 && second < 0xA0;
      const bool isSurrogate = first == 0xED && second > 0x9F;
      return isOverlong || isSurrogate ? 0 : 3;
   }
   if (first >= 0xF0 && first <= 0xF4 && IsContinuation(byte(3))) {
      const bool isOverlong = first == 0xF0 && second < 0x90;
      const bool isTooLarge = first == 0xF4 && second > 0x8F;
      return isOverlong || isTooLarge ? 0 : 4;
   }
   return 0;
}

} // namespace

bool IsUtf8(const std::string &text)
{
   std::size_t i = 0;
   while (i < text.size()) {
      const std::size_t length = LengthAt(text, i);
      if (length == 0)
         return false;
      i += length;
   }
   return true;
}

std::string AsUtf8(const std::string &text)
{
   if (IsUtf8(text))
      return text;
   constexpr const char *kDigits = "0123456789abcdef";
   std::string result;
   for (std::size_t i = 0; i < text.size();) {
      if (const std::size_t length = LengthAt(text, i)) {
         result.append(text, i, length);
         i += length;
      } else {
         const auto byte = static_cast<unsigned char>(text[i++]);
         result += std::string("\\x") + kDigits[byte >> 4] + kDigits[byte & 15];
      }
   }
   return result;
}

} // namespace Internal
} // namespace TorchMVA
