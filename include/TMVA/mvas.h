#ifndef TMVA_MVAS_H
#define TMVA_MVAS_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Gui/Plots.hxx"

#endif
