#ifndef TMVA_METHODBDT_H
#define TMVA_METHODBDT_H

#include "TorchMVA/Method/MethodBDT.hxx"

namespace TMVA = TorchMVA;

#endif
