#ifndef TMVA_MVASMULTICLASS_H
#define TMVA_MVASMULTICLASS_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Gui/Plots.hxx"

#endif
