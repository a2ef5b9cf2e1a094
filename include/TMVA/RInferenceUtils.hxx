#ifndef TMVA_RINFERENCEUTILS_HXX
#define TMVA_RINFERENCEUTILS_HXX

#include "TMVA/Namespace.h"
#include "TorchMVA/RInferenceUtils.hxx"

#endif
