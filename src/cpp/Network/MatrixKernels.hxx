// Products of matrices. Every output adds up its products in the order of the inputs, in one sum (wide) or in one sum a
// lane (narrow), whatever the number of rows: so an event has the same bits alone and in a block.

/// Adds to kRows x kVectors registers: a is rows x depth, b is depth x (kVectors * kLanes).
template <int kRows, int kVectors>
static inline __attribute__((always_inline)) void AddProducts(const float *a, long aStride, const float *b,
                                                              long bStride, long depth, Vector (&sums)[kRows][kVectors])
{
   for (long k = 0; k < depth; ++k, b += bStride) {
      Vector weights[kVectors];
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v)
         weights[v] = Load(b + v * kLanes);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
         const Vector x = Set(a[r * aStride + k]);
#pragma GCC unroll 8
         for (int v = 0; v < kVectors; ++v)
            sums[r][v] = Fma(x, weights[v], sums[r][v]);
      }
   }
}

/// kRows rows of y, `columns` (more than kVectors - 1 vectors) of each.
template <int kRows, int kVectors>
static void LinearTile(const LinearWeights &w, const float *weights, const float *bias, const float *x, long columns,
                       float *y)
{
   Vector sums[kRows][kVectors];
#pragma GCC unroll 8
   for (int v = 0; v < kVectors; ++v) {
      const Vector start = Load(bias + v * kLanes);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r)
         sums[r][v] = start;
   }
   AddProducts<kRows, kVectors>(x, w.fInputs, weights, kVectors * kLanes, w.fInputs, sums);
   const Vector lower = Set(w.fLower);
   const long rest = columns - (kVectors - 1) * kLanes;
#pragma GCC unroll 8
   for (int r = 0; r < kRows; ++r) {
      float *const to = y + r * w.fOutputs;
#pragma GCC unroll 8
      for (int v = 0; v + 1 < kVectors; ++v)
         Store(to + v * kLanes, AtLeast(lower, sums[r][v]));
      const Vector last = AtLeast(lower, sums[r][kVectors - 1]);
      if (rest == kLanes)
         Store(to + (kVectors - 1) * kLanes, last);
      else
         StorePart(to + (kVectors - 1) * kLanes, last, rest);
   }
}

/// All rows of one panel of kVectors vectors.
template <int kVectors>
static void LinearPanel(const LinearWeights &w, const float *weights, const float *bias, const float *x, long n,
                        long columns, float *y)
{
   long row = 0;
   for (; row + kTileRows <= n; row += kTileRows)
      LinearTile<kTileRows, kVectors>(w, weights, bias, x + row * w.fInputs, columns, y + row * w.fOutputs);
   for (; row + 2 <= n; row += 2)
      LinearTile<2, kVectors>(w, weights, bias, x + row * w.fInputs, columns, y + row * w.fOutputs);
   for (; row < n; ++row)
      LinearTile<1, kVectors>(w, weights, bias, x + row * w.fInputs, columns, y + row * w.fOutputs);
}

/// One row through kPanels whole panels at once: its sums would wait for each other in one.
template <int kPanels>
static void LinearRow(const LinearWeights &w, const float *weights, const float *bias, const float *x, float *y)
{
   constexpr long kPanel = kTileVectors * kLanes;
   Vector sums[kPanels * kTileVectors];
#pragma GCC unroll 8
   for (int i = 0; i < kPanels * kTileVectors; ++i)
      sums[i] = Load(bias + i * kLanes);
   for (long k = 0; k < w.fInputs; ++k, weights += kPanel) {
      const Vector value = Set(x[k]);
#pragma GCC unroll 8
      for (int p = 0; p < kPanels; ++p) {
#pragma GCC unroll 8
         for (int v = 0; v < kTileVectors; ++v) {
            Vector &sum = sums[p * kTileVectors + v];
            sum = Fma(value, Load(weights + p * kPanel * w.fInputs + v * kLanes), sum);
         }
      }
   }
   const Vector lower = Set(w.fLower);
#pragma GCC unroll 8
   for (int i = 0; i < kPanels * kTileVectors; ++i)
      Store(y + i * kLanes, AtLeast(lower, sums[i]));
}

static void LinearWide(const LinearWeights &w, const float *x, long n, float *y)
{
   constexpr long kPanel = kTileVectors * kLanes;
   constexpr int kPanels = 8 / kTileVectors;
   const float *weights = w.fWeights;
   long first = 0;
   if (n == 1) {
      for (; first + kPanels * kPanel <= w.fOutputs; first += kPanels * kPanel) {
         LinearRow<kPanels>(w, weights, w.fBias + first, x, y + first);
         weights += w.fInputs * kPanels * kPanel;
      }
   }
   for (; first < w.fOutputs; first += kPanel) {
      const long columns = w.fOutputs - first < kPanel ? w.fOutputs - first : kPanel;
      const long vectors = (columns + kLanes - 1) / kLanes;
      const float *const bias = w.fBias + first;
      if (vectors == 1)
         LinearPanel<1>(w, weights, bias, x, n, columns, y + first);
      else if (vectors == 2)
         LinearPanel<2>(w, weights, bias, x, n, columns, y + first);
      else if (vectors == 3)
         LinearPanel<3>(w, weights, bias, x, n, columns, y + first);
      else
         LinearPanel<4>(w, weights, bias, x, n, columns, y + first);
      weights += w.fInputs * vectors * kLanes;
   }
}

/// kOutputs sums along the inputs.
template <int kOutputs>
static inline void LinearDot(const LinearWeights &w, long output, const float *x, float *y)
{
   const long padded = (w.fInputs + kLanes - 1) / kLanes * kLanes;
   const float *const weights = w.fWeights + output * padded;
   Vector sums[kOutputs] = {};
   long k = 0;
   for (; k + kLanes <= w.fInputs; k += kLanes) {
      const Vector values = Load(x + k);
#pragma GCC unroll 8
      for (int o = 0; o < kOutputs; ++o)
         sums[o] = Fma(values, Load(weights + o * padded + k), sums[o]);
   }
   if (k < w.fInputs) {
      const Vector values = LoadPart(x + k, w.fInputs - k);
#pragma GCC unroll 8
      for (int o = 0; o < kOutputs; ++o)
         sums[o] = Fma(values, Load(weights + o * padded + k), sums[o]);
   }
#pragma GCC unroll 8
   for (int o = 0; o < kOutputs; ++o) {
      const float sum = Sum(sums[o]) + w.fBias[output + o];
      y[output + o] = sum < w.fLower ? w.fLower : sum;
   }
}

static void LinearNarrow(const LinearWeights &w, const float *x, long n, float *y)
{
   for (long row = 0; row < n; ++row, x += w.fInputs, y += w.fOutputs) {
      long output = 0;
      for (; output + 4 <= w.fOutputs; output += 4)
         LinearDot<4>(w, output, x, y);
      for (; output + 2 <= w.fOutputs; output += 2)
         LinearDot<2>(w, output, x, y);
      for (; output < w.fOutputs; ++output)
         LinearDot<1>(w, output, x, y);
   }
}

static void Linear(const LinearWeights &w, const float *x, long n, float *y)
{
   if (w.fOutputs <= LinearWeights::kNarrowOutputs)
      LinearNarrow(w, x, n, y);
   else
      LinearWide(w, x, n, y);
}

/// kRows rows of a, kVectors vectors of columns from `first` on.
template <int kRows, int kVectors>
static inline void MultiplyTile(const float *a, const float *bias, const float *b, const long *offsets, long depth,
                                long columns, long first, float *y)
{
   Vector sums[kRows][kVectors];
#pragma GCC unroll 8
   for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v)
         sums[r][v] = Set(bias ? bias[r] : 0.f);
   }
   for (long k = 0; k < depth; ++k) {
      Vector values[kVectors];
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v)
         values[v] = Load(b + offsets[k] + first + v * kLanes);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
         const Vector weight = Set(a[r * depth + k]);
#pragma GCC unroll 8
         for (int v = 0; v < kVectors; ++v)
            sums[r][v] = Fma(weight, values[v], sums[r][v]);
      }
   }
   const long last = first + (kVectors - 1) * kLanes, rest = columns - last;
#pragma GCC unroll 8
   for (int r = 0; r < kRows; ++r) {
      float *const to = y + r * columns;
#pragma GCC unroll 8
      for (int v = 0; v + 1 < kVectors; ++v)
         Store(to + first + v * kLanes, sums[r][v]);
      if (rest >= kLanes)
         Store(to + last, sums[r][kVectors - 1]);
      else
         StorePart(to + last, sums[r][kVectors - 1], rest);
   }
}

template <int kRows>
static void MultiplyRows(const float *a, const float *bias, const float *b, const long *offsets, long depth,
                         long columns, float *y)
{
   long first = 0;
   for (; first + kLanes < columns; first += 2 * kLanes)
      MultiplyTile<kRows, 2>(a, bias, b, offsets, depth, columns, first, y);
   if (first < columns)
      MultiplyTile<kRows, 1>(a, bias, b, offsets, depth, columns, first, y);
}

static void Multiply(const float *a, const float *bias, const float *b, const long *offsets, long rows, long depth,
                     long columns, float *y)
{
   constexpr long kMost = kLanes == 16 ? 8 : 4;
   long row = 0;
   for (; row + kMost <= rows; row += kMost)
      MultiplyRows<kMost>(a + row * depth, bias ? bias + row : bias, b, offsets, depth, columns, y + row * columns);
   for (; row < rows; ++row)
      MultiplyRows<1>(a + row * depth, bias ? bias + row : bias, b, offsets, depth, columns, y + row * columns);
}
