#ifndef TMVA_OPTIONMAP_H
#define TMVA_OPTIONMAP_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Core/OptionMap.hxx"

#endif
