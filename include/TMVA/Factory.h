#ifndef TMVA_FACTORY_H
#define TMVA_FACTORY_H

#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Tools.hxx"

namespace TMVA = TorchMVA;

#endif
