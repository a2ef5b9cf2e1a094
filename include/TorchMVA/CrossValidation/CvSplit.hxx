#ifndef TORCHMVA_CROSSVALIDATION_CVSPLIT_HXX
#define TORCHMVA_CROSSVALIDATION_CVSPLIT_HXX

#include "TorchMVA/Core/Configurable.hxx"
#include "TorchMVA/Core/Types.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <memory>
#include <vector>

namespace TorchMVA {

/// Assigns each event of a training sample to one of n folds, and gives a DataSetInfo the samples of one fold.
///
/// MakeKFoldDataSet comes first; PrepareFoldDataSet and RecombineKFoldDataSet then replace the data set by copies of
/// rows of that training sample (its test sample is not used). Training weights are normalised anew for each fold, as
/// NormMode says; test weights are the original ones. Ranges and correlation matrices of the DataSetInfo stay those
/// of the whole sample. Not thread safe.
class CvSplit : public Configurable {
public:
   /// Throws Error (kArgument) for fewer than two folds.
   explicit CvSplit(UInt_t numFolds);
   ~CvSplit() override;

   UInt_t GetNumFolds() const { return fNumFolds; }
   /// True before the first MakeKFoldDataSet.
   Bool_t NeedsRebuild() const { return !fData; }

   /// Assigns the folds. Throws Error (kData) if a fold would lack events of a class, and what the split throws.
   void MakeKFoldDataSet(DataSetInfo &info);
   /// Training sample = the events of all folds but `fold` (from 0), test sample = those of `fold`; the order is that of
   /// the sample. Throws Error (kState) before MakeKFoldDataSet, (kArgument) for a fold that does not exist or another
   /// type than kTraining.
   void PrepareFoldDataSet(DataSetInfo &info, UInt_t fold, Types::ETreeType type = Types::kTraining);
   /// Training sample = test sample = the events of all folds, in the order of the sample, as in TMVA: so there is data in both
   /// when the recombined method is evaluated. Errors as PrepareFoldDataSet.
   void RecombineKFoldDataSet(DataSetInfo &info, Types::ETreeType type = Types::kTraining);

   /// Fold of each event of the training sample. Throws Error (kState) before MakeKFoldDataSet.
   const std::vector<UInt_t> &GetFolds() const;

protected:
   /// Fold of each event.
   virtual std::vector<UInt_t> AssignFolds(const DataSetInfo &info, const Sample &sample) const = 0;

private:
   void CheckFolds(const DataSetInfo &info, const Sample &sample, const std::vector<UInt_t> &folds) const;
   void Require(Types::ETreeType type) const;
   void Set(DataSetInfo &info, const std::vector<Long64_t> &training, const std::vector<Long64_t> &testing);

   UInt_t fNumFolds;
   std::vector<UInt_t> fFolds;
   std::shared_ptr<const DataSet> fData;      //! the events as they were before
   std::weak_ptr<const DataSet> fReplacement; //! what the DataSetInfo got instead
};

} // namespace TorchMVA

#endif
