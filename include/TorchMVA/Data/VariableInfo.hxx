#ifndef TORCHMVA_DATA_VARIABLEINFO_HXX
#define TORCHMVA_DATA_VARIABLEINFO_HXX

#include "RtypesCore.h"
#include "TString.h"

namespace TorchMVA {

/// One variable, target or spectator: expression, label, title, unit, type and range.
class VariableInfo {
public:
   VariableInfo() = default;
   /// `expression` may be "label := expression"; blanks are removed. `min` equal to `max` means "not set".
   VariableInfo(const TString &expression, const TString &title, const TString &unit, char type = 'F', Double_t min = 0,
                Double_t max = 0);

   const TString &GetExpression() const { return fExpression; }
   /// Text before ":=", else the expression.
   const TString &GetLabel() const { return fLabel; }
   /// Label with the characters that ROOT names cannot have replaced (TMVA's rules).
   const TString &GetInternalName() const { return fInternalName; }
   const TString &GetTitle() const { return fTitle; }
   const TString &GetUnit() const { return fUnit; }
   char GetVarType() const { return fType; }
   /// Range on the training sample; FLT_MAX / -FLT_MAX until it is known.
   Double_t GetMin() const { return fMin; }
   Double_t GetMax() const { return fMax; }
   Double_t GetMean() const { return fMean; }
   Double_t GetRMS() const { return fRMS; }
   void SetMin(Double_t v) { fMin = v; }
   void SetMax(Double_t v) { fMax = v; }
   void SetMean(Double_t v) { fMean = v; }
   void SetRMS(Double_t v) { fRMS = v; }
   /// Address of the user's variable, if someone has told it; TorchMVA does not use it.
   void *GetExternalLink() const { return fExternalLink; }
   void SetExternalLink(void *address) { fExternalLink = address; }
   void SetTitle(const TString &t) { fTitle = t; }
   void SetUnit(const TString &u) { fUnit = u; }
   void SetLabel(const TString &l);
   void SetInternalName(const TString &n) { fInternalName = n; }
   void SetVarType(char t) { fType = t; }
   /// "sum := a + b" -> label "sum", expression "a+b"; without ":=" both are the expression.
   static void SplitLabel(const TString &text, TString &label, TString &expression);

private:
   TString fExpression;
   TString fLabel;
   TString fInternalName;
   TString fTitle;
   TString fUnit;
   char fType = 'F';
   Double_t fMin = 0;
   Double_t fMax = 0;
   Double_t fMean = 0;
   Double_t fRMS = 0;
   void *fExternalLink = nullptr; //!
};

} // namespace TorchMVA

#endif
