#ifndef TMVA_METHODCROSSVALIDATION_H
#define TMVA_METHODCROSSVALIDATION_H

#include "TorchMVA/Factory.hxx" // first, for cling

#include "TorchMVA/CrossValidation/MethodCrossValidation.hxx"

namespace TMVA = TorchMVA;

#endif
