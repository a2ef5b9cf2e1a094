#ifndef TMVA_RINFERENCEUTILS_HXX
#define TMVA_RINFERENCEUTILS_HXX

#include "TorchMVA/RInferenceUtils.hxx"

namespace TMVA = TorchMVA;

#endif
