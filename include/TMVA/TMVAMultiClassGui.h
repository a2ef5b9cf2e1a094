#ifndef TMVA_TMVAMULTICLASSGUI_H
#define TMVA_TMVAMULTICLASSGUI_H

#include "TMVA/Namespace.h"
#include "TorchMVA/TMVAGui.hxx"

#endif
