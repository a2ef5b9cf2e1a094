#ifndef TMVA_RANKING_H
#define TMVA_RANKING_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Method/Ranking.hxx"

#endif
