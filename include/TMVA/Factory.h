#ifndef TMVA_FACTORY_H
#define TMVA_FACTORY_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Tools.hxx"

#include <iostream> // macros written for TMVA have std::cout from this header

// ROOT's own configuration says that it has no PyMVA; macros ask for it before they book PyTorch
#ifndef R__HAS_PYMVA
#define R__HAS_PYMVA
#endif

#endif
