#ifndef TORCHMVA_METHOD_MVAPDFS_HXX
#define TORCHMVA_METHOD_MVAPDFS_HXX

#include "TorchMVA/Evaluate/PDF.hxx"

#include <optional>

namespace TorchMVA {

/// The densities of a method's response, and what they are made with.
struct MvaPdfs {
   PdfOptions fCommonOptions; ///< of both, where one has none of its own
   PdfOptions fSignalOptions;
   PdfOptions fBackgroundOptions;
   std::optional<PDF> fSignal;
   std::optional<PDF> fBackground;
   double fSignalShare = 0.5; ///< of the training weights
};

} // namespace TorchMVA

#endif
