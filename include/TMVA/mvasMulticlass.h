#ifndef TMVA_MVASMULTICLASS_H
#define TMVA_MVASMULTICLASS_H

#include "TorchMVA/Gui/Plots.hxx"

namespace TMVA = TorchMVA;

#endif
