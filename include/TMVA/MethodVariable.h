#ifndef TMVA_METHODVARIABLE_H
#define TMVA_METHODVARIABLE_H

#include "TorchMVA/Method/MethodVariable.hxx"

namespace TMVA = TorchMVA;

#endif
