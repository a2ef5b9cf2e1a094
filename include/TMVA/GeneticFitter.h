#ifndef TMVA_GENETICFITTER_H
#define TMVA_GENETICFITTER_H

#include "TMVA/Namespace.h"
#include "TorchMVA/AbsentClasses.hxx"

#endif
