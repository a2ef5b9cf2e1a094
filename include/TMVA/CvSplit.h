#ifndef TMVA_CVSPLIT_H
#define TMVA_CVSPLIT_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Factory.hxx" // first, for cling

#include "TorchMVA/CrossValidation/CvSplitKFolds.hxx"

#endif
