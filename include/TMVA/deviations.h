#ifndef TMVA_DEVIATIONS_H
#define TMVA_DEVIATIONS_H

#include "TorchMVA/Gui/Plots.hxx"

namespace TMVA = TorchMVA;

#endif
