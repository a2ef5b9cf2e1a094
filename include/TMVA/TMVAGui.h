#ifndef TMVA_TMVAGUI_H
#define TMVA_TMVAGUI_H

#include "TMVA/Namespace.h"
#include "TorchMVA/TMVAGui.hxx"

#endif
