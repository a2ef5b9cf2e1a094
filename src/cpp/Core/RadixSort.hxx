#ifndef TORCHMVA_CORE_RADIXSORT_HXX
#define TORCHMVA_CORE_RADIXSORT_HXX

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Unsigned numbers in the order of the floats: flips the sign bit, and all others of negative numbers.
inline std::uint32_t SortKeyOf(float value)
{
   std::uint32_t bits;
   std::memcpy(&bits, &value, sizeof(bits));
   return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

/// The float of a key.
inline float ValueOfSortKey(std::uint32_t key)
{
   const std::uint32_t bits = key & 0x80000000u ? key & 0x7fffffffu : ~key;
   float value;
   std::memcpy(&value, &bits, sizeof(value));
   return value;
}

/// Sorts items by their member fKey (std::uint32_t), stably, in linear time; needs the memory of the items twice.
template <typename Item>
void RadixSort(std::vector<Item> &items)
{
   constexpr int kDigitBits = 11; // 3 digits make 32 bits
   constexpr int kDigits = 3;
   constexpr std::uint32_t kDigitMask = (1u << kDigitBits) - 1;
   std::vector<Item> buffer(items.size());
   std::array<std::array<std::size_t, 1u << kDigitBits>, kDigits> counts{};
   for (const Item &item : items)
      for (int digit = 0; digit < kDigits; ++digit)
         ++counts[digit][(item.fKey >> (digit * kDigitBits)) & kDigitMask];
   for (int digit = 0; digit < kDigits; ++digit) {
      std::size_t position = 0;
      for (std::size_t &count : counts[digit]) {
         const std::size_t size = count;
         count = position;
         position += size;
      }
      for (const Item &item : items)
         buffer[counts[digit][(item.fKey >> (digit * kDigitBits)) & kDigitMask]++] = item;
      items.swap(buffer);
   }
}

} // namespace Internal
} // namespace TorchMVA

#endif
