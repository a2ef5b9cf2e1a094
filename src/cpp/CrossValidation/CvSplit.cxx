#include "TorchMVA/CrossValidation/CvSplit.hxx"

#include "Data/DataSelection.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <numeric>

namespace TorchMVA {

CvSplit::CvSplit(UInt_t numFolds) : Configurable("CvSplit"), fNumFolds(numFolds)
{
   if (numFolds < 2)
      throw Error(EErrorCode::kArgument,
                  "expected at least 2 folds for a cross-validation, found " + std::to_string(numFolds),
                  {{"option", "NumFolds"}});
}

CvSplit::~CvSplit() = default;

void CvSplit::MakeKFoldDataSet(DataSetInfo &info)
{
   const auto present = info.GetSharedDataSet();
   // a fold of this very split is not split again
   const auto data = fData && present == fReplacement.lock() ? fData : present;
   const Sample sample = data->GetSample(Types::kTraining);
   if (sample.Size() < static_cast<Long64_t>(fNumFolds))
      throw Error(EErrorCode::kData,
                  "expected at least as many training events as folds (" + std::to_string(fNumFolds) + "), found " +
                     std::to_string(sample.Size()),
                  {{"data set", info.GetName()}});
   std::vector<UInt_t> folds = AssignFolds(info, sample);
   CheckFolds(info, sample, folds);
   fFolds = std::move(folds);
   fData = data;
}

void CvSplit::CheckFolds(const DataSetInfo &info, const Sample &sample, const std::vector<UInt_t> &folds) const
{
   std::vector<Long64_t> counts(std::size_t(fNumFolds) * info.GetNClasses(), 0);
   for (std::size_t i = 0; i < folds.size(); ++i)
      ++counts.at(folds[i] * info.GetNClasses() + sample.fClasses[i]);
   for (std::size_t i = 0; i < counts.size(); ++i) {
      const char *cls = info.GetClassInfo(static_cast<Int_t>(i % info.GetNClasses()))->GetName();
      if (counts[i] == 0)
         throw Error(EErrorCode::kData,
                     "fold " + std::to_string(i / info.GetNClasses()) + " of " + std::to_string(fNumFolds) +
                        " has no event of class '" + cls +
                        "': use fewer folds, SplitType=RandomStratified or another SplitExpr",
                     {{"class", cls}, {"data set", info.GetName()}});
   }
}

void CvSplit::Require(Types::ETreeType type) const
{
   GetFolds();
   if (type != Types::kTraining)
      throw Error(EErrorCode::kArgument, "folds are made of the training sample only: expected kTraining (0), found " +
                                            std::to_string(static_cast<int>(type)));
}

const std::vector<UInt_t> &CvSplit::GetFolds() const
{
   if (!fData)
      throw Error(EErrorCode::kState, "the events have no folds yet: call MakeKFoldDataSet first");
   return fFolds;
}

void CvSplit::PrepareFoldDataSet(DataSetInfo &info, UInt_t fold, Types::ETreeType type)
{
   Require(type);
   if (fold >= fNumFolds)
      throw Error(EErrorCode::kArgument,
                  "expected a fold below " + std::to_string(fNumFolds) + ", found " + std::to_string(fold));
   std::vector<Long64_t> training;
   std::vector<Long64_t> testing;
   for (std::size_t i = 0; i < fFolds.size(); ++i)
      (fFolds[i] == fold ? testing : training).push_back(i);
   Set(info, training, testing);
}

void CvSplit::RecombineKFoldDataSet(DataSetInfo &info, Types::ETreeType type)
{
   Require(type);
   std::vector<Long64_t> all(fFolds.size());
   std::iota(all.begin(), all.end(), 0);
   Set(info, all, all);
}

void CvSplit::Set(DataSetInfo &info, const std::vector<Long64_t> &training, const std::vector<Long64_t> &testing)
{
   auto selected = Internal::SelectSamples(*fData, info, training, testing);
   fReplacement = selected;
   info.SetDataSet(std::move(selected));
}

} // namespace TorchMVA
