#ifndef TMVA_METHODBASE_H
#define TMVA_METHODBASE_H

#include "TorchMVA/Method/MethodBase.hxx"

namespace TMVA = TorchMVA;

#endif
