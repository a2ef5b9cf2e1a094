#ifndef TORCHMVA_EVALUATE_SORTEDRESPONSES_HXX
#define TORCHMVA_EVALUATE_SORTEDRESPONSES_HXX

#include "Core/RadixSort.hxx"
#include "TorchMVA/Evaluate/ScoredSample.hxx"

#include <cstdint>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// One event of a sample sorted by response.
struct SortedEvent {
   std::uint32_t fKey; ///< the response, see SortKeyOf
   float fWeight;
   int fClass;
   float Response() const { return ValueOfSortKey(fKey); }
};

/// The events of a sample by ascending response: sorted once, used by every curve of that response. O(n).
struct SortedResponses {
   std::vector<SortedEvent> fEvents;
   SortedResponses() = default;
   /// Throws Error (kData) if a response or weight is not finite.
   explicit SortedResponses(const ScoredSample &sample);
};

} // namespace Internal
} // namespace TorchMVA

#endif
