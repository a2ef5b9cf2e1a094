#ifndef TMVA_METHODBDT_H
#define TMVA_METHODBDT_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Method/MethodBDT.hxx"

#endif
