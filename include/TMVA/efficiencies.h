#ifndef TMVA_EFFICIENCIES_H
#define TMVA_EFFICIENCIES_H

#include "TorchMVA/Gui/Plots.hxx"

namespace TMVA = TorchMVA;

#endif
