#ifndef TMVA_CLASSIFIERFACTORY_H
#define TMVA_CLASSIFIERFACTORY_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Method/ClassifierFactory.hxx"

#endif
