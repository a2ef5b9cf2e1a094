#ifndef TMVA_MVAEFFS_H
#define TMVA_MVAEFFS_H

#include "TorchMVA/Gui/Plots.hxx"

namespace TMVA = TorchMVA;

#endif
