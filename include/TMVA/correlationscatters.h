#ifndef TMVA_CORRELATIONSCATTERS_H
#define TMVA_CORRELATIONSCATTERS_H

#include "TorchMVA/Gui/Plots.hxx"

namespace TMVA = TorchMVA;

#endif
