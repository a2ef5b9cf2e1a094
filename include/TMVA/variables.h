#ifndef TMVA_VARIABLES_H
#define TMVA_VARIABLES_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Gui/Plots.hxx"

#endif
