#ifndef TMVA_PDF_H
#define TMVA_PDF_H

#include "TorchMVA/Evaluate/PDF.hxx"

namespace TMVA = TorchMVA;

#endif
