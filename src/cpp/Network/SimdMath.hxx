// Elementary functions of vectors. Relative errors are about 1e-7 (2 units in the last place at most); NaN stays NaN.
// Coefficients without a source are minimax fits in double precision, made by iterated weighted least squares.

/// exp(x) = (1 + fRest) * 2^fPower with |ln(1 + fRest)| <= ln(2) / 2.
struct ReducedExp {
   Vector fRest;
   Ints fPower;
};

/// For -110 < x < 110. The logarithm of 2 is taken off in two parts, the first with few bits (Cephes).
static inline ReducedExp ReduceExp(Vector x)
{
   const Vector magic = Set(12582912.f); // 1.5 * 2^23: its last bits count ones
   const Vector shifted = Fma(x, Set(1.44269504088896341f), magic);
   const Vector power = shifted - magic;
   const Vector r = Fma(power, Set(2.12194440e-4f), Fma(power, Set(-0.693359375f), x));
   Vector q = Set(1.3814596391e-3f);
   q = Fma(q, r, Set(8.3687170912e-3f));
   q = Fma(q, r, Set(4.1668388093e-2f));
   q = Fma(q, r, Set(1.6666520630e-1f));
   q = Fma(q, r, Set(0.49999993448f));
   return {Fma(q, r * r, r), (Ints)((Bits)shifted - (Bits)magic)};
}

/// 2^n for -126 <= n <= 127.
static inline Vector PowerOfTwo(Ints n)
{
   return (Vector)((Bits)(n + 127) << 23);
}

static inline Vector Exp(Vector x)
{
   x = AtMost(Set(89.f), AtLeast(Set(-104.f), x)); // infinity and 0
   const ReducedExp e = ReduceExp(x);
   const Ints half = e.fPower >> 1; // in two steps: results below the smallest normal number, and infinity
   return (1.f + e.fRest) * PowerOfTwo(half) * PowerOfTwo(e.fPower - half);
}

/// exp(x) - 1, accurate for small x too; x above 80 counts as 80.
static inline Vector ExpMinus1(Vector x)
{
   x = AtMost(Set(80.f), AtLeast(Set(-30.f), x));
   const ReducedExp e = ReduceExp(x);
   const Vector scale = PowerOfTwo(e.fPower);
   return Fma(scale, e.fRest, scale - 1.f);
}

/// Cephes logf: polynomial on [sqrt(1/2), sqrt(2)].
static inline Vector Log(Vector x)
{
   const Ints isTiny = x < 1.17549435e-38f;
   const Vector y = isTiny ? x * 8388608.f : x;
   const Ints power = (Ints)((Bits)y - 0x3f3504f3u) >> 23;
   const Vector f = (Vector)((Bits)y - ((Bits)power << 23)) - 1.f;
   const Vector e = __builtin_convertvector(power, Vector) - (isTiny ? Set(23.f) : Set(0.f));
   Vector p = Set(7.0376836292e-2f);
   p = Fma(p, f, Set(-1.1514610310e-1f));
   p = Fma(p, f, Set(1.1676998740e-1f));
   p = Fma(p, f, Set(-1.2420140846e-1f));
   p = Fma(p, f, Set(1.4249322787e-1f));
   p = Fma(p, f, Set(-1.6668057665e-1f));
   p = Fma(p, f, Set(2.0000714765e-1f));
   p = Fma(p, f, Set(-2.4999993993e-1f));
   p = Fma(p, f, Set(3.3333331174e-1f));
   const Vector square = f * f;
   Vector result = Fma(e, Set(-2.12194440e-4f), p * f * square);
   result = Fma(e, Set(0.693359375f), f + Fma(square, Set(-0.5f), result));
   const float infinity = __builtin_inff();
   result = x == infinity ? x : result;
   result = x == 0.f ? Set(-infinity) : result;
   return x < 0.f || x != x ? Set(__builtin_nanf("")) : result;
}

/// log(1 + x) for 0 <= x <= 1: the rounding error of 1 + x is put back.
static inline Vector Log1Plus(Vector x)
{
   const Vector w = x + 1.f;
   return Log(w) + (x - (w - 1.f)) / w;
}

static inline Vector Sigmoid(Vector x)
{
   return 1.f / (1.f + Exp(-x));
}

static inline Vector Tanh(Vector x)
{
   const Vector e = ExpMinus1(AtMost(Set(20.f), Absolute(x) * 2.f)); // from 9.02 on it is 1
   return CopySign(e / (e + 2.f), x);
}

/// log(1 + exp(x)) without overflow.
static inline Vector Softplus(Vector x)
{
   return AtLeast(Set(0.f), x) + Log1Plus(Exp(-Absolute(x)));
}

/// The normal distribution's cumulative probability; its relative error grows as x^2/2 * 6e-8 below -1.
static inline Vector NormalProbability(Vector x)
{
   const Vector square = x * x;
   Vector p = Set(-7.462893576e-6f);
   p = Fma(p, square, Set(1.1295216987e-4f));
   p = Fma(p, square, Set(-1.1857849822e-3f));
   p = Fma(p, square, Set(9.9730783784e-3f));
   p = Fma(p, square, Set(-6.6490314362e-2f));
   p = Fma(p, square, Set(3.9894227768e-1f));
   const Vector centre = Fma(x, p, Set(0.5f));
   // from 1 on: exp(-x^2/2) times Mills' ratio, a polynomial in 1/(1 + 0.3 |x|)
   const Vector u = 1.f / Fma(Absolute(x), Set(0.3f), Set(1.f));
   Vector q = Set(3.6035852924e-2f);
   q = Fma(q, u, Set(-1.6188034044e-1f));
   q = Fma(q, u, Set(2.1959941667e-1f));
   q = Fma(q, u, Set(-7.0887160108e-2f));
   q = Fma(q, u, Set(1.4086116158e-1f));
   q = Fma(q, u, Set(9.4786366464e-2f));
   q = Fma(q, u, Set(1.2199038117e-1f));
   q = Fma(q, u, Set(1.1947014916e-1f));
   q = Fma(q, u, Set(8.4256034e-6f));
   const Vector tail = q * Exp(square * -0.5f);
   return Absolute(x) < 1.f ? centre : (x > 0.f ? 1.f - tail : tail);
}
