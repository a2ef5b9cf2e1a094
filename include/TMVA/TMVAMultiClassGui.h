#ifndef TMVA_TMVAMULTICLASSGUI_H
#define TMVA_TMVAMULTICLASSGUI_H

#include "TorchMVA/TMVAGui.hxx"

namespace TMVA = TorchMVA;

#endif
