#ifndef TMVA_PDF_H
#define TMVA_PDF_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Evaluate/PDF.hxx"

#endif
