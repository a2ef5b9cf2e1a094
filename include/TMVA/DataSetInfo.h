#ifndef TMVA_DATASETINFO_H
#define TMVA_DATASETINFO_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Data/DataSetInfo.hxx"

#endif
