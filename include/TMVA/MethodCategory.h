#ifndef TMVA_METHODCATEGORY_H
#define TMVA_METHODCATEGORY_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Method/AbsentMethods.hxx"

#endif
