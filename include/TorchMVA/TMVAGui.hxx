#ifndef TORCHMVA_TMVAGUI_HXX
#define TORCHMVA_TMVAGUI_HXX

#include "TString.h"

namespace TorchMVA {

// Overloads instead of default arguments: ROOT knows these functions before it has read this header.

/// The plots of the output file of a classification (TorchMVA/Gui/Plots.hxx), of one data set or, without a name, of
/// all. With a screen: a control bar with one button for each family of plots that the file has histograms for; it
/// belongs to ROOT. In batch mode: all of them, as pictures `<dataset>/plots/*.png` below the current folder.
/// Throws Error (kFile) if the file cannot be read, is no output file of a classification, or has no such data set.
void TMVAGui(const char *fileName);
void TMVAGui(const char *fileName, TString dataset);
/// The same for a regression.
void TMVARegGui(const char *fileName);
void TMVARegGui(const char *fileName, TString dataset);
/// The same for a multiclass classification.
void TMVAMultiClassGui(const char *fileName);
void TMVAMultiClassGui(const char *fileName, TString dataset);

} // namespace TorchMVA

#endif
