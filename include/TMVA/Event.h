#ifndef TMVA_EVENT_H
#define TMVA_EVENT_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Data/Event.hxx"

#endif
