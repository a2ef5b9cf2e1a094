#ifndef TMVA_METHODDL_H
#define TMVA_METHODDL_H

#include "TorchMVA/Method/AbsentMethods.hxx"

namespace TMVA = TorchMVA;

#endif
