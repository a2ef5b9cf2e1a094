#ifndef TMVA_TOOLS_H
#define TMVA_TOOLS_H

#include "TorchMVA/Tools.hxx"

#include <iostream> // macros written for TMVA have std::cout from this header

namespace TMVA = TorchMVA;

#endif
