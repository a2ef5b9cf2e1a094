#ifndef TMVA_CORRELATIONSCATTERS_H
#define TMVA_CORRELATIONSCATTERS_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Gui/Plots.hxx"

#endif
