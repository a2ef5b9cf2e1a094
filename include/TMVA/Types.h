#ifndef TMVA_TYPES_H
#define TMVA_TYPES_H

#include "TorchMVA/Core/Types.hxx"

namespace TMVA = TorchMVA;

#endif
