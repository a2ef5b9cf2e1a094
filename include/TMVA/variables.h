#ifndef TMVA_VARIABLES_H
#define TMVA_VARIABLES_H

#include "TorchMVA/Gui/Plots.hxx"

namespace TMVA = TorchMVA;

#endif
