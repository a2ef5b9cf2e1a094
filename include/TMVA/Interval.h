#ifndef TMVA_INTERVAL_H
#define TMVA_INTERVAL_H

#include "TMVA/Namespace.h"
#include "TorchMVA/AbsentClasses.hxx"

#endif
