#ifndef TMVA_EVENT_H
#define TMVA_EVENT_H

#include "TorchMVA/Data/Event.hxx"

namespace TMVA = TorchMVA;

#endif
