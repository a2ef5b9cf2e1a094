#ifndef TMVA_VERSION_H
#define TMVA_VERSION_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Version.hxx"

/// The version of TMVA whose interface and file layout these are; TorchMVA's own is in TorchMVA/Version.hxx.
#define TMVA_RELEASE "4.2.1"
#define TMVA_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))
#define TMVA_VERSION_CODE TMVA_VERSION(4, 2, 1)

namespace TorchMVA {
}
#endif
