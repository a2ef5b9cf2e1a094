#ifndef TORCHMVA_CROSSVALIDATION_HXX
#define TORCHMVA_CROSSVALIDATION_HXX

// First: cling loads the library when it meets a name of its class map, and then needs what that header needs.
#include "TorchMVA/Factory.hxx"

#include "TorchMVA/CrossValidation/CrossValidationResult.hxx"
#include "TorchMVA/CrossValidation/CvSplitKFolds.hxx"
#include "TorchMVA/Envelope.hxx"

#include <memory>
#include <vector>

namespace TorchMVA {

/// k-fold cross-validation and cross-application of methods (docs/cross-validation.md).
///
/// The training sample of the loader is split into folds. Each method is trained once a fold on the others and tested on that
/// one, as "<title>_fold<i>" with a weight file of its own. Then the folds of a method become one of type
/// kCrossValidation, titled "<title>", which gives each event the response of the fold that has not seen it; it is
/// evaluated and written like any method. The loader's test sample is not used.
///
/// Folds are trained one after the other in this process. Not thread safe. All calls throw Error.
class CrossValidation : public Envelope {
public:
   /// Options: docs/options.md. `file` may be null: then no output file is written. Throws Error (kOption).
   CrossValidation(TString jobName, DataLoader *loader, TFile *file, TString options = "");
   CrossValidation(TString jobName, DataLoader *loader, TString options = "");
   ~CrossValidation() override;

   /// Trains, tests and evaluates all folds of all methods, then the recombined methods, and prints and writes the
   /// results. Once more starts anew. Afterwards the loader's data set has all events of its training sample, both as
   /// training and as test sample; after an error it is built again when needed.
   void Evaluate() override;
   /// One a method, in booking order. Throws Error (kState) before Evaluate.
   const std::vector<CrossValidationResult> &GetResults() const;

   UInt_t GetNumFolds() const { return fNumFolds; }
   /// Throws Error (kArgument) for fewer than 2.
   void SetNumFolds(UInt_t n);
   const TString &GetSplitExpr() const { return fSplitExpr; }
   /// Sets SplitType=Deterministic, too; empty: SplitType=Random.
   void SetSplitExpr(TString expression);
   /// Holds the recombined methods. Made, with the file of that moment, when it is first asked for.
   Factory &GetFactory();

private:
   void DeclareCrossValidationOptions();
   void CheckOptions() const;
   TString FactoryOptions() const;
   TString FoldTitle(const OptionMap &method, UInt_t fold) const;
   std::unique_ptr<CvSplit> MakeSplit() const;
   void EvaluateFold(CvSplit &split, UInt_t fold);
   void EvaluateRecombined(const CvSplit &split);
   void PrintResults() const;

   TString fJobName;
   UInt_t fNumFolds = 2;
   UInt_t fNumWorkerProcs = 1;
   TString fSplitType = "Random";
   TString fSplitExpr;
   TString fOutputEnsembling = "None";
   Bool_t fFoldFileOutput = kFALSE;
   TString fAnalysisType = "Auto";
   TString fTransformations;
   Bool_t fROC = kTRUE;
   Bool_t fCorrelations = kFALSE;

   struct Fold;
   std::vector<std::unique_ptr<Fold>> fFolds; //!
   std::unique_ptr<Factory> fFactory;         //!
   std::vector<CrossValidationResult> fResults;
   Bool_t fIsEvaluated = kFALSE;
};

} // namespace TorchMVA

#endif
