// Functions of all numbers along one dimension of a value.

/// The softmax of kLanes columns at a time, `stride` floats from one number of a column to the next.
static inline void SoftmaxColumns(const float *x, float *y, long size, long stride, long count, bool isLog)
{
   const auto load = [=](const float *from) { return count == kLanes ? Load(from) : LoadPart(from, count); };
   const auto store = [=](float *to, Vector v) { count == kLanes ? Store(to, v) : StorePart(to, v, count); };
   Vector largest = load(x);
   for (long i = 1; i < size; ++i)
      largest = Larger(largest, load(x + i * stride));
   Vector sum = Set(0.f);
   if (isLog) {
      for (long i = 0; i < size; ++i)
         sum += Exp(load(x + i * stride) - largest);
      const Vector logarithm = Log(sum);
      for (long i = 0; i < size; ++i)
         store(y + i * stride, load(x + i * stride) - largest - logarithm);
   } else {
      for (long i = 0; i < size; ++i) {
         const Vector e = Exp(load(x + i * stride) - largest);
         sum += e;
         store(y + i * stride, e);
      }
      for (long i = 0; i < size; ++i)
         store(y + i * stride, load(y + i * stride) / sum);
   }
}

/// Sums, lane by lane and then over the lanes, function(x) of `size` numbers.
template <typename Function>
static inline float SumOf(const float *x, long size, Function function)
{
   Vector sum = Set(0.f);
   long i = 0;
   for (; i + kLanes <= size; i += kLanes)
      sum += function(Load(x + i));
   if (i < size) {
      const Vector last = function(LoadPart(x + i, size - i));
      sum += First(size - i) ? last : Set(0.f);
   }
   return Sum(sum);
}

static inline float LargestOf(const float *x, long size)
{
   Vector largest = Set(-__builtin_inff());
   long i = 0;
   for (; i + kLanes <= size; i += kLanes)
      largest = Larger(largest, Load(x + i));
   if (i < size)
      largest = First(size - i) ? Larger(largest, LoadPart(x + i, size - i)) : largest;
   return Largest(largest);
}

/// The softmax along one row.
static void SoftmaxRow(const float *x, float *y, long size, bool isLog)
{
   const Vector largest = Set(LargestOf(x, size));
   if (isLog) {
      const Vector sum = Set(SumOf(x, size, [=](Vector v) { return Exp(v - largest); }));
      const Vector logarithm = Log(sum);
      ForEach(x, size, y, [=](Vector v) { return v - largest - logarithm; });
   } else {
      ForEach(x, size, y, [=](Vector v) { return Exp(v - largest); });
      const Vector sum = Set(SumOf(y, size, [](Vector v) { return v; }));
      ForEach(y, size, y, [=](Vector v) { return v / sum; });
   }
}

/// The softmax of kLanes columns, a number of each in one of the `size` vectors; the arithmetic of SoftmaxColumns.
static inline void SoftmaxOf(Vector *values, long size, bool isLog)
{
   Vector largest = values[0];
   for (long i = 1; i < size; ++i)
      largest = Larger(largest, values[i]);
   Vector sum = Set(0.f);
   for (long i = 0; i < size; ++i) {
      const Vector difference = values[i] - largest, e = Exp(difference);
      sum += e;
      values[i] = isLog ? difference : e;
   }
   const Vector logarithm = isLog ? Log(sum) : sum;
   for (long i = 0; i < size; ++i)
      values[i] = isLog ? values[i] - logarithm : values[i] / sum;
}

/// Few numbers a row: kLanes rows side by side. A single row, an event, stays in registers: what is written number by
/// number cannot be read as a vector at once.
static void SoftmaxShortRows(long rows, long size, bool isLog, const float *x, float *y)
{
   Vector values[8];
   float columns[8 * kLanes] = {};
   for (long first = 0; first < rows; first += kLanes, x += size * kLanes, y += size * kLanes) {
      const long count = rows - first < kLanes ? rows - first : kLanes;
      if (count == 1) {
         for (long i = 0; i < size; ++i)
            values[i] = Set(x[i]);
         SoftmaxOf(values, size, isLog);
         for (long i = 0; i < size; ++i)
            y[i] = values[i][0];
         continue;
      }
      for (long r = 0; r < count; ++r) {
         for (long i = 0; i < size; ++i)
            columns[i * kLanes + r] = x[r * size + i];
      }
      for (long i = 0; i < size; ++i)
         values[i] = Load(columns + i * kLanes);
      SoftmaxOf(values, size, isLog);
      for (long i = 0; i < size; ++i)
         Store(columns + i * kLanes, values[i]);
      for (long r = 0; r < count; ++r) {
         for (long i = 0; i < size; ++i)
            y[r * size + i] = columns[i * kLanes + r];
      }
   }
}

static void Softmax(const Axis &axis, bool isLog, const float *x, float *y)
{
   const long size = axis.fSize;
   if (axis.fInner == 1 && size <= 8)
      return SoftmaxShortRows(axis.fOuter, size, isLog, x, y);
   for (long outer = 0; outer < axis.fOuter; ++outer, x += size * axis.fInner, y += size * axis.fInner) {
      if (axis.fInner == 1) {
         SoftmaxRow(x, y, size, isLog);
      } else {
         for (long first = 0; first < axis.fInner; first += kLanes)
            SoftmaxColumns(x + first, y + first, size, axis.fInner,
                           axis.fInner - first < kLanes ? axis.fInner - first : kLanes, isLog);
      }
   }
}

/// In two passes: mean, then the mean of the squared differences.
static void LayerNorm(long outer, long size, float epsilon, const float *scale, const float *shift, const float *x,
                      float *y)
{
   const Axis row = {1, size, 1};
   for (long i = 0; i < outer; ++i, x += size, y += size) {
      const Vector mean = Set(SumOf(x, size, [](Vector v) { return v; }) / float(size));
      const float variance = SumOf(x, size, [=](Vector v) { return (v - mean) * (v - mean); }) / float(size);
      const Vector width = SquareRoot(Set(variance + epsilon));
      ForEach(x, size, y, [=](Vector v) { return (v - mean) / width; });
      if (scale || shift)
         Affine(row, scale, shift, y, y);
   }
}

static void Reduce(EReduction reduction, const Axis &axis, const float *x, float *y)
{
   const long size = axis.fSize, inner = axis.fInner;
   const float factor = reduction == EReduction::kMean ? float(size) : 1.f;
   for (long outer = 0; outer < axis.fOuter; ++outer, x += size * inner, y += inner) {
      if (inner == 1) {
         *y = reduction == EReduction::kMax ? LargestOf(x, size) : SumOf(x, size, [](Vector v) { return v; }) / factor;
         continue;
      }
      for (long first = 0; first < inner; first += kLanes) {
         const long count = inner - first < kLanes ? inner - first : kLanes;
         Vector result = LoadPart(x + first, count);
         for (long i = 1; i < size; ++i) {
            const Vector v = LoadPart(x + i * inner + first, count);
            result = reduction == EReduction::kMax ? Larger(result, v) : result + v;
         }
         StorePart(y + first, result / factor, count);
      }
   }
}
