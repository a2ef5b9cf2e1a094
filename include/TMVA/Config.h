#ifndef TMVA_CONFIG_H
#define TMVA_CONFIG_H

#include "TorchMVA/Core/Config.hxx"

namespace TMVA = TorchMVA;

#endif
