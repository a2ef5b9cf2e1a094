#include "Network/WindowLayers.hxx"

#include "Network/Layer.hxx"

#include <algorithm>
#include <limits>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr int kLargestWindow = 1 << 16;

/// Conv1d, Conv2d: the numbers under the window become columns, one for each place, and the weights are multiplied with
/// that matrix.
class ConvolutionLayer : public Layer {
public:
   ConvolutionLayer(const Kernels &kernels, const Window &window, int outputs, int groups, const float *weight,
                    const float *bias)
      : fKernels(kernels), fWindow(window), fOutputs(outputs), fGroups(groups), fWeight(weight), fBias(bias),
        fDepth(window.fChannels / groups * window.fKernel[0] * window.fKernel[1]),
        fStride((window.OutCount() + kernels.fLanes - 1) / kernels.fLanes * kernels.fLanes)
   {
   }

   long ScratchFloats() const override { return fDepth * fStride; }

   void Run(const float *const *inputs, float *output, long n, float *scratch) const override
   {
      const long channels = fWindow.fChannels / fGroups, outputs = fOutputs / fGroups;
      const long plane = fWindow.fSize[0] * fWindow.fSize[1];
      const float *x = inputs[0];
      for (long i = 0; i < n; ++i) {
         for (long group = 0; group < fGroups; ++group) {
            FillColumns(x, channels, scratch);
            fKernels.fMultiply(fWeight + group * outputs * fDepth, fBias ? fBias + group * outputs : nullptr, scratch,
                               outputs, fDepth, fWindow.OutCount(), fStride, output);
            x += channels * plane;
            output += outputs * fWindow.OutCount();
         }
      }
   }

private:
   /// Row (channel, kernel row, kernel column) has the number under that part of the window at every place.
   void FillColumns(const float *x, long channels, float *to) const
   {
      const Window &w = fWindow;
      for (long channel = 0; channel < channels; ++channel, x += w.fSize[0] * w.fSize[1]) {
         for (long i = 0; i < w.fKernel[0]; ++i) {
            for (long j = 0; j < w.fKernel[1]; ++j, to += fStride) {
               float *at = to;
               for (long row = 0; row < w.fOutSize[0]; ++row, at += w.fOutSize[1])
                  FillRow(x, w.Place(0, row, i), j, at);
               std::fill(at, to + fStride, 0.f);
            }
         }
      }
   }
   void FillRow(const float *x, long y, long j, float *to) const
   {
      const Window &w = fWindow;
      if (!w.IsInside(0, y)) {
         std::fill_n(to, w.fOutSize[1], 0.f);
         return;
      }
      x += y * w.fSize[1];
      for (long column = 0; column < w.fOutSize[1]; ++column) {
         const long place = w.Place(1, column, j);
         to[column] = w.IsInside(1, place) ? x[place] : 0.f;
      }
   }

   const Kernels &fKernels;
   Window fWindow;
   long fOutputs, fGroups;
   const float *fWeight, *fBias;
   long fDepth;  ///< numbers under the window, in one group
   long fStride; ///< places, padded to whole registers
};

/// MaxPool, AvgPool.
class PoolLayer : public Layer {
public:
   PoolLayer(const Window &window, bool isMax, bool isPaddingCounted)
      : fWindow(window), fIsMax(isMax), fIsPaddingCounted(isPaddingCounted)
   {
   }

   void Run(const float *const *inputs, float *output, long n, float *) const override
   {
      const Window &w = fWindow;
      const float *x = inputs[0];
      for (long plane = 0; plane < n * w.fChannels; ++plane, x += w.fSize[0] * w.fSize[1]) {
         for (long row = 0; row < w.fOutSize[0]; ++row) {
            for (long column = 0; column < w.fOutSize[1]; ++column)
               *output++ = fIsMax ? Largest(x, row, column) : Average(x, row, column);
         }
      }
   }

private:
   /// First and last + 1 place of the window along dimension d, the padding excluded.
   std::pair<long, long> Range(int d, long out) const
   {
      const long first = fWindow.Place(d, out, 0);
      return {std::max(first, 0L), std::min(first + fWindow.fKernel[d], fWindow.fSize[d])};
   }
   float Largest(const float *x, long row, long column) const
   {
      const auto rows = Range(0, row), columns = Range(1, column);
      float largest = -std::numeric_limits<float>::infinity();
      for (long i = rows.first; i < rows.second; ++i) {
         for (long j = columns.first; j < columns.second; ++j) {
            const float value = x[i * fWindow.fSize[1] + j];
            largest = largest != largest || largest > value ? largest : value; // NaN wins
         }
      }
      return largest;
   }
   float Average(const float *x, long row, long column) const
   {
      const auto rows = Range(0, row), columns = Range(1, column);
      float sum = 0;
      for (long i = rows.first; i < rows.second; ++i) {
         for (long j = columns.first; j < columns.second; ++j)
            sum += x[i * fWindow.fSize[1] + j];
      }
      const long count = fIsPaddingCounted ? fWindow.fKernel[0] * fWindow.fKernel[1]
                                           : (rows.second - rows.first) * (columns.second - columns.first);
      return sum / float(count);
   }

   Window fWindow;
   bool fIsMax, fIsPaddingCounted;
};

} // namespace

Window ReadWindow(OperationReader &operation, bool isPooling)
{
   operation.RequireInputs(1);
   const std::size_t n = operation.Type().find("1d") != std::string::npos ? 1 : 2;
   const Shape &shape = operation.Input();
   if (shape.size() != n + 1) {
      operation.Fail("expected an input of " + std::to_string(n + 1) + " dimensions, channels first, found '" +
                     ToText(shape) + "'");
   }
   const std::vector<int> kernel = operation.List("Kernel", n, 1, kLargestWindow);
   const std::vector<int> ones(n, 1), zeros(n, 0);
   const std::vector<int> stride = operation.List("Stride", n, 1, kLargestWindow, isPooling ? kernel : ones);
   const std::vector<int> padding = operation.List("Padding", n, 0, kLargestWindow, zeros);
   const std::vector<int> dilation = isPooling ? ones : operation.List("Dilation", n, 1, kLargestWindow, ones);
   Window window;
   window.fChannels = shape[0];
   for (std::size_t i = 0; i < n; ++i) {
      const std::size_t d = 2 - n + i; // one dimension is the width
      window.fSize[d] = shape[i + 1];
      window.fKernel[d] = kernel[i];
      window.fStride[d] = stride[i];
      window.fPadding[d] = padding[i];
      window.fDilation[d] = dilation[i];
      const long free = window.fSize[d] + 2 * window.fPadding[d] - window.fDilation[d] * (window.fKernel[d] - 1) - 1;
      if (free < 0)
         operation.Fail("expected a window that fits into the padded input of shape '" + ToText(shape) +
                        "', found Kernel '" + ToText(kernel) + "'");
      if (isPooling && 2 * padding[i] > kernel[i])
         operation.Fail("expected at most half of Kernel in Padding, found '" + ToText(padding) + "'");
      window.fOutSize[d] = free / window.fStride[d] + 1;
   }
   return window;
}

void RequireWindowResult(const OperationReader &operation, const Window &window, int channels)
{
   Shape shape = {channels, int(window.fOutSize[0]), int(window.fOutSize[1])};
   if (operation.Input().size() == 2)
      shape.erase(shape.begin() + 1);
   operation.RequireResult(shape);
}

LayerPointer MakeConvolution(OperationReader &operation, const Kernels &kernels)
{
   const Window window = ReadWindow(operation, false);
   const int outputs = operation.Result().front();
   RequireWindowResult(operation, window, outputs);
   const int groups = operation.Int("Groups", 1, int(window.fChannels), 1);
   if (window.fChannels % groups || outputs % groups) {
      operation.Fail("expected a divisor of the channels of input and result, " + std::to_string(window.fChannels) +
                     " and " + std::to_string(outputs) + ", in Groups, found " + std::to_string(groups));
   }
   const float *const weight =
      operation.Parameters("Weight", {outputs, window.fChannels / groups, window.fKernel[0], window.fKernel[1]});
   const float *const bias = operation.OptionalParameters("Bias", {outputs});
   return std::make_unique<ConvolutionLayer>(kernels, window, outputs, groups, weight, bias);
}

LayerPointer MakePool(OperationReader &operation, const Kernels &)
{
   const Window window = ReadWindow(operation, true);
   RequireWindowResult(operation, window, int(window.fChannels));
   const bool isMax = operation.Type().compare(0, 3, "Max") == 0;
   const bool isPaddingCounted = !isMax && operation.Int("CountIncludePad", 0, 1, 1) == 1;
   return std::make_unique<PoolLayer>(window, isMax, isPaddingCounted);
}

} // namespace Internal
} // namespace TorchMVA
