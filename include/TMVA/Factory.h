#ifndef TMVA_FACTORY_H
#define TMVA_FACTORY_H

#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Tools.hxx"

#include <iostream> // macros written for TMVA have std::cout from this header

namespace TMVA = TorchMVA;

#endif
