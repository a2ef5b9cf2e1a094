#ifndef TORCHMVA_METHOD_METHODBDT_HXX
#define TORCHMVA_METHOD_METHODBDT_HXX

#include "TorchMVA/Method/MethodBase.hxx"

#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {

namespace Internal {
struct TreeTrainingRequest;
}

/// Boosted decision trees: options, outputs and weight file of TMVA's kBDT, trained by LightGBM through Python.
///
/// Training is gradient boosting (J. Friedman, Annals of Statistics 29 (2001) 1189) on histograms, whatever BoostType
/// says: docs/trees.md lists what becomes of each option. It needs `pip install torchmva[trees]`, and gives the same
/// bits for the same RandomSeed, whatever the number of threads. Application is C++ alone.
///
/// Outputs, F the sums of leaf values: classification 2/(1 + exp(-2F)) - 1, from -1 (background) to 1 (signal);
/// multiclass the softmax of F over the classes; regression the start value plus F. Weight files that TMVA itself wrote
/// are read, those of AdaBoost, RealAdaBoost, AdaCost and Bagging (weighted mean of the leaves) included, for
/// regression those of Grad.
///
/// A variable that is NaN goes where a small value goes, at every cut. Training samples have none.
class MethodBDT : public MethodBase {
public:
   MethodBDT(const TString &jobName, const TString &title, DataSetInfo &info, const TString &options = "");
   MethodBDT(DataSetInfo &info, const TString &weightFile);
   ~MethodBDT() override;

   /// Two classes; multiclass; regression of one target.
   Bool_t HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t nTargets) override;
   void DeclareOptions() override;
   void DeclareCompatibilityOptions() override;
   /// Those that say what the leaves are.
   Bool_t IsUsedInApplication(const TString &option) const override;
   /// Warns of options without counterpart. Throws Error (kOption), and Error (kPython) without LightGBM.
   void ProcessOptions() override;
   /// Throws Error (kPython, kData).
   void Train() override;
   /// By default NTrees, MaxDepth, Shrinkage and MinNodeSize; the last fifth of every class decides (docs/tuning.md).
   std::map<TString, Double_t> OptimizeTuningParameters(TString fomType = "ROCIntegral",
                                                        TString fitType = "FitGA") override;
   void SetTuneParameters(std::map<TString, Double_t> parameters) override { TakeOver(parameters); }
   UInt_t GetNOutputs() const override;
   void Predict(const float *rows, Long64_t n, float *outputs) const override;
   /// "Variable Importance": each variable's share of the gain of all cuts. nullptr after reading from a file.
   const Ranking *CreateRanking() override;
   Double_t GetDefaultSignalReferenceCut() const override { return 0; }
   /// Trees of the trained ensemble: in multiclass as many as classes a boosting step.
   UInt_t GetNTrees() const;

protected:
   void AddWeightsXMLTo(const XmlNode &weights) const override;
   void ReadWeightsFromXML(const XmlNode &weights) override;
   /// Classification only, as in TMVA.
   Bool_t WritePrediction(Internal::StandaloneCode &code, std::string *why) const override;
   std::string GetHelpText() const override;

private:
   struct Impl;
   /// The training sample, and what the options say.
   void FillRequest(Internal::TreeTrainingRequest &request) const;
   void DeclareBoostOptions();
   void DeclareTreeOptions();
   void DeclareOptionsWithoutCounterpart();
   void ApplyDeprecatedOptions();
   void CheckOptions() const;
   /// A fraction above 1 is 1, with a warning.
   void LimitBaggedSampleFraction();
   void WarnOfOptionsWithoutCounterpart() const;
   /// Throws Error (kState).
   void RequireTrees() const;
   Bool_t IsGradientBoosted() const { return fBoostType == "Grad"; }
   /// Outputs of at most TreeEnsemble::kBlockRows rows; `scores` is scratch memory.
   void PredictBlock(const float *rows, Long64_t n, float *outputs, std::vector<double> &scores) const;

   // with a counterpart
   Int_t fNTrees = 800;
   UInt_t fMaxDepth = 3;
   TString fMinNodeSize = "5%";
   Int_t fNCuts = 20;
   TString fBoostType = "AdaBoost";
   Double_t fShrinkage = 1;
   Bool_t fUseBaggedBoost = kFALSE;
   Double_t fBaggedSampleFraction = 0.6;
   Bool_t fUseRandomisedTrees = kFALSE;
   UInt_t fUseNvars = 2;
   TString fNegWeightTreatment = "InverseBoostNegWeights";
   TString fRegressionLoss = "Huber";
   Double_t fHuberQuantile = 0.7;
   Double_t fSigToBkgFraction = 1;
   Bool_t fSkipNormalization = kFALSE;
   UInt_t fRandomSeed = 100;
   // old names of the same
   UInt_t fMinNodeEvents = 0;
   Bool_t fUseBaggedGrad = kFALSE;
   Double_t fGradBaggingFraction = 0.6;
   UInt_t fUseNTrainEvents = 0;
   UInt_t fNNodesMax = 0;
   // without
   TString fAdaBoostR2Loss = "Quadratic";
   Double_t fAdaBoostBeta = 0.5;
   Bool_t fUsePoissonNvars = kTRUE;
   Bool_t fUseYesNoLeaf = kTRUE; // of trees read from files of TMVA it says what their leaves give
   Double_t fCss = 1, fCtsSb = 1, fCtbSs = 1, fCbb = 1;
   Double_t fNodePurityLimit = 0.5;
   TString fSeparationType = "GiniIndex";
   Bool_t fDoBoostMonitor = kFALSE;
   Bool_t fUseFisherCuts = kFALSE;
   Double_t fMinLinCorrForFisher = 0.8;
   Bool_t fUseExclusiveVars = kFALSE;
   Bool_t fDoPreselection = kFALSE;
   TString fPruneMethod = "NoPruning";
   Double_t fPruneStrength = 0;
   Double_t fPruningValFraction = 0.5;
   Bool_t fHistoricBool = kFALSE;
   Double_t fMinNodePercent = 5; ///< what fMinNodeSize says

   std::unique_ptr<Impl> fImpl; //!
   std::unique_ptr<Ranking> fRanking;
};

} // namespace TorchMVA

#endif
