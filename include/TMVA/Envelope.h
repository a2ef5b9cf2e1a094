#ifndef TMVA_ENVELOPE_H
#define TMVA_ENVELOPE_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Factory.hxx" // first, for cling

#include "TorchMVA/Envelope.hxx"

#endif
