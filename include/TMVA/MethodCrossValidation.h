#ifndef TMVA_METHODCROSSVALIDATION_H
#define TMVA_METHODCROSSVALIDATION_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Factory.hxx" // first, for cling

#include "TorchMVA/CrossValidation/MethodCrossValidation.hxx"

#endif
