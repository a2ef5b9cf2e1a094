#ifndef TMVA_IFITTERTARGET_H
#define TMVA_IFITTERTARGET_H

#include "TMVA/Namespace.h"
#include "TorchMVA/AbsentClasses.hxx"

#endif
