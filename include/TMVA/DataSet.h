#ifndef TMVA_DATASET_H
#define TMVA_DATASET_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Data/DataSet.hxx"

#endif
