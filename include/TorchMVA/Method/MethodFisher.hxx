#ifndef TORCHMVA_METHOD_METHODFISHER_HXX
#define TORCHMVA_METHOD_METHODFISHER_HXX

#include "TorchMVA/Method/MethodBase.hxx"

#include <memory>
#include <vector>

namespace TorchMVA {

/// Fisher's linear discriminant (or Mahalanobis' distance) for two classes, as in TMVA:
/// y = F_0 + sum_k F_k x_k, F_k ~ sum_l M^-1_kl (m_S - m_B)_l, M the within-class (Fisher) or full (Mahalanobis)
/// scatter matrix of the weighted training sample. R. A. Fisher, Annals of Eugenics 7 (1936) 179.
class MethodFisher : public MethodBase {
public:
   MethodFisher(const TString &jobName, const TString &title, DataSetInfo &info, const TString &options = "");
   MethodFisher(DataSetInfo &info, const TString &weightFile);
   ~MethodFisher() override;

   Bool_t HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t nTargets) override;
   void DeclareOptions() override;
   Bool_t IsUsedInApplication(const TString & /*option*/) const override { return kFALSE; }
   void ProcessOptions() override;
   void Train() override;
   UInt_t GetNOutputs() const override { return 1; }
   void Predict(const float *rows, Long64_t n, float *outputs) const override;
   const Ranking *CreateRanking() override;
   Double_t GetDefaultSignalReferenceCut() const override { return 0; }
   /// F_0, F_1, ..., F_n.
   const std::vector<Double_t> &GetCoefficients() const { return fCoefficients; }

protected:
   void AddWeightsXMLTo(const XmlNode &weights) const override;
   void ReadWeightsFromXML(const XmlNode &weights) override;
   Bool_t WritePrediction(Internal::StandaloneCode &code, std::string *why) const override;
   std::string GetHelpText() const override;

private:
   TString fFisherMethod = "Fisher";
   std::vector<Double_t> fCoefficients;
   std::vector<Double_t> fDiscriminatingPower;
   std::unique_ptr<Ranking> fRanking;
};

} // namespace TorchMVA

#endif
