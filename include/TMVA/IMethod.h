#ifndef TMVA_IMETHOD_H
#define TMVA_IMETHOD_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Method/IMethod.hxx"

#endif
