#ifndef TORCHMVA_DATA_CLASSINFO_HXX
#define TORCHMVA_DATA_CLASSINFO_HXX

#include "RtypesCore.h"
#include "TCut.h"
#include "TMatrixD.h"
#include "TString.h"

namespace TorchMVA {

/// One class of events (Signal, Background, ...): name, number, weight expression, cut.
class ClassInfo {
public:
   ClassInfo(const TString &name, UInt_t number) : fName(name), fNumber(number) {}
   const char *GetName() const { return fName; }
   UInt_t GetNumber() const { return fNumber; }
   const TString &GetWeight() const { return fWeight; }
   void SetWeight(const TString &expression) { fWeight = expression; }
   const TCut &GetCut() const { return fCut; }
   void SetCut(const TCut &cut) { fCut = cut; }
   /// Linear correlation (-1 to 1) of the variables on the training sample; empty until the data set is built.
   const TMatrixD &GetCorrelationMatrix() const { return fCorrelationMatrix; }
   void SetCorrelationMatrix(const TMatrixD &m)
   {
      fCorrelationMatrix.ResizeTo(m);
      fCorrelationMatrix = m;
   }

private:
   TString fName;
   UInt_t fNumber;
   TString fWeight;
   TCut fCut;
   TMatrixD fCorrelationMatrix;
};

} // namespace TorchMVA

#endif
