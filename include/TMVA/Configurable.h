#ifndef TMVA_CONFIGURABLE_H
#define TMVA_CONFIGURABLE_H

#include "TorchMVA/Core/Configurable.hxx"

namespace TMVA = TorchMVA;

#endif
