#ifndef TMVA_IMETHOD_H
#define TMVA_IMETHOD_H

#include "TorchMVA/Method/IMethod.hxx"

namespace TMVA = TorchMVA;

#endif
