#include "Network/WindowLayers.hxx"

#include "Network/Layer.hxx"

#include <algorithm>
#include <limits>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr int kLargestWindow = 1 << 16;

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
         for (long row = 0; row < w.fOutSize[0]; ++row, output += w.fOutSize[1]) {
            std::fill_n(output, w.fOutSize[1], fIsMax ? -std::numeric_limits<float>::infinity() : 0.f);
            long nRows = 0;
            for (long i = 0; i < w.fKernel[0]; ++i) {
               const long y = w.Place(0, row, i);
               if (w.IsInside(0, y)) {
                  AddRow(x + y * w.fSize[1], output);
                  ++nRows;
               }
            }
            if (!fIsMax)
               Divide(fIsPaddingCounted ? w.fKernel[0] : nRows, output);
         }
      }
   }

private:
   /// One row of the input to one of the output.
   void AddRow(const float *x, float *to) const
   {
      for (long j = 0; j < fWindow.fKernel[1]; ++j) {
         const auto [first, last] = fWindow.fColumns[j];
         if (first == last)
            continue;
         const float *from = x + fWindow.Place(1, first, j);
         const long stride = fWindow.fStride[1];
         if (fIsMax) {
            for (long column = first; column < last; ++column, from += stride) {
               const float largest = to[column];
               to[column] = largest != largest || largest > *from ? largest : *from; // NaN wins
            }
         } else {
            for (long column = first; column < last; ++column, from += stride)
               to[column] += *from;
         }
      }
   }
   void Divide(long nRows, float *to) const
   {
      for (long column = 0; column < fWindow.fOutSize[1]; ++column) {
         long n = fWindow.fKernel[1];
         if (!fIsPaddingCounted) {
            const long first = fWindow.Place(1, column, 0);
            n = std::min(first + n, fWindow.fSize[1]) - std::max(first, 0L);
         }
         to[column] /= float(nRows * n);
      }
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
   for (long j = 0; j < window.fKernel[1]; ++j) {
      const long step = window.fStride[1], out = window.fOutSize[1];
      const long before = window.fPadding[1] - j * window.fDilation[1]; // inside: 0 <= column * step - before < size
      const long first = std::min(std::max(before + step - 1, 0L) / step, out);
      const long last = std::min((std::max(window.fSize[1] + before, 0L) + step - 1) / step, out);
      window.fColumns.emplace_back(first, std::max(first, last));
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
