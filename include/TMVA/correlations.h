#ifndef TMVA_CORRELATIONS_H
#define TMVA_CORRELATIONS_H

#include "TorchMVA/Gui/Plots.hxx"

namespace TMVA = TorchMVA;

#endif
