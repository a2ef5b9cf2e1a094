#ifndef TORCHMVA_DATA_SHUFFLEGENERATOR_HXX
#define TORCHMVA_DATA_SHUFFLEGENERATOR_HXX

#include "TRandom3.h"

#include <cstdint>

namespace TorchMVA {
namespace Internal {

/// TRandom3 as std::shuffle wants it, with TMVA's range, so that the permutations are TMVA's.
class ShuffleGenerator {
public:
   using result_type = std::uint32_t;
   explicit ShuffleGenerator(UInt_t seed) : fRandom(seed) {}
   static constexpr result_type min() { return 0; }
   static constexpr result_type max() { return 4294967295u; }
   result_type operator()() { return fRandom.Integer(max()); }

private:
   TRandom3 fRandom;
};

} // namespace Internal
} // namespace TorchMVA

#endif
