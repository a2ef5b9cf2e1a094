#ifndef TMVA_DEVIATIONS_H
#define TMVA_DEVIATIONS_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Gui/Plots.hxx"

#endif
