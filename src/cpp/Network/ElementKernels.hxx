// Functions of single numbers.

/// y = function(x) for n numbers; the last ones go through the same instructions as the others.
template <typename Function>
static inline void ForEach(const float *x, long n, float *y, Function function)
{
   long i = 0;
   for (; i + kLanes <= n; i += kLanes)
      Store(y + i, function(Load(x + i)));
   if (i < n)
      StorePart(y + i, function(LoadPart(x + i, n - i)), n - i);
}

template <typename Function>
static inline void ForEachPair(const float *a, const float *b, long n, float *y, Function function)
{
   long i = 0;
   for (; i + kLanes <= n; i += kLanes)
      Store(y + i, function(Load(a + i), Load(b + i)));
   if (i < n)
      StorePart(y + i, function(LoadPart(a + i, n - i), LoadPart(b + i, n - i)), n - i);
}

static Vector HardClamp6(Vector x)
{
   return AtMost(Set(6.f), AtLeast(Set(0.f), x + 3.f));
}

/// x tanh(log(1 + exp(x))) without the logarithm.
static Vector Mish(Vector x)
{
   const Vector e = Exp(AtMost(Set(20.f), x)); // above, the tanh is 1
   const Vector p = e * (e + 2.f);
   return x * (p / (p + 2.f));
}

/// x Phi(sqrt(8 / pi) ...) as torch approximates it; the sigmoid is the same as (1 + tanh) / 2 without cancellation.
static Vector GeluTanh(Vector x)
{
   const Vector inner = Fma(x * x * x, Set(0.044715f), x);
   return x * Sigmoid(inner * 1.5957691216057308f);
}

/// No default: the compiler says which activation has no kernel.
static void Activate(EActivation activation, const ActivationParameters &parameters, const float *x, long n, float *y)
{
   const Vector first = Set(parameters.fFirst), second = Set(parameters.fSecond), zero = Set(0.f);
   switch (activation) {
   case EActivation::kSigmoid: return ForEach(x, n, y, [](Vector v) { return Sigmoid(v); });
   case EActivation::kTanh: return ForEach(x, n, y, [](Vector v) { return Tanh(v); });
   case EActivation::kGELU: return ForEach(x, n, y, [](Vector v) { return v * NormalProbability(v); });
   case EActivation::kGELUTanh: return ForEach(x, n, y, [](Vector v) { return GeluTanh(v); });
   case EActivation::kSiLU: return ForEach(x, n, y, [](Vector v) { return v / (1.f + Exp(-v)); });
   case EActivation::kELU: return ForEach(x, n, y, [=](Vector v) { return v > zero ? v : first * ExpMinus1(v); });
   case EActivation::kSELU: {
      const Vector scale = Set(1.0507009873554805f), alpha = Set(1.7580993408473769f);
      return ForEach(x, n, y, [=](Vector v) { return v > zero ? v * scale : alpha * ExpMinus1(v); });
   }
   case EActivation::kSoftplus:
      return ForEach(x, n, y, [=](Vector v) { return v * first > second ? v : Softplus(v * first) / first; });
   case EActivation::kMish: return ForEach(x, n, y, [](Vector v) { return Mish(v); });
   case EActivation::kLogSigmoid: return ForEach(x, n, y, [](Vector v) { return -Softplus(-v); });
   case EActivation::kExp: return ForEach(x, n, y, [](Vector v) { return Exp(v); });
   case EActivation::kLog: return ForEach(x, n, y, [](Vector v) { return Log(v); });
   case EActivation::kReLU: return ForEach(x, n, y, [=](Vector v) { return AtLeast(zero, v); });
   case EActivation::kLeakyReLU: return ForEach(x, n, y, [=](Vector v) { return v > zero ? v : v * first; });
   case EActivation::kClamp: return ForEach(x, n, y, [=](Vector v) { return AtMost(second, AtLeast(first, v)); });
   case EActivation::kHardsigmoid: return ForEach(x, n, y, [](Vector v) { return HardClamp6(v) / 6.f; });
   case EActivation::kHardswish: return ForEach(x, n, y, [](Vector v) { return v * HardClamp6(v) / 6.f; });
   case EActivation::kSoftsign: return ForEach(x, n, y, [](Vector v) { return v / (1.f + Absolute(v)); });
   case EActivation::kSqrt: return ForEach(x, n, y, [](Vector v) { return SquareRoot(v); });
   case EActivation::kAbs: return ForEach(x, n, y, [](Vector v) { return Absolute(v); });
   }
}

/// y = function(x, number of the place on the axis), where the place is one vector or the same in all lanes.
template <typename Function>
static inline void ForEachOnAxis(const Axis &axis, const float *x, float *y, Function function)
{
   for (long outer = 0; outer < axis.fOuter; ++outer) {
      if (axis.fInner == 1) {
         function(x, axis.fSize, y, -1);
         x += axis.fSize;
         y += axis.fSize;
      } else {
         for (long i = 0; i < axis.fSize; ++i, x += axis.fInner, y += axis.fInner)
            function(x, axis.fInner, y, i);
      }
   }
}

static void PReLU(const Axis &axis, const float *slopes, const float *x, float *y)
{
   ForEachOnAxis(axis, x, y, [=](const float *from, long n, float *to, long place) {
      if (place < 0) {
         ForEachPair(from, slopes, n, to, [](Vector v, Vector s) { return v > 0.f ? v : v * s; });
      } else {
         const Vector slope = Set(slopes[place]);
         ForEach(from, n, to, [=](Vector v) { return v > 0.f ? v : v * slope; });
      }
   });
}

static void Scale(const Axis &axis, const float *scale, const float *x, float *y)
{
   ForEachOnAxis(axis, x, y, [=](const float *from, long n, float *to, long place) {
      if (place < 0) {
         ForEachPair(from, scale, n, to, [](Vector v, Vector s) { return v * s; });
      } else {
         const Vector factor = Set(scale[place]);
         ForEach(from, n, to, [=](Vector v) { return v * factor; });
      }
   });
}

static void Shift(const Axis &axis, const float *shift, const float *x, float *y)
{
   ForEachOnAxis(axis, x, y, [=](const float *from, long n, float *to, long place) {
      if (place < 0) {
         ForEachPair(from, shift, n, to, [](Vector v, Vector s) { return v + s; });
      } else {
         const Vector term = Set(shift[place]);
         ForEach(from, n, to, [=](Vector v) { return v + term; });
      }
   });
}

static void ScaleAndShift(const Axis &axis, const float *scale, const float *shift, const float *x, float *y)
{
   ForEachOnAxis(axis, x, y, [=](const float *from, long n, float *to, long place) {
      if (place < 0) {
         long i = 0;
         for (; i + kLanes <= n; i += kLanes)
            Store(to + i, Fma(Load(from + i), Load(scale + i), Load(shift + i)));
         const long rest = n - i;
         if (rest)
            StorePart(to + i, Fma(LoadPart(from + i, rest), LoadPart(scale + i, rest), LoadPart(shift + i, rest)),
                      rest);
      } else {
         const Vector factor = Set(scale[place]), term = Set(shift[place]);
         ForEach(from, n, to, [=](Vector v) { return Fma(v, factor, term); });
      }
   });
}

static void Affine(const Axis &axis, const float *scale, const float *shift, const float *x, float *y)
{
   if (scale && shift)
      ScaleAndShift(axis, scale, shift, x, y);
   else if (scale)
      Scale(axis, scale, x, y);
   else
      Shift(axis, shift, x, y);
}

static void Combine(EArithmetic operation, const float *a, const float *b, long n, float *y)
{
   switch (operation) {
   case EArithmetic::kAdd: return ForEachPair(a, b, n, y, [](Vector v, Vector w) { return v + w; });
   case EArithmetic::kSubtract: return ForEachPair(a, b, n, y, [](Vector v, Vector w) { return v - w; });
   case EArithmetic::kMultiply: return ForEachPair(a, b, n, y, [](Vector v, Vector w) { return v * w; });
   case EArithmetic::kDivide: return ForEachPair(a, b, n, y, [](Vector v, Vector w) { return v / w; });
   }
}

static void CombineScalar(EArithmetic operation, const float *a, const float *b, long outer, long size, float *y)
{
   for (long i = 0; i < outer; ++i, a += size, y += size) {
      const Vector w = Set(b[i]);
      switch (operation) {
      case EArithmetic::kAdd: ForEach(a, size, y, [=](Vector v) { return v + w; }); break;
      case EArithmetic::kSubtract: ForEach(a, size, y, [=](Vector v) { return v - w; }); break;
      case EArithmetic::kMultiply: ForEach(a, size, y, [=](Vector v) { return v * w; }); break;
      case EArithmetic::kDivide: ForEach(a, size, y, [=](Vector v) { return v / w; }); break;
      }
   }
}
