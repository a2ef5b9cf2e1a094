#ifndef TMVA_CLASSINFO_H
#define TMVA_CLASSINFO_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Data/ClassInfo.hxx"

#endif
