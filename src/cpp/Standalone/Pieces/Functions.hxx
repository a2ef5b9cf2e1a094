#ifndef TORCHMVA_SRC_STANDALONE_PIECES_FUNCTIONS_HXX
#define TORCHMVA_SRC_STANDALONE_PIECES_FUNCTIONS_HXX

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace TorchMVA {
namespace Standalone {

// ---- text of standalone headers: from here ----

/// 2^n for -126 <= n <= 127.
inline float PowerOfTwo(int n)
{
   const std::uint32_t bits = static_cast<std::uint32_t>(n + 127) << 23;
   float power;
   std::memcpy(&power, &bits, sizeof power);
   return power;
}

/// exp(x) as 2^n exp(r), |r| <= log(2) / 2, with the polynomial of S. Moshier's Cephes library (expf): relative error
/// about 1e-7. Plain arithmetic, so that loops vectorise. NaN stays NaN.
inline float Exp(float x)
{
   const float c = x > -104.f ? (x < 89.f ? x : 89.f) : -104.f; // 0 and infinity
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
   const int half = n / 2; // in two steps: results below the smallest normal number, and infinity
   const float y = p * PowerOfTwo(half) * PowerOfTwo(n - half);
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

/// The normal distribution's cumulative probability, from its centre and, for large |x|, from Mills' ratio; the
/// polynomials are those of the native engine. The relative error grows as x^2/2 * 1e-7 below -1.
inline float NormalProbability(float x)
{
   const float square = x * x, a = std::fabs(x), u = 1.f / (0.3f * a + 1.f);
   float p = -7.462893576e-6f;
   p = p * square + 1.1295216987e-4f;
   p = p * square - 1.1857849822e-3f;
   p = p * square + 9.9730783784e-3f;
   p = p * square - 6.6490314362e-2f;
   p = p * square + 3.9894227768e-1f;
   float q = 3.6035852924e-2f;
   q = q * u - 1.6188034044e-1f;
   q = q * u + 2.1959941667e-1f;
   q = q * u - 7.0887160108e-2f;
   q = q * u + 1.4086116158e-1f;
   q = q * u + 9.4786466464e-2f;
   q = q * u + 1.2199038117e-1f;
   q = q * u + 1.1947014916e-1f;
   q = q * u + 8.4256034e-6f;
   const float tail = q * Exp(-0.5f * square);
   return a < 1.f ? x * p + 0.5f : x > 0 ? 1.f - tail : tail;
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
