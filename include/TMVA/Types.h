#ifndef TMVA_TYPES_H
#define TMVA_TYPES_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Core/Types.hxx"

#endif
