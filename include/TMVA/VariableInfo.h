#ifndef TMVA_VARIABLEINFO_H
#define TMVA_VARIABLEINFO_H

#include "TorchMVA/Data/VariableInfo.hxx"

namespace TMVA = TorchMVA;

#endif
