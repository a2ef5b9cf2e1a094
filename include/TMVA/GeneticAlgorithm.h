#ifndef TMVA_GENETICALGORITHM_H
#define TMVA_GENETICALGORITHM_H

#include "TorchMVA/AbsentClasses.hxx"

namespace TMVA = TorchMVA;

#endif
