#ifndef TMVA_GENETICFITTER_H
#define TMVA_GENETICFITTER_H

#include "TorchMVA/AbsentClasses.hxx"

namespace TMVA = TorchMVA;

#endif
