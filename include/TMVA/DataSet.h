#ifndef TMVA_DATASET_H
#define TMVA_DATASET_H

#include "TorchMVA/Data/DataSet.hxx"

namespace TMVA = TorchMVA;

#endif
