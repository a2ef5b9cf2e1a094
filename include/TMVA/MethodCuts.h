#ifndef TMVA_METHODCUTS_H
#define TMVA_METHODCUTS_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Method/AbsentMethods.hxx"

#endif
