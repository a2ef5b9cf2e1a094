#ifndef TMVA_MVAEFFS_H
#define TMVA_MVAEFFS_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Gui/Plots.hxx"

#endif
