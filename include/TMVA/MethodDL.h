#ifndef TMVA_METHODDL_H
#define TMVA_METHODDL_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Method/AbsentMethods.hxx"

#endif
