#ifndef TORCHMVA_SRC_NETWORK_KERNELS_HXX
#define TORCHMVA_SRC_NETWORK_KERNELS_HXX

namespace TorchMVA {
namespace Internal {

/// What the kernels work on. Plain structs and pointers only: this header is compiled for several instruction sets, and
/// an inline function of the standard library that is compiled for one of them must not end up in another.

/// y = max(lower, W x + b), packed for one instruction set by PackLinear.
///
/// Wide (more outputs than kNarrowOutputs): panels of at most Kernels::fPanel outputs, one after another, each inputs x
/// width with width a multiple of fLanes. Narrow: outputs x inputs, each row padded to a multiple of fLanes.
struct LinearWeights {
   static constexpr int kNarrowOutputs = 8;
   long fInputs = 0;
   long fOutputs = 0;
   const float *fWeights = nullptr;
   const float *fBias = nullptr; ///< outputs, padded to a multiple of fLanes
   float fLower = 0;             ///< minus infinity: none
};

enum class EActivation {
   kReLU,
   kLeakyReLU,
   kELU,
   kSELU,
   kGELU,
   kGELUTanh,
   kSiLU,
   kSigmoid,
   kTanh,
   kSoftplus,
   kSoftsign,
   kClamp,
   kHardsigmoid,
   kHardswish,
   kMish,
   kLogSigmoid,
   kExp,
   kLog,
   kSqrt,
   kAbs
};
enum class EArithmetic { kAdd, kSubtract, kMultiply, kDivide };
enum class EReduction { kSum, kMean, kMax };

/// Slope, Alpha, (Beta, Threshold) or (Min, Max).
struct ActivationParameters {
   float fFirst = 0;
   float fSecond = 0;
};

/// A value seen as outer x size x inner numbers; the operation acts along `size`.
struct Axis {
   long fOuter = 1;
   long fSize = 1;
   long fInner = 1;
};

/// The functions of one instruction set. `x` and `y` may be the same memory, except where it is said. What an event
/// gets does not depend on n or on its place.
struct Kernels {
   const char *fName;
   long fLanes; ///< floats in a register
   long fPanel; ///< outputs in a panel of LinearWeights
   long fRows;  ///< rows in a tile: blocks of a multiple of it are fastest

   /// n rows; x and y do not overlap.
   void (*fLinear)(const LinearWeights &weights, const float *x, long n, float *y);
   /// y (rows x columns) = bias + a (rows x depth) * b, where row k of b begins at b + offsets[k]; bias, one a row, may
   /// be null. Up to fLanes - 1 floats after a row of b are read. No overlap.
   void (*fMultiply)(const float *a, const float *bias, const float *b, const long *offsets, long rows, long depth,
                     long columns, float *y);
   void (*fActivate)(EActivation activation, const ActivationParameters &parameters, const float *x, long n, float *y);
   /// y = x > 0 ? x : slope * x; one slope for each of `size`.
   void (*fPReLU)(const Axis &axis, const float *slopes, const float *x, float *y);
   /// y = x * scale + shift, one of each for each of `size`; either may be null.
   void (*fAffine)(const Axis &axis, const float *scale, const float *shift, const float *x, float *y);
   /// n numbers of a and of b.
   void (*fCombine)(EArithmetic operation, const float *a, const float *b, long n, float *y);
   /// One number of b for every `size` of a.
   void (*fCombineScalar)(EArithmetic operation, const float *a, const float *b, long outer, long size, float *y);
   void (*fSoftmax)(const Axis &axis, bool isLog, const float *x, float *y);
   /// Along `size`; inner is 1. Scale and shift, one for each of `size`, may be null.
   void (*fLayerNorm)(long outer, long size, float epsilon, const float *scale, const float *shift, const float *x,
                      float *y);
   /// No overlap.
   void (*fReduce)(EReduction reduction, const Axis &axis, const float *x, float *y);
};

/// The tables; null where the compiler cannot make them (another architecture).
const Kernels *KernelsBaseline();
const Kernels *KernelsAvx2();
const Kernels *KernelsAvx512();

} // namespace Internal
} // namespace TorchMVA

#endif
