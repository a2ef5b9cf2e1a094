#ifndef TMVA_DATALOADER_H
#define TMVA_DATALOADER_H

#include "TorchMVA/DataLoader.hxx"

namespace TMVA = TorchMVA;

#endif
