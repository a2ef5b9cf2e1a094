#ifndef TMVA_TMVAREGGUI_H
#define TMVA_TMVAREGGUI_H

#include "TorchMVA/TMVAGui.hxx"

namespace TMVA = TorchMVA;

#endif
