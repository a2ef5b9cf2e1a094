#ifndef TMVA_METHODBASE_H
#define TMVA_METHODBASE_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Method/MethodBase.hxx"

#endif
