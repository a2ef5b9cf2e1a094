#include "ColumnReader.hxx"

#include "TTree.h"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cmath>

namespace TorchMVA {
namespace Internal {

using EKind = ColumnSpec::EKind;

ColumnReader::ColumnReader(const TreeSession &session, const std::vector<ColumnSpec> &columns, bool forceFormula)
   : fSession(session), fForceFormula(forceFormula)
{
   for (const auto &spec : columns)
      fColumns.push_back({spec, std::nullopt, nullptr, false});
}

void ColumnReader::StartSubtree(Long64_t offset)
{
   fOffset = offset;
   fStamp = fSession.FileStamp();
   for (auto &column : fColumns) {
      const auto &expression = column.fSpec.fExpression;
      const bool scalar = column.fSpec.fArraySize == 0 && !fForceFormula;
      // An alias of the chain is not known to its subtrees.
      const bool alias = fSession.Tree().GetAlias(expression.c_str()) != nullptr;
      column.fBulk.reset();
      if (scalar && !alias)
         column.fBulk = BulkReader::Make(*fSession.Tree().GetTree(), expression);
      if (column.fFormula)
         column.fFormula->Update();
      else if (!column.fBulk)
         column.fFormula = std::make_unique<FormulaReader>(fSession, expression, column.fSpec.Describe());
   }
}

bool ColumnReader::IsIndependent() const
{
   return std::all_of(fColumns.begin(), fColumns.end(), [](const Column &column) { return column.fBulk.has_value(); });
}

std::unique_ptr<ColumnReader> ColumnReader::Clone(std::size_t number) const
{
   auto clone = std::make_unique<ColumnReader>(fSession, std::vector<ColumnSpec>(), fForceFormula);
   for (std::size_t i = 0; i < fColumns.size(); ++i) {
      const auto &column = fColumns[(i + number) % fColumns.size()];
      clone->fColumns.push_back({column.fSpec, column.fBulk, nullptr, false});
   }
   clone->fOffset = fOffset;
   return clone;
}

void ColumnReader::ReadBulk(Column &column, Long64_t first, Long64_t n, RowBlock &block, EventSink &sink)
{
   const auto &spec = column.fSpec;
   auto &bulk = *column.fBulk;
   const Long64_t entry = first - fOffset;
   if (block.fRows == n) {
      switch (spec.fKind) {
      case EKind::kVariable: return bulk.Read(entry, n, block.fVariables.data() + spec.fIndex, block.fNVariables);
      case EKind::kTarget: return bulk.Read(entry, n, block.fTargets.data() + spec.fIndex, block.fNTargets);
      case EKind::kSpectator: return bulk.Read(entry, n, block.fSpectators.data() + spec.fIndex, block.fNSpectators);
      case EKind::kWeight: return bulk.Read(entry, n, block.fWeights.data(), 1);
      }
   }
   fScratch.resize(n);
   bulk.Read(entry, n, fScratch.data(), 1);
   Long64_t row = 0;
   Long64_t removed = 0;
   for (Long64_t i = 0; i < n; ++i) {
      if (row < block.fRows && block.fEntries[row] == first + i)
         StoreValue(spec, 0, row++, fScratch[i], block);
      else
         removed += !std::isfinite(fScratch[i]);
   }
   if (removed > 0)
      sink.NoteRemoved(spec, removed);
}

void ColumnReader::LoadEntry(Long64_t entry, const std::vector<Column *> &columns)
{
   fSession.Tree().LoadTree(entry);
   const std::uint64_t stamp = fSession.FileStamp();
   if (stamp == fStamp)
      return;
   fStamp = stamp;
   for (Column *column : columns)
      column->fFormula->Update();
}

void ColumnReader::ReadFormulas(const std::vector<Column *> &columns, RowBlock &block, EventSink &sink)
{
   for (Long64_t row = 0; row < block.fRows; ++row) {
      LoadEntry(block.fEntries[row], columns);
      for (Column *column : columns) {
         const auto &spec = column->fSpec;
         auto &formula = *column->fFormula;
         const Int_t expected = std::max(spec.fArraySize, 1);
         const Int_t found = formula.Size();
         if (found < expected)
            FailOnLength(spec, found, fSession.Where(block.fEntries[row]));
         if (spec.fArraySize > 0 && found > expected && !column->fSurplusNoted) {
            column->fSurplusNoted = true;
            sink.NoteSurplus(spec, found);
         }
         for (Int_t i = 0; i < expected; ++i)
            StoreValue(spec, i, row, formula.Value(i), block);
      }
   }
}

void ColumnReader::CheckRemoved(const std::vector<Column *> &columns, Long64_t first, Long64_t n, const RowBlock &block,
                                EventSink &sink)
{
   std::vector<Long64_t> removed(columns.size(), 0);
   auto passed = block.fEntries.begin();
   const auto end = passed + block.fRows;
   for (Long64_t entry = first; entry < first + n; ++entry) {
      if (passed != end && *passed == entry) {
         ++passed;
         continue;
      }
      LoadEntry(entry, columns);
      for (std::size_t c = 0; c < columns.size(); ++c)
         removed[c] += columns[c]->fFormula->HasNonFinite();
   }
   for (std::size_t c = 0; c < columns.size(); ++c) {
      if (removed[c] > 0)
         sink.NoteRemoved(columns[c]->fSpec, removed[c]);
   }
}

void ColumnReader::Read(Long64_t first, Long64_t n, RowBlock &block, EventSink &sink)
{
   std::vector<Column *> slow;
   for (auto &column : fColumns) {
      if (column.fBulk)
         ReadBulk(column, first, n, block, sink);
      else
         slow.push_back(&column);
   }
   if (slow.empty())
      return;
   if (block.fRows < n)
      CheckRemoved(slow, first, n, block, sink);
   ReadFormulas(slow, block, sink);
}

} // namespace Internal
} // namespace TorchMVA
