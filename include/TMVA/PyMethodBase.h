#ifndef TMVA_PYMETHODBASE_H
#define TMVA_PYMETHODBASE_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Method/PyMethodBase.hxx"

#endif
