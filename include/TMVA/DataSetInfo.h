#ifndef TMVA_DATASETINFO_H
#define TMVA_DATASETINFO_H

#include "TorchMVA/Data/DataSetInfo.hxx"

namespace TMVA = TorchMVA;

#endif
