#ifndef TMVA_CONFIG_H
#define TMVA_CONFIG_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Core/Config.hxx"

#endif
