#ifndef TMVA_RREADER_HXX
#define TMVA_RREADER_HXX

#include "TMVA/Namespace.h"
#include "TorchMVA/RReader.hxx"

#endif
