#ifndef TORCHMVA_SRC_NETWORK_LAYER_HXX
#define TORCHMVA_SRC_NETWORK_LAYER_HXX

#include "Network/Kernels.hxx"
#include "Network/OperationReader.hxx"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// An operation that has been checked and can run. Const calls are thread safe.
///
/// A value of n events is n x (numbers of its shape) floats, without gaps.
class Layer {
public:
   virtual ~Layer() = default;
   /// `scratch`: ScratchFloats() floats, aligned to 64 bytes.
   virtual void Run(const float *const *inputs, float *output, long n, float *scratch) const = 0;
   /// Whether output may be the memory of the first input.
   virtual bool CanRunInPlace() const { return false; }
   /// Whether the output is the first input in another shape.
   virtual bool IsView() const { return false; }
   /// Makes max(0, output) of the output if it can do that on the way; false if not.
   virtual bool AbsorbReLU() { return false; }
   virtual long ScratchFloats() const { return 0; }
};

using LayerPointer = std::unique_ptr<Layer>;
/// Checks the operation and makes its layer. The parameters must outlive it. Throws Error (kWeightFile).
LayerPointer MakeLayer(OperationReader &operation, const Kernels &kernels);

/// The makers of families; they leave the check for unknown attributes to MakeLayer.
LayerPointer MakeLinear(OperationReader &operation, const Kernels &kernels);
LayerPointer MakeActivation(OperationReader &operation, const Kernels &kernels);
LayerPointer MakePReLU(OperationReader &operation, const Kernels &kernels);
LayerPointer MakeAffine(OperationReader &operation, const Kernels &kernels);
LayerPointer MakeArithmetic(OperationReader &operation, const Kernels &kernels);
LayerPointer MakeSoftmax(OperationReader &operation, const Kernels &kernels);
LayerPointer MakeLayerNorm(OperationReader &operation, const Kernels &kernels);
LayerPointer MakeReduction(OperationReader &operation, const Kernels &kernels);
LayerPointer MakeReshape(OperationReader &operation, const Kernels &kernels);
LayerPointer MakeConcatenate(OperationReader &operation, const Kernels &kernels);
LayerPointer MakeSlice(OperationReader &operation, const Kernels &kernels);
LayerPointer MakePermute(OperationReader &operation, const Kernels &kernels);
LayerPointer MakeConvolution(OperationReader &operation, const Kernels &kernels);
LayerPointer MakePool(OperationReader &operation, const Kernels &kernels);

/// A layer that is a view: for operations that another one has absorbed. `size`: floats of an event.
LayerPointer MakeView(long size);

/// A value of n events, seen along one of its dimensions: outer is n times what stands before it.
inline Axis AxisOf(const Shape &shape, std::size_t dimension)
{
   return {CountOf(shape, 0, dimension), shape[dimension], CountOf(shape, dimension + 1, shape.size())};
}

/// Parameters of a LinearLayer, in memory aligned to 64 bytes.
class AlignedFloats {
public:
   AlignedFloats() = default;
   explicit AlignedFloats(std::size_t n);
   float *Data() const { return fData.get(); }

private:
   struct Free {
      void operator()(float *data) const;
   };
   std::unique_ptr<float[], Free> fData;
};

} // namespace Internal
} // namespace TorchMVA

#endif
