#include "TorchMVA/CrossValidation/CvSplitKFolds.hxx"

#include "Data/ShuffleGenerator.hxx"
#include "TorchMVA/CrossValidation/CvSplitKFoldsExpr.hxx"

#include <algorithm>

namespace TorchMVA {

CvSplitKFolds::CvSplitKFolds(UInt_t numFolds, TString splitExpr, Bool_t stratified, UInt_t seed)
   : CvSplit(numFolds), fSplitExpr(splitExpr), fStratified(stratified), fSeed(seed)
{
}

std::vector<UInt_t> CvSplitKFolds::AssignFolds(const DataSetInfo &info, const Sample &sample) const
{
   std::vector<UInt_t> folds(sample.Size());
   if (!fSplitExpr.IsNull()) {
      const CvSplitKFoldsExpr expression(info, fSplitExpr);
      for (Long64_t i = 0; i < sample.Size(); ++i)
         folds[i] = expression.Eval(GetNumFolds(), sample.fSpectators.Row(i));
      return folds;
   }
   Internal::ShuffleGenerator generator(fSeed);
   const auto groupOf = [&](Long64_t i) { return fStratified ? sample.fClasses[i] : 0; };
   std::vector<std::vector<UInt_t>> decks(fStratified ? info.GetNClasses() : 1);
   for (Long64_t i = 0; i < sample.Size(); ++i) {
      auto &deck = decks[groupOf(i)];
      deck.push_back(deck.size() % GetNumFolds());
   }
   for (auto &deck : decks)
      std::shuffle(deck.begin(), deck.end(), generator);
   std::vector<std::size_t> dealt(decks.size(), 0);
   for (Long64_t i = 0; i < sample.Size(); ++i)
      folds[i] = decks[groupOf(i)][dealt[groupOf(i)]++];
   return folds;
}

} // namespace TorchMVA
