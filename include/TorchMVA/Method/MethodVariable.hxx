#ifndef TORCHMVA_METHOD_METHODVARIABLE_HXX
#define TORCHMVA_METHOD_METHODVARIABLE_HXX

#include "TorchMVA/Method/MethodBase.hxx"

namespace TorchMVA {

/// The response is one of the input variables: what a cut on it alone can do, beside the methods that combine them.
/// Nothing is learnt. Its ROC integral is below 0.5 where the signal has the smaller values.
class MethodVariable : public MethodBase {
public:
   MethodVariable(const TString &jobName, const TString &title, DataSetInfo &info, const TString &options = "");
   MethodVariable(DataSetInfo &info, const TString &weightFile);
   ~MethodVariable() override;

   /// Classification with two classes.
   Bool_t HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t nTargets) override;
   void DeclareOptions() override;
   /// Throws Error (kOption) unless `Variable`, or without it the title, is the label or internal name of one.
   void ProcessOptions() override;
   void Train() override {}
   UInt_t GetNOutputs() const override { return 1; }
   void Predict(const float *rows, Long64_t n, float *outputs) const override;
   /// The number of the variable.
   UInt_t GetVariableIndex() const { return fIndex; }

protected:
   void AddWeightsXMLTo(const XmlNode &weights) const override;
   void ReadWeightsFromXML(const XmlNode &weights) override;
   std::string GetHelpText() const override;

private:
   TString fLabel = "";
   UInt_t fIndex = 0;
};

} // namespace TorchMVA

#endif
