#ifndef TMVA_METHODLD_H
#define TMVA_METHODLD_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Method/MethodLD.hxx"

#endif
