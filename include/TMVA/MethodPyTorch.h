#ifndef TMVA_METHODPYTORCH_H
#define TMVA_METHODPYTORCH_H

#include "TorchMVA/PyTorch/MethodPyTorch.hxx"

namespace TMVA = TorchMVA;

#endif
