// Vectors of floats, as wide as the flags of the compilation allow. Included by Kernels*.cxx only, inside a namespace of
// each; nothing here may come from the standard library (see Kernels.hxx).

#if defined(__AVX512F__)
static constexpr long kLanes = 16;
static constexpr int kTileRows = 6, kTileVectors = 4; // 24 of 32 registers add up
#elif defined(__AVX2__) && defined(__FMA__)
static constexpr long kLanes = 8;
static constexpr int kTileRows = 6, kTileVectors = 2; // 12 of 16
#else
static constexpr long kLanes = 4;
#if defined(__aarch64__)
static constexpr int kTileRows = 6, kTileVectors = 4;
#else
static constexpr int kTileRows = 4, kTileVectors = 2; // 8 of 16: a product needs a register too
#endif
#endif

typedef float Vector __attribute__((vector_size(kLanes * 4)));
typedef int Ints __attribute__((vector_size(kLanes * 4)));
typedef unsigned int Bits __attribute__((vector_size(kLanes * 4)));
typedef float UnalignedVector __attribute__((vector_size(kLanes * 4), aligned(4), may_alias));

static inline Vector Load(const float *from)
{
   return *reinterpret_cast<const UnalignedVector *>(from);
}

static inline void Store(float *to, Vector x)
{
   *reinterpret_cast<UnalignedVector *>(to) = x;
}

static inline Vector Set(float x)
{
   return x - Vector{}; // + would make 0 of -0
}

/// The first `count` floats, then zeros.
static inline Vector LoadPart(const float *from, long count)
{
#if defined(__AVX512F__)
   return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), from);
#else
   Vector x = {};
   for (long i = 0; i < count; ++i)
      x[i] = from[i];
   return x;
#endif
}

static inline void StorePart(float *to, Vector x, long count)
{
#if defined(__AVX512F__)
   _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1), x);
#else
   for (long i = 0; i < count; ++i)
      to[i] = x[i];
#endif
}

/// All bits set in the first `count` lanes.
static inline Ints First(long count)
{
   Ints lanes;
   for (long i = 0; i < kLanes; ++i)
      lanes[i] = static_cast<int>(i);
   return lanes < static_cast<int>(count);
}

/// a * b + c, rounded once where the processor can.
static inline Vector Fma(Vector a, Vector b, Vector c)
{
#if defined(__AVX512F__)
   return _mm512_fmadd_ps(a, b, c);
#elif defined(__AVX2__) && defined(__FMA__)
   return _mm256_fmadd_ps(a, b, c);
#elif defined(__aarch64__)
   return vfmaq_f32(c, a, b);
#else
   return a * b + c;
#endif
}

/// The larger one; x if either is NaN.
static inline Vector AtLeast(Vector low, Vector x)
{
#if defined(__AVX512F__)
   return _mm512_max_ps(low, x);
#elif defined(__AVX2__)
   return _mm256_max_ps(low, x);
#elif defined(__SSE2__)
   return _mm_max_ps(low, x);
#else
   return x < low ? low : x;
#endif
}

/// The smaller one; x if either is NaN.
static inline Vector AtMost(Vector high, Vector x)
{
#if defined(__AVX512F__)
   return _mm512_min_ps(high, x);
#elif defined(__AVX2__)
   return _mm256_min_ps(high, x);
#elif defined(__SSE2__)
   return _mm_min_ps(high, x);
#else
   return x > high ? high : x;
#endif
}

/// The larger one; NaN if either is.
static inline Vector Larger(Vector a, Vector b)
{
   return a != a ? a : AtLeast(a, b);
}

static inline Vector SquareRoot(Vector x)
{
#if defined(__AVX512F__)
   return _mm512_sqrt_ps(x);
#elif defined(__AVX2__)
   return _mm256_sqrt_ps(x);
#elif defined(__SSE2__)
   return _mm_sqrt_ps(x);
#elif defined(__aarch64__)
   return vsqrtq_f32(x);
#else
   for (long i = 0; i < kLanes; ++i)
      x[i] = __builtin_sqrtf(x[i]);
   return x;
#endif
}

static inline Vector Absolute(Vector x)
{
   return (Vector)((Bits)x & 0x7fffffffu);
}

/// |x| with the sign of `sign`.
static inline Vector CopySign(Vector x, Vector sign)
{
   return (Vector)(((Bits)x & 0x7fffffffu) | ((Bits)sign & 0x80000000u));
}

/// Always in the same order: halves are added to halves.
static inline float Sum(Vector x)
{
#if defined(__AVX512F__)
   const __m256 half = _mm512_castps512_ps256(x) + _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(x), 1));
   const __m128 quarter = _mm256_castps256_ps128(half) + _mm256_extractf128_ps(half, 1);
#elif defined(__AVX2__)
   const __m128 quarter = _mm256_castps256_ps128(x) + _mm256_extractf128_ps(x, 1);
#else
   const Vector quarter = x;
#endif
   return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

/// NaN if one is.
static inline float Largest(Vector x)
{
   float largest = x[0];
   for (long i = 1; i < kLanes; ++i)
      largest = largest != largest || largest > x[i] ? largest : x[i];
   return largest;
}
