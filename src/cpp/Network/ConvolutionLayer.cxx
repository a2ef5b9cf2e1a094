#include "Network/Layer.hxx"
#include "Network/WindowLayers.hxx"

#include <algorithm>

namespace TorchMVA {
namespace Internal {

namespace {

/// Conv1d, Conv2d as products of the weights with a matrix of one row for each number under the window and one column
/// for each place of the window.
///
/// With steps of one that matrix is in the padded input itself: its row (channel, i, j) begins where the window's number
/// (i, j) is at the first place. The columns then run over whole padded rows; those between the rows are dropped.
class ConvolutionLayer : public Layer {
public:
   ConvolutionLayer(const Kernels &kernels, const Window &window, int outputs, int groups, const float *weight,
                    const float *bias)
      : fKernels(kernels), fWindow(window), fGroups(groups), fOutputs(outputs / groups),
        fDepth(window.fChannels / groups * window.fKernel[0] * window.fKernel[1]), fWeight(weight), fBias(bias),
        fIsPadded(window.fStride[0] == 1 && window.fStride[1] == 1)
   {
      const Window &w = fWindow;
      for (int d = 0; d < 2; ++d)
         fPadded[d] = w.fSize[d] + 2 * w.fPadding[d];
      fColumns = fIsPadded ? (w.fOutSize[0] - 1) * fPadded[1] + w.fOutSize[1] : w.OutCount();
      for (long channel = 0; channel < w.fChannels / fGroups; ++channel) {
         for (long i = 0; i < w.fKernel[0]; ++i) {
            for (long j = 0; j < w.fKernel[1]; ++j) {
               const long row = long(fOffsets.size());
               fOffsets.push_back(fIsPadded
                                     ? (channel * fPadded[0] + i * w.fDilation[0]) * fPadded[1] + j * w.fDilation[1]
                                     : row * fColumns);
            }
         }
      }
      fMatrixFloats = (fIsPadded ? w.fChannels * fPadded[0] * fPadded[1] : fDepth * fColumns) + kernels.fLanes;
   }

   long ScratchFloats() const override { return fMatrixFloats + (HasGaps() ? fOutputs * fColumns : 0); }

   void Run(const float *const *inputs, float *output, long n, float *scratch) const override
   {
      const long channels = fWindow.fChannels / fGroups, plane = fWindow.fSize[0] * fWindow.fSize[1];
      float *const products = scratch + fMatrixFloats;
      std::fill_n(scratch, fMatrixFloats, 0.f); // for the padding
      const float *x = inputs[0];
      for (long i = 0; i < n; ++i, x += fWindow.fChannels * plane) {
         if (fIsPadded)
            FillPadded(x, scratch);
         for (long group = 0; group < fGroups; ++group, output += fOutputs * fWindow.OutCount()) {
            if (!fIsPadded)
               FillColumns(x + group * channels * plane, channels, scratch);
            const float *const matrix = scratch + (fIsPadded ? group * channels * fPadded[0] * fPadded[1] : 0);
            fKernels.fMultiply(fWeight + group * fOutputs * fDepth, fBias ? fBias + group * fOutputs : nullptr, matrix,
                               fOffsets.data(), fOutputs, fDepth, fColumns, HasGaps() ? products : output);
            if (HasGaps())
               CopyWithoutGaps(products, output);
         }
      }
   }

private:
   bool HasGaps() const { return fColumns != fWindow.OutCount(); }

   /// The numbers of an event; the padding around them is there.
   void FillPadded(const float *x, float *to) const
   {
      const Window &w = fWindow;
      to += w.fPadding[0] * fPadded[1] + w.fPadding[1];
      for (long channel = 0; channel < w.fChannels; ++channel, to += 2 * w.fPadding[0] * fPadded[1]) {
         for (long row = 0; row < w.fSize[0]; ++row, x += w.fSize[1], to += fPadded[1]) {
            for (long column = 0; column < w.fSize[1]; ++column)
               to[column] = x[column];
         }
      }
   }

   void CopyWithoutGaps(const float *from, float *to) const
   {
      const long width = fWindow.fOutSize[1];
      for (long output = 0; output < fOutputs; ++output, from += fColumns) {
         for (long row = 0; row < fWindow.fOutSize[0]; ++row, to += width) {
            for (long column = 0; column < width; ++column)
               to[column] = from[row * fPadded[1] + column];
         }
      }
   }

   /// Row (channel, i, j) has the number (i, j) of the window at every place.
   void FillColumns(const float *x, long channels, float *to) const
   {
      const Window &w = fWindow;
      for (long channel = 0; channel < channels; ++channel, x += w.fSize[0] * w.fSize[1]) {
         for (long i = 0; i < w.fKernel[0]; ++i) {
            for (long j = 0; j < w.fKernel[1]; ++j) {
               for (long row = 0; row < w.fOutSize[0]; ++row, to += w.fOutSize[1])
                  FillRow(x, w.Place(0, row, i), j, to);
            }
         }
      }
   }
   void FillRow(const float *x, long y, long j, float *to) const
   {
      const Window &w = fWindow;
      const auto [first, last] = w.IsInside(0, y) ? w.fColumns[j] : std::pair<long, long>(0, 0);
      for (long column = 0; column < first; ++column)
         to[column] = 0;
      if (first < last) {
         const float *const from = x + y * w.fSize[1] + w.Place(1, first, j);
         const long stride = w.fStride[1];
         for (long column = first; column < last; ++column)
            to[column] = from[(column - first) * stride];
      }
      for (long column = last; column < w.fOutSize[1]; ++column)
         to[column] = 0;
   }

   const Kernels &fKernels;
   Window fWindow;
   long fGroups, fOutputs; ///< outputs of one group
   long fDepth;            ///< numbers under the window, in one group
   const float *fWeight, *fBias;
   bool fIsPadded; ///< steps of one: no matrix but the padded input
   long fPadded[2];
   long fColumns = 0;
   std::vector<long> fOffsets; ///< of the rows of the matrix
   long fMatrixFloats = 0;
};

} // namespace

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

} // namespace Internal
} // namespace TorchMVA
