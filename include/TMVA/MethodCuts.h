#ifndef TMVA_METHODCUTS_H
#define TMVA_METHODCUTS_H

#include "TorchMVA/Method/AbsentMethods.hxx"

namespace TMVA = TorchMVA;

#endif
