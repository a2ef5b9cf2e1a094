#include "SortedOrder.hxx"

#include "Core/RadixSort.hxx"

namespace TorchMVA {
namespace Internal {

std::vector<OrderedValue> SortedOrder(const std::vector<float> &values)
{
   struct Item {
      std::uint32_t fKey;
      std::uint32_t fRow;
   };
   const std::size_t n = values.size();
   std::vector<Item> items(n);
   for (std::size_t i = 0; i < n; ++i)
      items[i] = {SortKeyOf(values[i]), static_cast<std::uint32_t>(i)};
   RadixSort(items);
   std::vector<OrderedValue> sorted(n);
   for (std::size_t i = 0; i < n; ++i)
      sorted[i] = {ValueOfSortKey(items[i].fKey), items[i].fRow};
   return sorted;
}

} // namespace Internal
} // namespace TorchMVA
