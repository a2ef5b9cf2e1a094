#ifndef TMVA_TOOLS_H
#define TMVA_TOOLS_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Tools.hxx"

#include <iostream> // macros written for TMVA have std::cout from this header

#endif
