#include "SortedOrder.hxx"

#include <array>
#include <cstring>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr int kDigitBits = 11; // 3 digits make the 32 bits of a float
constexpr int kDigits = 3;
constexpr std::uint32_t kDigitMask = (1u << kDigitBits) - 1;

/// Unsigned numbers in the order of the floats: flips the sign bit, and all others of negative numbers.
std::uint32_t KeyOf(float value)
{
   std::uint32_t bits;
   std::memcpy(&bits, &value, sizeof(bits));
   return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

float ValueOf(std::uint32_t key)
{
   const std::uint32_t bits = key & 0x80000000u ? key & 0x7fffffffu : ~key;
   float value;
   std::memcpy(&value, &bits, sizeof(value));
   return value;
}

} // namespace

std::vector<OrderedValue> SortedOrder(const std::vector<float> &values)
{
   struct Item {
      std::uint32_t fKey;
      std::uint32_t fRow;
   };
   const std::size_t n = values.size();
   std::vector<Item> items(n), buffer(n);
   std::array<std::array<std::uint32_t, 1u << kDigitBits>, kDigits> counts{};
   for (std::size_t i = 0; i < n; ++i) {
      items[i] = {KeyOf(values[i]), static_cast<std::uint32_t>(i)};
      for (int digit = 0; digit < kDigits; ++digit)
         ++counts[digit][(items[i].fKey >> (digit * kDigitBits)) & kDigitMask];
   }
   for (int digit = 0; digit < kDigits; ++digit) {
      std::uint32_t position = 0;
      for (std::uint32_t &count : counts[digit]) {
         const std::uint32_t size = count;
         count = position;
         position += size;
      }
      for (const Item &item : items)
         buffer[counts[digit][(item.fKey >> (digit * kDigitBits)) & kDigitMask]++] = item;
      items.swap(buffer);
   }
   std::vector<OrderedValue> sorted(n);
   for (std::size_t i = 0; i < n; ++i)
      sorted[i] = {ValueOf(items[i].fKey), items[i].fRow};
   return sorted;
}

} // namespace Internal
} // namespace TorchMVA
