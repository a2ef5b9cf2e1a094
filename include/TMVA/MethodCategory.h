#ifndef TMVA_METHODCATEGORY_H
#define TMVA_METHODCATEGORY_H

#include "TorchMVA/Method/AbsentMethods.hxx"

namespace TMVA = TorchMVA;

#endif
