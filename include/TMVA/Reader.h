#ifndef TMVA_READER_H
#define TMVA_READER_H

#include "TMVA/Namespace.h"
#include "TorchMVA/Reader.hxx"

#include <iostream> // macros written for TMVA have std::cout from this header

#endif
