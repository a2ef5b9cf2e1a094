#ifndef TORCHMVA_SRC_STANDALONE_PIECES_IMAGES_HXX
#define TORCHMVA_SRC_STANDALONE_PIECES_IMAGES_HXX

#include <limits>

namespace TorchMVA {
namespace Standalone {

// ---- text of standalone headers: from here ----

/// Sizes of a convolution or pooling: C channels of H x W values, a kernel, and OH x OW results a channel.
template <int kC, int kH, int kW, int kKH, int kKW, int kSH, int kSW, int kPH, int kPW, int kDH, int kDW, int kOH,
          int kOW>
struct Window {
   static constexpr int C = kC, H = kH, W = kW, KH = kKH, KW = kKW, SH = kSH, SW = kSW, PH = kPH, PW = kPW, DH = kDH,
                        DW = kDW, OH = kOH, OW = kOW;
   /// The results [first, last) whose input at offset d = k * dilation - padding lies in [0, size).
   static constexpr int First(int d, int stride) { return d >= 0 ? 0 : (-d + stride - 1) / stride; }
   static constexpr int Last(int d, int stride, int size, int results)
   {
      const int last = size - d <= 0 ? 0 : (size - d + stride - 1) / stride;
      return last < results ? last : results;
   }
};

/// Calls f(result, input) for all pairs of one position of the kernel in one channel, as offsets into the channels.
template <int L, typename S, typename Function>
inline void ForWindow(int ky, int kx, Function f)
{
   const int dy = ky * S::DH - S::PH, dx = kx * S::DW - S::PW;
   const int lastY = S::Last(dy, S::SH, S::H, S::OH), lastX = S::Last(dx, S::SW, S::W, S::OW);
   const int firstX = S::First(dx, S::SW);
   for (int oy = S::First(dy, S::SH); oy < lastY; ++oy) {
      const int row = oy * S::OW * L, inputRow = ((oy * S::SH + dy) * S::W + dx) * L;
      if constexpr (S::SW == 1) {
         for (int i = firstX * L; i < lastX * L; ++i)
            f(row + i, inputRow + i);
      } else {
         for (int ox = firstX; ox < lastX; ++ox)
            for (int l = 0; l < L; ++l)
               f(row + ox * L + l, inputRow + ox * S::SW * L + l);
      }
   }
}

/// Convolution with O output channels in G groups; the weights are O x C/G x KH x KW.
template <int L, typename S, int O, int G>
inline void Convolution(const float *x, const float *weight, const float *bias, float *y)
{
   constexpr int kPlane = S::H * S::W * L, kResult = S::OH * S::OW * L;
   for (int o = 0; o < O; ++o, y += kResult) {
      const float start = bias ? bias[o] : 0.f;
      for (int i = 0; i < kResult; ++i)
         y[i] = start;
      for (int c = 0; c < S::C / G; ++c) {
         const float *plane = x + (o / (O / G) * (S::C / G) + c) * kPlane;
         for (int ky = 0; ky < S::KH; ++ky)
            for (int kx = 0; kx < S::KW; ++kx) {
               const float w = *weight++;
               ForWindow<L, S>(ky, kx, [=](int to, int from) { y[to] += w * plane[from]; });
            }
      }
   }
}

template <int L, typename S>
inline void MaxPool(const float *x, float *y)
{
   constexpr int kPlane = S::H * S::W * L, kResult = S::OH * S::OW * L;
   for (int c = 0; c < S::C; ++c, x += kPlane, y += kResult) {
      for (int i = 0; i < kResult; ++i)
         y[i] = -std::numeric_limits<float>::infinity();
      for (int ky = 0; ky < S::KH; ++ky)
         for (int kx = 0; kx < S::KW; ++kx)
            ForWindow<L, S>(ky, kx,
                            [=](int to, int from) { y[to] = y[to] != y[to] || y[to] > x[from] ? y[to] : x[from]; });
   }
}

/// Mean over the kernel; kCountPadding: as if there were zeros around the input.
template <int L, typename S, bool kCountPadding>
inline void AveragePool(const float *x, float *y)
{
   constexpr int kPlane = S::H * S::W * L, kResult = S::OH * S::OW * L;
   for (int c = 0; c < S::C; ++c, x += kPlane, y += kResult) {
      float count[kResult];
      for (int i = 0; i < kResult; ++i) {
         y[i] = 0;
         count[i] = kCountPadding ? S::KH * S::KW : 0;
      }
      for (int ky = 0; ky < S::KH; ++ky)
         for (int kx = 0; kx < S::KW; ++kx)
            ForWindow<L, S>(ky, kx, [=, &count](int to, int from) {
               y[to] += x[from];
               if constexpr (!kCountPadding)
                  count[to] += 1;
            });
      for (int i = 0; i < kResult; ++i)
         y[i] /= count[i];
   }
}

// ---- text of standalone headers: to here ----

} // namespace Standalone
} // namespace TorchMVA

#endif
