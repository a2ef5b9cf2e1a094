#ifndef TORCHMVA_SRC_STANDALONE_PIECES_REDUCTIONS_HXX
#define TORCHMVA_SRC_STANDALONE_PIECES_REDUCTIONS_HXX

#include <cmath>

namespace TorchMVA {
namespace Standalone {

// ---- text of standalone headers: from here ----

/// The middle one of A x N x B values folded by f: y has A x B.
template <int L, int A, int N, int B, typename Function>
inline void Fold(const float *x, float *y, Function f)
{
   for (int a = 0; a < A; ++a, x += N * B * L, y += B * L) {
      for (int i = 0; i < B * L; ++i)
         y[i] = x[i];
      for (int n = 1; n < N; ++n)
         for (int i = 0; i < B * L; ++i)
            y[i] = f(y[i], x[n * B * L + i]);
   }
}

/// y = (x - mean) / sqrt(variance + epsilon) * scale + shift over each of R rows of N values.
template <int L, int R, int N>
inline void LayerNorm(const float *x, const float *scale, const float *shift, float epsilon, float *y)
{
   for (int row = 0; row < R; ++row, x += N * L, y += N * L) {
      float mean[L] = {}, factor[L] = {};
      for (int i = 0; i < N; ++i)
         for (int l = 0; l < L; ++l)
            mean[l] += x[i * L + l];
      for (int l = 0; l < L; ++l)
         mean[l] /= N;
      for (int i = 0; i < N; ++i)
         for (int l = 0; l < L; ++l)
            factor[l] += (x[i * L + l] - mean[l]) * (x[i * L + l] - mean[l]);
      for (int l = 0; l < L; ++l)
         factor[l] = 1.f / std::sqrt(factor[l] / N + epsilon);
      for (int i = 0; i < N; ++i) {
         const float a = scale ? scale[i] : 1.f, b = shift ? shift[i] : 0.f;
         for (int l = 0; l < L; ++l)
            y[i * L + l] = (x[i * L + l] - mean[l]) * factor[l] * a + b;
      }
   }
}

// ---- text of standalone headers: to here ----

} // namespace Standalone
} // namespace TorchMVA

#endif
