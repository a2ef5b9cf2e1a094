#ifndef TMVA_RREADER_HXX
#define TMVA_RREADER_HXX

#include "TorchMVA/RReader.hxx"

namespace TMVA = TorchMVA;

#endif
