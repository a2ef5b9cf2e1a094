#ifndef TORCHMVA_METHOD_IMETHOD_HXX
#define TORCHMVA_METHOD_IMETHOD_HXX

#include "RtypesCore.h"
#include "TorchMVA/Core/Types.hxx"

namespace TorchMVA {

class Ranking;

/// What every method is: the interface that Factory and Reader hand out.
class IMethod {
public:
   virtual ~IMethod() = default;
   virtual const char *GetName() const = 0;
   virtual Bool_t HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t nTargets) = 0;
   /// Response of the current event.
   virtual Double_t GetMvaValue(Double_t *errLower = nullptr, Double_t *errUpper = nullptr) = 0;
   virtual const Ranking *CreateRanking() = 0;
   virtual void PrintHelpMessage() const = 0;
};

} // namespace TorchMVA

#endif
