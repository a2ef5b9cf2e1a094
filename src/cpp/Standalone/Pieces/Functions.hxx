#ifndef TORCHMVA_SRC_STANDALONE_PIECES_FUNCTIONS_HXX
#define TORCHMVA_SRC_STANDALONE_PIECES_FUNCTIONS_HXX

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace TorchMVA {
namespace Standalone {

// ---- text of standalone headers: from here ----

/// exp(x) as 2^n exp(r), |r| <= log(2) / 2, with the polynomial of S. Moshier's Cephes library (expf): relative error
/// about 1e-7. Plain arithmetic, so that loops vectorise. NaN stays NaN.
inline float Exp(float x)
{
   const float c = x > -86.6f ? (x < 88.7f ? x : 88.7f) : -86.6f;
   const int n = static_cast<int>(c * 1.44269504f + (c < 0 ? -0.5f : 0.5f));
   const float m = static_cast<float>(n);
   const float r = (c - m * 0.693359375f) + m * 2.12194440e-4f;
   float p = 1.9875691500e-4f;
   p = p * r + 1.3981999507e-3f;
   p = p * r + 8.3334519073e-3f;
   p = p * r + 4.1665795894e-2f;
   p = p * r + 1.6666665459e-1f;
   p = p * r + 5.0000001201e-1f;
   p = p * r * r + r + 1.f;
   const std::uint32_t bits = static_cast<std::uint32_t>(n + 126) << 23; // of 2^(n - 1)
   float scale;
   std::memcpy(&scale, &bits, sizeof scale);
   const float y = x < -86.6f ? 0.f : x > 88.72f ? std::numeric_limits<float>::infinity() : p * scale * 2.f;
   return x == x ? y : x;
}

/// exp(x) - 1, accurate for small x.
inline float ExpMinus1(float x)
{
   float p = 1.9875691500e-4f;
   p = p * x + 1.3981999507e-3f;
   p = p * x + 8.3334519073e-3f;
   p = p * x + 4.1665795894e-2f;
   p = p * x + 1.6666665459e-1f;
   p = p * x + 5.0000001201e-1f;
   return std::fabs(x) < 0.34f ? p * x * x + x : Exp(x) - 1.f;
}

inline float Sigmoid(float x)
{
   return 1.f / (1.f + Exp(-x));
}

/// Cephes (tanhf): a polynomial for small x, else from exp.
inline float Tanh(float x)
{
   const float a = std::fabs(x), z = x * x;
   float p = -5.70498872745e-3f;
   p = p * z + 2.06390887954e-2f;
   p = p * z - 5.37397155531e-2f;
   p = p * z + 1.33314422036e-1f;
   p = p * z - 3.33332819422e-1f;
   const float large = 1.f - 2.f / (Exp(2.f * a) + 1.f);
   return a < 0.625f ? p * z * x + x : x < 0 ? -large : large;
}

/// Error function: its series for small x, else Abramowitz and Stegun 7.1.26; absolute error about 3e-7.
inline float Erf(float x)
{
   const float a = std::fabs(x), z = x * x, t = 1.f / (1.f + 0.3275911f * a);
   float p = 1.061405429f;
   p = p * t - 1.453152027f;
   p = p * t + 1.421413741f;
   p = p * t - 0.284496736f;
   p = p * t + 0.254829592f;
   const float large = 1.f - p * t * Exp(-z);
   float s = -1.f / 1320;
   s = s * z + 1.f / 216;
   s = s * z - 1.f / 42;
   s = s * z + 1.f / 10;
   s = s * z - 1.f / 3;
   return a < 0.5f ? 1.1283791671f * (x + x * z * s) : x < 0 ? -large : large;
}

/// log(1 + exp(x))
inline float LogOnePlusExp(float x)
{
   return (x > 0 ? x : 0.f) + std::log1p(Exp(-std::fabs(x)));
}

/// y[i] = f(x[i]) for N values; y may be x.
template <int N, typename Function>
inline void Map(const float *x, float *y, Function f)
{
   for (int i = 0; i < N; ++i)
      y[i] = f(x[i]);
}

// ---- text of standalone headers: to here ----

} // namespace Standalone
} // namespace TorchMVA

#endif
