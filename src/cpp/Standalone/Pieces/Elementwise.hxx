#ifndef TORCHMVA_SRC_STANDALONE_PIECES_ELEMENTWISE_HXX
#define TORCHMVA_SRC_STANDALONE_PIECES_ELEMENTWISE_HXX

namespace TorchMVA {
namespace Standalone {

// ---- text of standalone headers: from here ----

/// y = f(x, parameter of its place) for A x C x B values; the C parameters belong to the middle dimension.
template <int L, int A, int C, int B, typename Function>
inline void MapWith(const float *x, float *y, Function f)
{
   for (int a = 0; a < A; ++a)
      for (int c = 0; c < C; ++c)
         for (int i = 0; i < B * L; ++i) {
            const int at = (a * C + c) * B * L + i;
            y[at] = f(x[at], c);
         }
}

/// z = f(x, y) for N values; z may be x.
template <int L, int N, typename Function>
inline void Combine(const float *x, const float *y, float *z, Function f)
{
   for (int i = 0; i < N * L; ++i)
      z[i] = f(x[i], y[i]);
}

/// z = f(x, y) for N values x and one y; z may be x.
template <int L, int N, typename Function>
inline void CombineWithOne(const float *x, const float *y, float *z, Function f)
{
   for (int i = 0; i < N; ++i)
      for (int l = 0; l < L; ++l)
         z[i * L + l] = f(x[i * L + l], y[l]);
}

/// Rows of N values, kFrom apart in x and kTo apart in y.
template <int L, int R, int N, int kFrom, int kTo>
inline void CopyRows(const float *x, float *y)
{
   for (int row = 0; row < R; ++row)
      for (int i = 0; i < N * L; ++i)
         y[row * kTo * L + i] = x[row * kFrom * L + i];
}

/// y[i] = x[index[i]] for N values.
template <int L, int N>
inline void Gather(const float *x, const int *index, float *y)
{
   for (int i = 0; i < N; ++i)
      for (int l = 0; l < L; ++l)
         y[i * L + l] = x[index[i] * L + l];
}

// ---- text of standalone headers: to here ----

} // namespace Standalone
} // namespace TorchMVA

#endif
