#include "Network/Layer.hxx"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

namespace TorchMVA {
namespace Internal {

namespace {

class ReshapeLayer : public Layer {
public:
   explicit ReshapeLayer(long size) : fSize(size) {}
   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      std::copy_n(inputs[0], n * fSize, output);
   }
   bool IsView() const override { return true; }

private:
   long fSize;
};

class ConcatenateLayer : public Layer {
public:
   /// `sizes`: numbers of each input for one of `outer`.
   ConcatenateLayer(long outer, std::vector<long> sizes) : fOuter(outer), fSizes(std::move(sizes)) {}
   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      for (long outer = 0; outer < n * fOuter; ++outer) {
         for (std::size_t i = 0; i < fSizes.size(); ++i)
            output = std::copy_n(inputs[i] + outer * fSizes[i], fSizes[i], output);
      }
   }

private:
   long fOuter;
   std::vector<long> fSizes;
};

class SliceLayer : public Layer {
public:
   SliceLayer(const Axis &axis, long start, long step, long count)
      : fAxis(axis), fStart(start), fStep(step), fCount(count)
   {
   }
   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      const long inner = fAxis.fInner;
      const float *from = inputs[0] + fStart * inner;
      for (long outer = 0; outer < n * fAxis.fOuter; ++outer, from += fAxis.fSize * inner) {
         if (fStep == 1) {
            output = std::copy_n(from, fCount * inner, output);
         } else {
            for (long i = 0; i < fCount; ++i)
               output = std::copy_n(from + i * fStep * inner, inner, output);
         }
      }
   }

private:
   Axis fAxis;
   long fStart, fStep, fCount;
};

class PermuteLayer : public Layer {
public:
   /// `sources`: for each number of the result its place in the input.
   explicit PermuteLayer(std::vector<int> sources) : fSources(std::move(sources)) {}
   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      const float *from = inputs[0];
      for (long i = 0; i < n; ++i, from += fSources.size()) {
         for (const int source : fSources)
            *output++ = from[source];
      }
   }

private:
   std::vector<int> fSources;
};

} // namespace

LayerPointer MakeView(long size)
{
   return std::make_unique<ReshapeLayer>(size);
}

LayerPointer MakeReshape(OperationReader &operation, const Kernels &)
{
   operation.RequireInputs(1);
   const long size = CountOf(operation.Input());
   if (CountOf(operation.Result()) != size) {
      operation.Fail("expected a Shape of " + std::to_string(size) + " numbers, as the input of shape '" +
                     ToText(operation.Input()) + "', found '" + ToText(operation.Result()) + "'");
   }
   return std::make_unique<ReshapeLayer>(size);
}

LayerPointer MakeConcatenate(OperationReader &operation, const Kernels &)
{
   Shape shape = operation.Input();
   const int dimension = operation.Dimension();
   std::vector<long> sizes;
   shape[dimension] = 0;
   for (std::size_t i = 0; i < operation.NInputs(); ++i) {
      Shape other = operation.Input(i);
      const bool hasAsMany = other.size() == shape.size();
      const int size = hasAsMany ? std::exchange(other[dimension], shape[dimension]) : 0;
      if (!hasAsMany || other != shape) {
         operation.Fail("expected inputs whose shapes differ in dimension " + std::to_string(dimension) +
                        " only, found '" + ToText(operation.Input()) + "' and '" + ToText(operation.Input(i)) + "'");
      }
      shape[dimension] += size;
      sizes.push_back(CountOf(operation.Input(i), dimension, shape.size()));
   }
   operation.RequireResult(shape);
   return std::make_unique<ConcatenateLayer>(CountOf(shape, 0, dimension), std::move(sizes));
}

LayerPointer MakeSlice(OperationReader &operation, const Kernels &)
{
   operation.RequireInputs(1);
   Shape shape = operation.Input();
   const int dimension = operation.Dimension();
   const Axis axis = AxisOf(shape, dimension);
   const int size = shape[dimension];
   const int start = operation.Int("Start", 0, size - 1);
   const int stop = operation.Int("Stop", start + 1, size);
   const int step = operation.Int("Step", 1, size, 1);
   shape[dimension] = (stop - start + step - 1) / step;
   operation.RequireResult(shape);
   return std::make_unique<SliceLayer>(axis, start, step, shape[dimension]);
}

LayerPointer MakePermute(OperationReader &operation, const Kernels &)
{
   operation.RequireInputs(1);
   const Shape &from = operation.Input();
   const int last = static_cast<int>(from.size()) - 1;
   const std::vector<int> dims = operation.List("Dims", from.size(), 0, last);
   std::vector<int> sorted = dims, counted(dims.size());
   std::sort(sorted.begin(), sorted.end());
   std::iota(counted.begin(), counted.end(), 0);
   if (sorted != counted)
      operation.Fail("expected each dimension once in Dims, found '" + ToText(dims) + "'");
   Shape shape(from.size());
   for (std::size_t i = 0; i < dims.size(); ++i)
      shape[i] = from[dims[i]];
   operation.RequireResult(shape);
   std::vector<int> sources(CountOf(shape));
   for (std::size_t k = 0; k < sources.size(); ++k) {
      long rest = long(k), source = 0;
      for (int i = last; i >= 0; --i) {
         source += rest % shape[i] * CountOf(from, dims[i] + 1, from.size());
         rest /= shape[i];
      }
      sources[k] = static_cast<int>(source);
   }
   return std::make_unique<PermuteLayer>(std::move(sources));
}

} // namespace Internal
} // namespace TorchMVA
