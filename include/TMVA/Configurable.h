#ifndef TMVA_CONFIGURABLE_H
#define TMVA_CONFIGURABLE_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Core/Configurable.hxx"

#endif
