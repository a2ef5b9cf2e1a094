#ifndef TORCHMVA_TRANSFORM_SORTEDORDER_HXX
#define TORCHMVA_TRANSFORM_SORTEDORDER_HXX

#include <cstdint>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// A float and the number of its row.
struct OrderedValue {
   float fValue;
   std::uint32_t fRow;
};

/// The values in ascending order, equal ones by row (radix sort: linear in time, 16 bytes a value for its duration).
/// At most 2^32 - 1 values. NaN go to the ends.
std::vector<OrderedValue> SortedOrder(const std::vector<float> &values);

} // namespace Internal
} // namespace TorchMVA

#endif
