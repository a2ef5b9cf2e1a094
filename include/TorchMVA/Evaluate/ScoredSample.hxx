#ifndef TORCHMVA_EVALUATE_SCOREDSAMPLE_HXX
#define TORCHMVA_EVALUATE_SCOREDSAMPLE_HXX

#include "RtypesCore.h"

namespace TorchMVA {

/// One response, weight and class number per event, as views of memory that somebody else owns.
/// A plain value. `fStride` is the distance between two events' responses, so that a column of a row-major
/// matrix of responses is a ScoredSample too.
struct ScoredSample {
   const float *fResponses = nullptr;
   Long64_t fN = 0;
   Long64_t fStride = 1;
   const float *fWeights = nullptr; ///< null: every event has weight 1
   const int *fClasses = nullptr;

   float Response(Long64_t i) const { return fResponses[i * fStride]; }
   double Weight(Long64_t i) const { return fWeights ? fWeights[i] : 1.0; }
   int Class(Long64_t i) const { return fClasses[i]; }
};

} // namespace TorchMVA

#endif
