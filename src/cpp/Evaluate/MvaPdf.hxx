#ifndef TORCHMVA_EVALUATE_MVAPDF_HXX
#define TORCHMVA_EVALUATE_MVAPDF_HXX

#include "TorchMVA/Evaluate/PDF.hxx"
#include "TorchMVA/Evaluate/ScoredSample.hxx"

#include <string>

namespace TorchMVA {
namespace Internal {

/// Density of the responses of signal (or of all other classes), from a weighted histogram over the range of all
/// responses of the sample. The largest response counts in the last bin (TMVA's is beyond it). Throws Error (kData) for
/// values that are not finite and for a class without events of positive sum of weights.
PDF MakeMvaPdf(const ScoredSample &sample, int signalClass, bool ofSignal, const std::string &name,
               const std::string &histogramName, const PdfOptions &options);

/// Density of the responses from low to high, in `bins` bins, Spline2; those beyond count nowhere. Errors as MakeMvaPdf.
PDF MakeResponsePdf(const ScoredSample &sample, int signalClass, bool ofSignal, const std::string &name, int bins,
                    double low, double high);

} // namespace Internal
} // namespace TorchMVA

#endif
