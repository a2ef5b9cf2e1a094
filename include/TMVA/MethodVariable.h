#ifndef TMVA_METHODVARIABLE_H
#define TMVA_METHODVARIABLE_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Method/MethodVariable.hxx"

#endif
