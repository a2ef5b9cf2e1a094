#ifndef TORCHMVA_TMVAGUI_HXX
#define TORCHMVA_TMVAGUI_HXX

#include "TString.h"

namespace TorchMVA {

// Overloads instead of default arguments: ROOT knows these functions before it has read this header.

/// Shows the output file of a classification: a TBrowser on it, at the folder of `dataset` if one is named; in batch
/// mode, where there is no screen, lists the folders with plots instead. The browser belongs to ROOT, the file stays
/// open with it. Throws Error (kFile) if the file cannot be read or has no such data set.
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
