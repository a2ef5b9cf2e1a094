#ifndef TMVA_RANKING_H
#define TMVA_RANKING_H

#include "TorchMVA/Method/Ranking.hxx"

namespace TMVA = TorchMVA;

#endif
