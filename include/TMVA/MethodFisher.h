#ifndef TMVA_METHODFISHER_H
#define TMVA_METHODFISHER_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Method/MethodFisher.hxx"

#endif
