#ifndef TORCHMVA_CROSSVALIDATION_CROSSVALIDATIONRESULT_HXX
#define TORCHMVA_CROSSVALIDATION_CROSSVALIDATIONRESULT_HXX

#include "TGraph.h"
#include "TString.h"

#include <memory>
#include <vector>

class TCanvas;
class TMultiGraph;

namespace TorchMVA {

/// The figures of one fold's method on the events of that fold, which it has not seen.
/// In multiclass the area, the efficiencies and the curve are means over the classes, each against the rest; fSig, fSep,
/// fEffArea and the figures of the training sample are 0.
struct CrossValidationFoldResult {
   TString fTitle;           ///< of the method, "<title>_fold<i>", i from 1
   Float_t fROCIntegral = 0; ///< unbinned area under the ROC curve
   TGraph fROCCurve;         ///< background rejection against signal efficiency
   Float_t fSig = 0;         ///< significance: |difference of means| / sqrt(rms_S^2 + rms_B^2)
   Float_t fSep = 0;         ///< separation
   Float_t fEff01 = 0;       ///< signal efficiency at background efficiency 0.01
   Float_t fEff10 = 0;
   Float_t fEff30 = 0;
   Float_t fEffArea = 0; ///< area of the binned curve
   Float_t fTrainEff01 = 0;
   Float_t fTrainEff10 = 0;
   Float_t fTrainEff30 = 0;
};

/// The figures of one method in all folds of a cross-validation; all lists are in the order of the folds. A regression
/// has none: its lists are empty. A value, cheap to copy. One thread (it makes ROOT objects).
class CrossValidationResult {
public:
   explicit CrossValidationResult(const TString &methodTitle = "");
   // Not in the header: cling would make the functions of shared_ptr<TMultiGraph> for each macro, and does not forget
   // them all when it takes back a macro with a mistake.
   ~CrossValidationResult();
   CrossValidationResult(const CrossValidationResult &);
   CrossValidationResult &operator=(const CrossValidationResult &);
   void AddFold(const CrossValidationFoldResult &fold);

   const TString &GetMethodTitle() const { return fTitle; }
   const std::vector<CrossValidationFoldResult> &GetFolds() const { return fFolds; }
   /// Mean over the folds; NaN without folds.
   Float_t GetROCAverage() const;
   /// Standard deviation of the folds around their mean (n - 1); NaN for fewer than two.
   Float_t GetROCStandardDeviation() const;
   std::vector<Float_t> GetROCValues() const;
   std::vector<Float_t> GetSigValues() const;
   std::vector<Float_t> GetSepValues() const;
   std::vector<Float_t> GetEff01Values() const;
   std::vector<Float_t> GetEff10Values() const;
   std::vector<Float_t> GetEff30Values() const;
   std::vector<Float_t> GetEffAreaValues() const;
   std::vector<Float_t> GetTrainEff01Values() const;
   std::vector<Float_t> GetTrainEff10Values() const;
   std::vector<Float_t> GetTrainEff30Values() const;

   /// One graph a fold. It belongs to the result and its copies. nullptr without folds.
   TMultiGraph *GetROCCurves(Bool_t legend = kTRUE);
   /// Mean of the folds' background rejections at `nSamples` signal efficiencies from 0 to 1; a new graph, owned by the
   /// caller. nullptr without folds. Throws Error (kArgument) for fewer than two samples.
   TGraph *GetAvgROCCurve(UInt_t nSamples = 100) const;
   /// All curves on a new canvas, owned by the caller. nullptr without folds.
   TCanvas *Draw(const TString title = "CrossValidation") const;
   /// The mean curve, and those of the folds if wanted, on a new canvas, owned by the caller. nullptr without folds.
   TCanvas *DrawAvgROCCurve(Bool_t drawFolds = kFALSE, TString title = "") const;
   /// The areas, their mean and standard deviation as INFO lines.
   void Print() const;

private:
   std::vector<Float_t> Values(Float_t CrossValidationFoldResult::*figure) const;

   TString fTitle;
   std::vector<CrossValidationFoldResult> fFolds;
   std::shared_ptr<TMultiGraph> fROCCurves; //! made when asked for
};

} // namespace TorchMVA

#endif
