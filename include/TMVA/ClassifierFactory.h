#ifndef TMVA_CLASSIFIERFACTORY_H
#define TMVA_CLASSIFIERFACTORY_H

#include "TorchMVA/Method/ClassifierFactory.hxx"

namespace TMVA = TorchMVA;

#endif
