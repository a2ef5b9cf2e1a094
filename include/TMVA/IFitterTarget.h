#ifndef TMVA_IFITTERTARGET_H
#define TMVA_IFITTERTARGET_H

#include "TorchMVA/AbsentClasses.hxx"

namespace TMVA = TorchMVA;

#endif
