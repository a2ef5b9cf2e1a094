#ifndef TMVA_CORRELATIONS_H
#define TMVA_CORRELATIONS_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Gui/Plots.hxx"

#endif
