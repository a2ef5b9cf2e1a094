#ifndef TMVA_METHODFISHER_H
#define TMVA_METHODFISHER_H

#include "TorchMVA/Method/MethodFisher.hxx"

namespace TMVA = TorchMVA;

#endif
