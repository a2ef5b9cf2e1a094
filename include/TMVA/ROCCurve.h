#ifndef TMVA_ROCCURVE_H
#define TMVA_ROCCURVE_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Evaluate/ROCCurve.hxx"

#endif
