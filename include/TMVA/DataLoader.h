#ifndef TMVA_DATALOADER_H
#define TMVA_DATALOADER_H

#include "TMVA/Namespace.h"
#include "TorchMVA/DataLoader.hxx"

#endif
