#ifndef TORCHMVA_SRC_APPLY_RESPONSESOURCE_HXX
#define TORCHMVA_SRC_APPLY_RESPONSESOURCE_HXX

#include <cstddef>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Inputs of n events, row-major; `fSpectators` is null unless the responses depend on them.
struct InputRows {
   const float *fVariables = nullptr;
   const double *fSpectators = nullptr;
   std::size_t fN = 0;
};

/// What a column of a data frame asks for responses (Experimental::Define).
class ResponseSource {
public:
   /// Memory of one slot of a data frame for the rows of an entry.
   struct alignas(64) Scratch {
      std::vector<float> fVariables;
      std::vector<double> fSpectators;
   };

   ResponseSource(std::size_t nResponses, unsigned nSlots) : fNResponses(nResponses), fScratch(nSlots) {}
   virtual ~ResponseSource() = default;
   /// Writes n x GetNResponses() floats. Called by one thread at a time for each slot.
   virtual void Evaluate(unsigned slot, const InputRows &rows, float *responses) = 0;

   std::size_t GetNResponses() const { return fNResponses; }
   Scratch &GetScratch(unsigned slot) { return fScratch[slot]; }

private:
   std::size_t fNResponses;
   std::vector<Scratch> fScratch;
};

} // namespace Internal
} // namespace TorchMVA

#endif
