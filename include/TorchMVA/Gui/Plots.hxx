#ifndef TORCHMVA_GUI_PLOTS_HXX
#define TORCHMVA_GUI_PLOTS_HXX

#include "RtypesCore.h"
#include "TString.h"
#include "TorchMVA/Core/Types.hxx"

namespace TorchMVA {

// `HistType` chooses among the responses that `mvas`, `mvasMulticlass` and `deviations` draw: kMVAType, the test sample;
// kProbaType and kRarityType, signal probability and rarity (methods with CreateMVAPdfs); kCompareType, test and training
// sample overlaid (deviations: the training sample).
//
// The plots of TMVA's macros, by their names, from an output file of a Factory (or of TMVA itself).
//
// Each call writes its pictures to `<dataset>/plots/<name>.png` below the current folder, replacing older ones, and
// logs their paths; with a screen the canvases also stay open and belong to ROOT. An empty `dataset` means every data
// set of the file. Throws Error (kFile) if the file cannot be read, is no output file, has no such data set, or a
// picture cannot be written. A plot that has no histograms in the file is a warning. gStyle, gPad and gDirectory are
// what they were. Not thread safe. `useTMVAStyle` is accepted for TMVA's callers and has no effect: the plots carry
// their style themselves.
//
// Overloads beside default arguments: ROOT knows the short forms before it has read this header.

/// Input variables by class, six a page: variables_<transformation>_c<page>. `folder` is one of InputVariables_*.
void variables(TString dataset, TString fileName);
void variables(TString dataset, TString fileName, TString folder, TString title = "TMVA Input Variables",
               Bool_t isRegression = kFALSE, Bool_t useTMVAStyle = kTRUE);

/// Linear correlation matrices in percent: CorrelationMatrix<class>.
void correlations(TString dataset, TString fileName);
void correlations(TString dataset, TString fileName, Bool_t isRegression, Bool_t greyScale = kFALSE,
                  Bool_t useTMVAStyle = kTRUE);

/// Scatter plots with profiles of the variables versus `variable` (empty: every variable), one page a variable and
/// class: correlationscatter_<variable>_<class>_<transformation>.
void correlationscatters(TString dataset, TString fileName);
void correlationscatters(TString dataset, TString fileName, TString variable, TString folder = "InputVariables_Id",
                         TString title = "TMVA Input Variable", Bool_t isRegression = kFALSE,
                         Bool_t useTMVAStyle = kTRUE);

/// Responses of a binary classification, one page a method: mva_<title>, proba_<title>, rarity_<title>, or
/// overtrain_<title> with the Kolmogorov-Smirnov probabilities of test and training sample.
void mvas(TString dataset, TString fileName);
void mvas(TString dataset, TString fileName, HistType type, Bool_t useTMVAStyle = kTRUE);

/// Efficiencies, purity and a figure of merit as functions of the cut, for the numbers of events that are expected
/// before the cut: mvaeffs_<title>. `formula` uses S and B, the numbers of events that pass. Its largest value and the
/// cut are logged.
void mvaeffs(TString dataset, TString fileName);
void mvaeffs(TString dataset, TString fileName, Float_t nSignal, Float_t nBackground = 1000,
             Bool_t useTMVAStyle = kTRUE, TString formula = "S/sqrt(S+B)");

/// Curves of all methods against the signal efficiency. `type` 1: background efficiency (effBvsS), 2: background
/// rejection (rejBvsS), 3: inverse background efficiency (invBeffvsSeff). Multiclass: one page a class (type 2).
void efficiencies(TString dataset, TString fileName);
void efficiencies(TString dataset, TString fileName, Int_t type, Bool_t useTMVAStyle = kTRUE);

/// Deviations of a regression (prediction - truth) versus variables and targets, one page a method and target:
/// deviation_<title>_<sample>_target<j>. kMVAType: test sample, kCompareType: training sample. With `showTarget` only
/// versus the targets.
void deviations(TString dataset, TString fileName);
void deviations(TString dataset, TString fileName, HistType type, Bool_t showTarget = kFALSE,
                Bool_t useTMVAStyle = kTRUE);

/// Responses of a multiclass classification, one page a method and class: mva_<title>_<class>, and with kCompareType
/// overtrain_<title>_<class>.
void mvasMulticlass(TString dataset, TString fileName);
void mvasMulticlass(TString dataset, TString fileName, HistType type, Bool_t useTMVAStyle = kTRUE);

/// Losses of training and validation events against the epoch, one page a method with a history: training_<title>.
/// TMVA has no such macro.
void trainingcurves(TString dataset, TString fileName);

} // namespace TorchMVA

#endif
