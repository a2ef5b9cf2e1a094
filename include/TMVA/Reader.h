#ifndef TMVA_READER_H
#define TMVA_READER_H

#include "TorchMVA/Reader.hxx"

namespace TMVA = TorchMVA;

#endif
