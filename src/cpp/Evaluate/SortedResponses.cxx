#include "Evaluate/SortedResponses.hxx"

#include "Evaluate/ResponseCheck.hxx"

namespace TorchMVA {
namespace Internal {

SortedResponses::SortedResponses(const ScoredSample &sample) : fEvents(sample.fN)
{
   for (Long64_t i = 0; i < sample.fN; ++i) {
      const float response = sample.Response(i), weight = static_cast<float>(sample.Weight(i));
      RequireFinite(response, "response", i);
      RequireFinite(weight, "weight", i);
      fEvents[i] = {SortKeyOf(response), weight, sample.Class(i)};
   }
   RadixSort(fEvents);
}

} // namespace Internal
} // namespace TorchMVA
