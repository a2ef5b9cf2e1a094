#ifndef TMVA_GENETICALGORITHM_H
#define TMVA_GENETICALGORITHM_H

#include "TMVA/Namespace.h"
#include "TorchMVA/AbsentClasses.hxx"

#endif
