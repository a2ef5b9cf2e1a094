#ifndef TORCHMVA_SRC_NETWORK_WINDOWLAYERS_HXX
#define TORCHMVA_SRC_NETWORK_WINDOWLAYERS_HXX

#include "Network/OperationReader.hxx"

#include <utility>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// A window that slides over one event's channels x height x width; one dimension is height 1.
struct Window {
   long fChannels = 1;
   long fSize[2] = {1, 1};
   long fOutSize[2] = {1, 1}; ///< places of the window
   long fKernel[2] = {1, 1};
   long fStride[2] = {1, 1};
   long fPadding[2] = {0, 0};
   long fDilation[2] = {1, 1};
   /// For each number of a row of the window: first and last + 1 place of the row where it lies inside of the input.
   std::vector<std::pair<long, long>> fColumns;
   long OutCount() const { return fOutSize[0] * fOutSize[1]; }
   /// Place in the input along dimension d of number `k` of the window at `out`; may lie in the padding.
   long Place(int d, long out, long k) const { return out * fStride[d] - fPadding[d] + k * fDilation[d]; }
   bool IsInside(int d, long place) const { return place >= 0 && place < fSize[d]; }
};

/// Reads Kernel, Stride (default: 1, or the kernel for pooling), Padding (0) and, for convolutions, Dilation (1); the
/// last letters of the type, 1d or 2d, say how many numbers each has.
Window ReadWindow(OperationReader &operation, bool isPooling);

/// Compares the stated shape with `channels` and the places of the window.
void RequireWindowResult(const OperationReader &operation, const Window &window, int channels);

} // namespace Internal
} // namespace TorchMVA

#endif
