#ifndef TMVA_EFFICIENCIES_H
#define TMVA_EFFICIENCIES_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Gui/Plots.hxx"

#endif
