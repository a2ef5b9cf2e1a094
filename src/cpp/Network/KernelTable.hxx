// All kernels of the instruction set that the including file is compiled for, in a namespace of that file.

#include "Network/Simd.hxx"
#include "Network/SimdMath.hxx"
#include "Network/MatrixKernels.hxx"
#include "Network/ElementKernels.hxx"
#include "Network/AxisKernels.hxx"

/// The table, whose name kName the including file has.
static constexpr Kernels kTable = {
   kName,  kLanes,  kTileVectors * kLanes, kTileRows, Linear,    Multiply, Activate, PReLU,
   Affine, Combine, CombineScalar,         Softmax,   LayerNorm, Reduce};
