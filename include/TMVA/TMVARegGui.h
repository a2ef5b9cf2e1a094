#ifndef TMVA_TMVAREGGUI_H
#define TMVA_TMVAREGGUI_H

#include "TMVA/Namespace.h"
#include "TorchMVA/TMVAGui.hxx"

#endif
