#ifndef TMVA_CROSSVALIDATION_H
#define TMVA_CROSSVALIDATION_H

#include "TorchMVA/CrossValidation.hxx"

namespace TMVA = TorchMVA;

#endif
