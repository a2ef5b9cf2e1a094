#include "EvaluateRows.hxx"

#include <algorithm>
#include <cmath>

namespace TorchMVA {

namespace {

/// Numbers that are looked at before they are evaluated: few enough to be in the processor's cache still, then.
constexpr Long64_t kCachedNumbers = 1 << 17;

} // namespace

bool Internal::HasNaN(const float *values, Long64_t n)
{
   constexpr int kLanes = 16; // an inner loop of known length becomes vectors
   Long64_t first = 0;
   int found = 0;
   if (n >= kLanes) {
      int lanes[kLanes] = {};
      for (; first + kLanes <= n; first += kLanes) {
         for (int k = 0; k < kLanes; ++k)
            lanes[k] |= values[first + k] != values[first + k];
      }
      for (const int lane : lanes)
         found |= lane;
   }
   for (; first < n; ++first)
      found |= values[first] != values[first];
   return found != 0;
}

Long64_t Internal::EvaluateRows(const MethodBase &method, const float *rows, Long64_t n, float *responses,
                                const double *spectators)
{
   const Long64_t nVariables = method.GetNVariables(), nResponses = method.GetNResponses();
   const Long64_t nSpectators = method.DataInfo().GetNSpectators();
   // what wants all rows at once (a predict_func) says so by its block
   const Long64_t cached = std::max<Long64_t>(kCachedNumbers / std::max<Long64_t>(nVariables, 1), 256);
   const Long64_t wanted = method.GetBlockRows();
   const Long64_t block = wanted > kCachedNumbers ? wanted : std::max<Long64_t>(std::min(cached, wanted), 1);
   Long64_t nNaN = 0;
   for (Long64_t first = 0; first < n; first += std::min(block, n - first)) {
      const Long64_t count = std::min(block, n - first);
      const float *part = rows + first * nVariables;
      float *out = responses + first * nResponses;
      const bool hasNaN = HasNaN(part, count * nVariables);
      method.Evaluate(part, count, out, spectators ? spectators + first * nSpectators : nullptr);
      if (!hasNaN)
         continue;
      for (Long64_t i = 0; i < count; ++i) {
         if (HasNaN(part + i * nVariables, nVariables)) {
            std::fill_n(out + i * nResponses, nResponses, kNaNResponse);
            ++nNaN;
         }
      }
   }
   return nNaN;
}

} // namespace TorchMVA
