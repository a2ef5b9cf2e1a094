#ifndef TMVA_PYMETHODBASE_H
#define TMVA_PYMETHODBASE_H

#include "TorchMVA/Method/PyMethodBase.hxx"

namespace TMVA = TorchMVA;

#endif
