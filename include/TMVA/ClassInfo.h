#ifndef TMVA_CLASSINFO_H
#define TMVA_CLASSINFO_H

#include "TorchMVA/Data/ClassInfo.hxx"

namespace TMVA = TorchMVA;

#endif
