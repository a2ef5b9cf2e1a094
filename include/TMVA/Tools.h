#ifndef TMVA_TOOLS_H
#define TMVA_TOOLS_H

#include "TorchMVA/Tools.hxx"

namespace TMVA = TorchMVA;

#endif
