#ifndef TMVA_ENVELOPE_H
#define TMVA_ENVELOPE_H

#include "TorchMVA/Factory.hxx" // first, for cling

#include "TorchMVA/Envelope.hxx"

namespace TMVA = TorchMVA;

#endif
