#ifndef TORCHMVA_METHOD_METHODLD_HXX
#define TORCHMVA_METHOD_METHODLD_HXX

#include "TorchMVA/Method/MethodBase.hxx"

#include <memory>
#include <vector>

namespace TorchMVA {

/// Linear discriminant, as in TMVA: weighted least squares. Regression: y_j = c_j0 + sum_k c_jk x_k for each target j,
/// with the smallest sum of w (y_j - t_j)^2. Classification of two classes: the same for the target 1 (signal) or 0,
/// but c_0 = -1/2 sum_k c_k mean_k, so that the mean of all events is at 1/2 sum_k c_k mean_k.
/// Draper and Smith, Applied Regression Analysis, chapter 5.
class MethodLD : public MethodBase {
public:
   MethodLD(const TString &jobName, const TString &title, DataSetInfo &info, const TString &options = "");
   MethodLD(DataSetInfo &info, const TString &weightFile);
   ~MethodLD() override;

   /// Two classes, or a regression of any number of targets.
   Bool_t HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t nTargets) override;
   void DeclareOptions() override {}
   void ProcessOptions() override {}
   /// Throws Error (kData): no positive sum of weights, variables that are constant or depend on each other linearly.
   void Train() override;
   /// One, or one a target.
   UInt_t GetNOutputs() const override { return DoRegression() ? GetNTargets() : 1; }
   void Predict(const float *rows, Long64_t n, float *outputs) const override;
   /// TMVA's: by |c_k| of the first output, so it depends on the units of the variables; VarTransform=N makes them
   /// comparable.
   const Ranking *CreateRanking() override;
   Double_t GetDefaultSignalReferenceCut() const override { return 0; }
   /// c_0, c_1, ..., c_n of each output.
   const std::vector<std::vector<Double_t>> &GetCoefficients() const { return fCoefficients; }

protected:
   void AddWeightsXMLTo(const XmlNode &weights) const override;
   void ReadWeightsFromXML(const XmlNode &weights) override;
   Bool_t WritePrediction(Internal::StandaloneCode &code, std::string *why) const override;
   std::string GetHelpText() const override;

private:
   std::vector<std::vector<Double_t>> fCoefficients;
   std::unique_ptr<Ranking> fRanking;
};

} // namespace TorchMVA

#endif
