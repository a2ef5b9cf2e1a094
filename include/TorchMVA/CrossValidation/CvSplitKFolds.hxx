#ifndef TORCHMVA_CROSSVALIDATION_CVSPLITKFOLDS_HXX
#define TORCHMVA_CROSSVALIDATION_CVSPLITKFOLDS_HXX

#include "TString.h"
#include "TorchMVA/CrossValidation/CvSplit.hxx"

namespace TorchMVA {

/// The splits of TMVA's CrossValidation.
///
/// With an expression the fold is a function of the event's spectators, see CvSplitKFoldsExpr. Without one, fold numbers
/// 0, 1, ..., n-1, 0, 1, ... are shuffled (std::shuffle with TRandom3) and dealt out to the events in their order; if
/// stratified, to each class on its own, so that every fold has the same part of each class. Same seed, same folds.
class CvSplitKFolds : public CvSplit {
public:
   CvSplitKFolds(UInt_t numFolds, TString splitExpr = "", Bool_t stratified = kTRUE, UInt_t seed = 100);

protected:
   std::vector<UInt_t> AssignFolds(const DataSetInfo &info, const Sample &sample) const override;

private:
   TString fSplitExpr;
   Bool_t fStratified;
   UInt_t fSeed;
};

} // namespace TorchMVA

#endif
