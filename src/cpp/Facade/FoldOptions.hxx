#ifndef TORCHMVA_FACADE_FOLDOPTIONS_HXX
#define TORCHMVA_FACADE_FOLDOPTIONS_HXX

#include "TString.h"

namespace TorchMVA {
namespace Internal {

/// The options of a method for one of its folds: a file that the method writes gets `suffix` before its extension, so
/// that no fold overwrites, or continues, the model of another.
TString FoldOptions(const TString &options, const TString &suffix);

} // namespace Internal
} // namespace TorchMVA

#endif
