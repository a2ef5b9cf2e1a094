#ifndef TMVA_METHODLD_H
#define TMVA_METHODLD_H

#include "TorchMVA/Method/MethodLD.hxx"

namespace TMVA = TorchMVA;

#endif
