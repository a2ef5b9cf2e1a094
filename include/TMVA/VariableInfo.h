#ifndef TMVA_VARIABLEINFO_H
#define TMVA_VARIABLEINFO_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Data/VariableInfo.hxx"

#endif
