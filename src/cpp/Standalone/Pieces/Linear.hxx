#ifndef TORCHMVA_SRC_STANDALONE_PIECES_LINEAR_HXX
#define TORCHMVA_SRC_STANDALONE_PIECES_LINEAR_HXX

namespace TorchMVA {
namespace Standalone {

// ---- text of standalone headers: from here ----

/// kWidth outputs of Linear. Their sums stay in registers while the inputs go by.
template <int L, int I, int O, int kWidth>
inline void LinearTile(const float *x, const float *weight, const float *bias, float *y)
{
   float sum[kWidth * L];
   for (int k = 0; k < kWidth; ++k) {
      const float start = bias ? bias[k] : 0.f;
      for (int l = 0; l < L; ++l)
         sum[k * L + l] = start;
   }
   for (int i = 0; i < I; ++i) {
      for (int k = 0; k < kWidth; ++k) {
         const float w = weight[i * O + k];
         for (int l = 0; l < L; ++l)
            sum[k * L + l] += w * x[i * L + l];
      }
   }
   for (int k = 0; k < kWidth * L; ++k)
      y[k] = sum[k];
}

/// y = W x + b on each of R rows of I values; the weights are I x O.
template <int L, int R, int I, int O>
inline void Linear(const float *x, const float *weight, const float *bias, float *y)
{
   constexpr int kTile = L == 1 ? 64 : 6; // what fits into the registers
   constexpr int kRest = O % kTile;
   for (int row = 0; row < R; ++row, x += I * L, y += O * L) {
      for (int o = 0; o < O - kRest; o += kTile)
         LinearTile<L, I, O, kTile>(x, weight + o, bias ? bias + o : nullptr, y + o * L);
      if constexpr (kRest > 0)
         LinearTile<L, I, O, kRest>(x, weight + O - kRest, bias ? bias + O - kRest : nullptr, y + (O - kRest) * L);
   }
}

// ---- text of standalone headers: to here ----

} // namespace Standalone
} // namespace TorchMVA

#endif
