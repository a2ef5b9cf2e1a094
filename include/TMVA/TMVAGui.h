#ifndef TMVA_TMVAGUI_H
#define TMVA_TMVAGUI_H

#include "TorchMVA/TMVAGui.hxx"

namespace TMVA = TorchMVA;

#endif
