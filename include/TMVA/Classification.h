#ifndef TMVA_CLASSIFICATION_H
#define TMVA_CLASSIFICATION_H

#include "TMVA/Namespace.h"
#include "TorchMVA/AbsentClasses.hxx"

#endif
