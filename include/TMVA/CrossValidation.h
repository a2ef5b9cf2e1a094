#ifndef TMVA_CROSSVALIDATION_H
#define TMVA_CROSSVALIDATION_H

#include "TMVA/Namespace.h"
#include "TorchMVA/CrossValidation.hxx"

#endif
