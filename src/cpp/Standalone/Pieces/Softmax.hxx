#ifndef TORCHMVA_SRC_STANDALONE_PIECES_SOFTMAX_HXX
#define TORCHMVA_SRC_STANDALONE_PIECES_SOFTMAX_HXX

#include "Standalone/Pieces/Functions.hxx"

#include <cmath>

namespace TorchMVA {
namespace Standalone {

// ---- text of standalone headers: from here ----

/// exp(x) / sum exp(x), or its logarithm, over the middle one of A x N x B values.
template <bool kLogarithm, int L, int A, int N, int B>
inline void Softmax(const float *x, float *y)
{
   for (int a = 0; a < A; ++a) {
      for (int b = 0; b < B; ++b) {
         const int first = (a * N * B + b) * L, step = B * L;
         float largest[L], sum[L] = {};
         for (int l = 0; l < L; ++l)
            largest[l] = x[first + l];
         for (int n = 1; n < N; ++n)
            for (int l = 0; l < L; ++l)
               largest[l] = largest[l] < x[first + n * step + l] ? x[first + n * step + l] : largest[l];
         for (int n = 0; n < N; ++n) {
            for (int l = 0; l < L; ++l) {
               const float d = x[first + n * step + l] - largest[l], e = Exp(d);
               sum[l] += e;
               y[first + n * step + l] = kLogarithm ? d : e;
            }
         }
         for (int l = 0; l < L; ++l)
            sum[l] = kLogarithm ? std::log(sum[l]) : 1.f / sum[l];
         for (int n = 0; n < N; ++n)
            for (int l = 0; l < L; ++l) {
               float &value = y[first + n * step + l];
               value = kLogarithm ? value - sum[l] : value * sum[l];
            }
      }
   }
}

// ---- text of standalone headers: to here ----

} // namespace Standalone
} // namespace TorchMVA

#endif
