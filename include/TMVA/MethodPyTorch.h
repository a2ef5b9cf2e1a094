#ifndef TMVA_METHODPYTORCH_H
#define TMVA_METHODPYTORCH_H

#include "TMVA/Namespace.h"
#include "TorchMVA/PyTorch/MethodPyTorch.hxx"

#endif
