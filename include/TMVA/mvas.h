#ifndef TMVA_MVAS_H
#define TMVA_MVAS_H

#include "TorchMVA/Gui/Plots.hxx"

namespace TMVA = TorchMVA;

#endif
