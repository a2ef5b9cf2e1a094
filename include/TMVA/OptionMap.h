#ifndef TMVA_OPTIONMAP_H
#define TMVA_OPTIONMAP_H

#include "TorchMVA/Core/OptionMap.hxx"

namespace TMVA = TorchMVA;

#endif
