#include "Network/Layer.hxx"

#include <algorithm>
#include <cstring>
#include <limits>

namespace TorchMVA {
namespace Internal {

namespace {

long RoundUp(long n, long unit)
{
   return (n + unit - 1) / unit * unit;
}

/// Linear: y = W x + b along the last dimension.
class LinearLayer : public Layer {
public:
   LinearLayer(const Kernels &kernels, const float *weight, const float *bias, long rows, long inputs, long outputs)
      : fKernels(kernels), fRows(rows)
   {
      const bool isNarrow = outputs <= LinearWeights::kNarrowOutputs;
      const long padded = RoundUp(outputs, kernels.fLanes);
      const long weights = isNarrow ? outputs * RoundUp(inputs, kernels.fLanes) : inputs * padded;
      fMemory = AlignedFloats(weights + padded);
      float *const to = fMemory.Data();
      std::fill_n(to, weights + padded, 0.f);
      if (isNarrow)
         PackNarrow(weight, inputs, outputs, to);
      else
         PackWide(weight, inputs, outputs, to);
      if (bias)
         std::copy_n(bias, outputs, to + weights);
      fWeights = {inputs, outputs, to, to + weights, -std::numeric_limits<float>::infinity()};
   }

   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      fKernels.fLinear(fWeights, inputs[0], n * fRows, output);
   }
   bool AbsorbReLU() override
   {
      fWeights.fLower = 0;
      return true;
   }

private:
   void PackNarrow(const float *weight, long inputs, long outputs, float *to) const
   {
      for (long o = 0; o < outputs; ++o)
         std::copy_n(weight + o * inputs, inputs, to + o * RoundUp(inputs, fKernels.fLanes));
   }
   void PackWide(const float *weight, long inputs, long outputs, float *to) const
   {
      for (long first = 0; first < outputs; first += fKernels.fPanel) {
         const long columns = std::min(fKernels.fPanel, outputs - first);
         const long width = RoundUp(columns, fKernels.fLanes);
         for (long o = 0; o < columns; ++o) {
            for (long i = 0; i < inputs; ++i)
               to[i * width + o] = weight[(first + o) * inputs + i];
         }
         to += inputs * width;
      }
   }

   const Kernels &fKernels;
   long fRows; ///< of one event
   AlignedFloats fMemory;
   LinearWeights fWeights;
};

/// Softmax, LogSoftmax.
class SoftmaxLayer : public Layer {
public:
   SoftmaxLayer(const Kernels &kernels, const Axis &axis, bool isLog) : fKernels(kernels), fAxis(axis), fIsLog(isLog) {}
   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      fKernels.fSoftmax({n * fAxis.fOuter, fAxis.fSize, fAxis.fInner}, fIsLog, inputs[0], output);
   }
   bool CanRunInPlace() const override { return true; }

private:
   const Kernels &fKernels;
   Axis fAxis;
   bool fIsLog;
};

class LayerNormLayer : public Layer {
public:
   LayerNormLayer(const Kernels &kernels, long rows, long size, float epsilon, const float *scale, const float *shift)
      : fKernels(kernels), fRows(rows), fSize(size), fEpsilon(epsilon), fScale(scale), fShift(shift)
   {
   }
   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      fKernels.fLayerNorm(n * fRows, fSize, fEpsilon, fScale, fShift, inputs[0], output);
   }
   bool CanRunInPlace() const override { return true; }

private:
   const Kernels &fKernels;
   long fRows, fSize;
   float fEpsilon;
   const float *fScale, *fShift;
};

/// Sum, Mean, Max.
class ReductionLayer : public Layer {
public:
   ReductionLayer(const Kernels &kernels, EReduction reduction, const Axis &axis)
      : fKernels(kernels), fReduction(reduction), fAxis(axis)
   {
   }
   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      fKernels.fReduce(fReduction, {n * fAxis.fOuter, fAxis.fSize, fAxis.fInner}, inputs[0], output);
   }

private:
   const Kernels &fKernels;
   EReduction fReduction;
   Axis fAxis;
};

} // namespace

LayerPointer MakeLinear(OperationReader &operation, const Kernels &kernels)
{
   operation.RequireInputs(1);
   Shape shape = operation.Input();
   const long inputs = shape.back();
   const long rows = CountOf(shape) / inputs;
   shape.back() = operation.Result().back(); // any number of outputs will do
   operation.RequireResult(shape);
   const long outputs = shape.back();
   const float *const weight = operation.Parameters("Weight", {inputs, outputs});
   const float *const bias = operation.OptionalParameters("Bias", {outputs});
   return std::make_unique<LinearLayer>(kernels, weight, bias, rows, inputs, outputs);
}

LayerPointer MakeSoftmax(OperationReader &operation, const Kernels &kernels)
{
   operation.RequireInputs(1);
   operation.RequireResult(operation.Input());
   const Axis axis = AxisOf(operation.Input(), operation.Dimension());
   return std::make_unique<SoftmaxLayer>(kernels, axis, operation.Type() == "LogSoftmax");
}

LayerPointer MakeLayerNorm(OperationReader &operation, const Kernels &kernels)
{
   operation.RequireInputs(1);
   const Shape &shape = operation.Input();
   operation.RequireResult(shape);
   const std::size_t first = shape.size() - operation.Int("Dims", 1, int(shape.size()));
   const long size = CountOf(shape, first, shape.size());
   const auto epsilon = static_cast<float>(operation.Number("Epsilon"));
   const float *const scale = operation.OptionalParameters("Scale", {size});
   const float *const shift = operation.OptionalParameters("Shift", {size});
   return std::make_unique<LayerNormLayer>(kernels, CountOf(shape, 0, first), size, epsilon, scale, shift);
}

LayerPointer MakeReduction(OperationReader &operation, const Kernels &kernels)
{
   operation.RequireInputs(1);
   Shape shape = operation.Input();
   const int dimension = operation.Dimension();
   const Axis axis = AxisOf(shape, dimension);
   shape.erase(shape.begin() + dimension);
   if (shape.empty())
      shape = {1};
   operation.RequireResult(shape);
   const EReduction reduction = operation.Type() == "Sum"    ? EReduction::kSum
                                : operation.Type() == "Mean" ? EReduction::kMean
                                                             : EReduction::kMax;
   return std::make_unique<ReductionLayer>(kernels, reduction, axis);
}

} // namespace Internal
} // namespace TorchMVA
