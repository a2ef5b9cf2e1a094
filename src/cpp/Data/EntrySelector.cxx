#include "EntrySelector.hxx"

#include "BulkReader.hxx"
#include "TTree.h"

#include <cmath>

namespace TorchMVA {
namespace Internal {

namespace {

void Note(MissingValues &missing, Long64_t entry)
{
   if (missing.fEntries++ == 0)
      missing.fFirst = entry;
}

} // namespace

EntrySelector::EntrySelector(const TreeSession &session, const std::vector<ColumnSpec> &columns, const std::string &cut,
                             EMissing missing, Long64_t offset)
   : fSession(session), fMode(missing), fFriends(session, offset)
{
   for (const auto &column : columns) {
      TTree &subtree = *session.Tree().GetTree();
      if (column.fArraySize == 0 && BulkReader::Make(subtree, column.fExpression))
         continue;
      const std::string &expression = column.fExpression;
      auto formula = std::make_unique<FormulaReader>(session, expression, column.Describe());
      if (column.fKind == ColumnSpec::EKind::kVariable && column.fArraySize == 0 && formula->IsArray())
         fArrays.push_back({std::move(formula), expression, {"variable '" + expression + "'"}});
   }
   if (!cut.empty())
      fCut = std::make_unique<Part>(
         Part{std::make_unique<FormulaReader>(session, cut, "cut"), cut, {"the cut '" + cut + "'"}});
}

void EntrySelector::Update(Long64_t offset)
{
   for (auto &array : fArrays)
      array.fFormula->Update();
   if (fCut)
      fCut->fFormula->Update();
   fFriends = ShortFriends(fSession, offset);
}

Int_t EntrySelector::SizeOf(Part &part, Long64_t entry) const
{
   if (fFriends.MayMiss(entry))
      fFriends.Require(entry, part.fFormula->Formula(), part.fMissing.fWhat);
   Int_t size = part.fFormula->Size();
   part.fMissing.fIsCollection |= size > 1;
   if (size == 0 && !std::isnan(part.fFormula->Value(0)))
      size = 1;
   if (fErrors.HasHeard())
      fErrors.Throw("cannot read " + part.fMissing.fWhat, fSession.Where(entry));
   return size;
}

Int_t EntrySelector::Size(Long64_t entry)
{
   Int_t size = 1;
   const Part *first = nullptr; // that has values
   const Part *empty = nullptr; // that has none
   for (auto &array : fArrays) {
      Int_t here = SizeOf(array, entry);
      if (here == 0) {
         Note(array.fMissing, entry);
         empty = &array;
         if (fMode == EMissing::kNoEvent)
            continue;
         here = 1;
      }
      if (first && here != size)
         FailOnLengths(first->fExpression, size, array.fExpression, here, fSession.Where(entry));
      first = first ? first : &array;
      size = here;
   }
   if (empty && size > 1)
      FailOnLengths(first->fExpression, size, empty->fExpression, 0, fSession.Where(entry));
   if (empty && fMode == EMissing::kNoEvent)
      return 0;
   if (fCut) {
      fCutSize = SizeOf(*fCut, entry);
      if (fCutSize == 0 && size > 0)
         Note(fCut->fMissing, entry);
   }
   return size;
}

bool EntrySelector::Passes(Int_t instance, Long64_t entry)
{
   if (!fCut)
      return true;
   if (fCutSize == 0) // as in TTree::Draw
      return false;
   const Double_t value = fCut->fFormula->Value(fCutSize == 1 ? 0 : instance);
   if (fErrors.HasHeard())
      fErrors.Throw("cannot read " + fCut->fMissing.fWhat, fSession.Where(entry));
   if (std::isnan(value))
      throw Error(EErrorCode::kData, "the cut is not a number", fSession.Where(entry));
   return value >= 0.5;
}

std::vector<MissingValues> EntrySelector::Missing() const
{
   std::vector<MissingValues> missing;
   for (const auto &array : fArrays) {
      if (array.fMissing.fEntries > 0)
         missing.push_back(array.fMissing);
   }
   if (fCut && fCut->fMissing.fEntries > 0) {
      missing.push_back(fCut->fMissing);
      missing.back().fIsCut = true;
   }
   return missing;
}

} // namespace Internal
} // namespace TorchMVA
