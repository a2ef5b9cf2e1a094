#ifndef TORCHMVA_OUTPUT_PROBABILITYHISTOGRAMS_HXX
#define TORCHMVA_OUTPUT_PROBABILITYHISTOGRAMS_HXX

#include "TorchMVA/Evaluate/PDF.hxx"
#include "TorchMVA/Evaluate/ScoredSample.hxx"

#include <functional>
#include <string>

class TDirectory;

namespace TorchMVA {

/// With CreateMVAPdfs, in the method's directory: MVA_<title>_Proba_S/B and MVA_<title>_Rarity_S/B of the test sample
/// (40 bins from 0 to 1, unit area), and for each density the histogram it was made of (<name>, <name>_original),
/// smoothed (<name>_smoothed), and the density itself (<name>_smoothed_hist_from_spline2, ...). `probability` and `rarity` are functions of the
/// response. Conventions and errors as in OutputFile.hxx.
void WriteProbabilityHistograms(TDirectory *methodDirectory, const std::string &title, const ScoredSample &test,
                                int signalClass, const PDF &signal, const PDF &background,
                                const std::function<Double_t(Double_t)> &probability,
                                const std::function<Double_t(Double_t)> &rarity);

} // namespace TorchMVA

#endif
