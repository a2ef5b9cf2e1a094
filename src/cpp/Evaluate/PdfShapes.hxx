#ifndef TORCHMVA_EVALUATE_PDFSHAPES_HXX
#define TORCHMVA_EVALUATE_PDFSHAPES_HXX

#include "TorchMVA/Evaluate/PDF.hxx"

#include <functional>

class TH1D;

namespace TorchMVA {
namespace Internal {

/// Smooths in place: `min` passes everywhere and up to `max` where relative errors are large (TMVA's rule).
void SmoothHistogram(TH1D &histogram, Int_t min, Int_t max);

/// The interpolation of the bin contents as a function, with enough bins for it (see PDF).
std::function<Double_t(Double_t)> Interpolate(const TH1D &histogram, PDF::EInterpolateMethod method);

/// Adds the kernel density estimate of the histogram's events to `density`.
void FillKernelDensity(const TH1D &histogram, const PdfOptions &options, TH1D &density);

} // namespace Internal
} // namespace TorchMVA

#endif
