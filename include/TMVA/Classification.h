#ifndef TMVA_CLASSIFICATION_H
#define TMVA_CLASSIFICATION_H

#include "TorchMVA/AbsentClasses.hxx"

namespace TMVA = TorchMVA;

#endif
