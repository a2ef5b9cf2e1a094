#ifndef TMVA_INTERVAL_H
#define TMVA_INTERVAL_H

#include "TorchMVA/AbsentClasses.hxx"

namespace TMVA = TorchMVA;

#endif
