#ifndef TMVA_ROCCURVE_H
#define TMVA_ROCCURVE_H

#include "TorchMVA/Evaluate/ROCCurve.hxx"

namespace TMVA = TorchMVA;

#endif
