#include "ColumnReader.hxx"

#include "TTree.h"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cmath>

namespace TorchMVA {
namespace Internal {

ColumnReader::ColumnReader(const TreeSession &session, const std::vector<ColumnSpec> &columns,
                           const std::vector<bool> &counted, EMissing missing, bool forceFormula)
   : fSession(session), fCounted(counted), fMissing(missing), fForceFormula(forceFormula)
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
   if (!IsIndependent())
      fFriends.emplace(fSession, fOffset);
}

bool ColumnReader::IsIndependent() const
{
   return std::all_of(fColumns.begin(), fColumns.end(), [](const Column &column) { return column.fBulk.has_value(); });
}

std::unique_ptr<ColumnReader> ColumnReader::Clone(std::size_t number) const
{
   auto clone = std::make_unique<ColumnReader>(fSession, std::vector<ColumnSpec>(), fCounted, fMissing, fForceFormula);
   for (std::size_t i = 0; i < fColumns.size(); ++i) {
      const auto &column = fColumns[(i + number) % fColumns.size()];
      clone->fColumns.push_back({column.fSpec, column.fBulk, nullptr, false});
   }
   clone->fOffset = fOffset;
   return clone;
}

void ColumnReader::ReadFloats(Column &column, Long64_t first, Long64_t n, float *out, Long64_t stride,
                              std::size_t number, RowBlock &block) const
{
   auto &bulk = *column.fBulk;
   const auto read = [&](Long64_t from, Long64_t to) {
      if (to > from)
         bulk.Read(first - fOffset + from, to - from, out + from * stride, stride);
   };
   Long64_t done = 0;
   while (!bulk.IsExactInFloat()) {
      const Long64_t row = block.fSamples.Next(block.fFirst + done) - block.fFirst;
      if (row >= n)
         break;
      read(done, row);
      double value = 0;
      bulk.Read(first - fOffset + row, 1, &value, 1);
      out[row * stride] = static_cast<float>(value);
      block.fSamples.Add(number, block.fFirst + row, value);
      done = row + 1;
   }
   read(done, n);
}

void ColumnReader::ReadBulk(Column &column, Long64_t first, Long64_t n, RowBlock &block, EventSink &sink)
{
   const auto &spec = column.fSpec;
   auto &bulk = *column.fBulk;
   const Long64_t entry = first - fOffset;
   if (block.fRows == n) {
      switch (spec.fKind) {
      case ColumnSpec::EKind::kVariable:
         return ReadFloats(column, first, n, block.fVariables.data() + spec.fIndex, block.fNVariables, spec.fIndex,
                           block);
      case ColumnSpec::EKind::kTarget:
         return ReadFloats(column, first, n, block.fTargets.data() + spec.fIndex, block.fNTargets,
                           block.fNVariables + spec.fIndex, block);
      case ColumnSpec::EKind::kSpectator:
         return bulk.Read(entry, n, block.fSpectators.data() + spec.fIndex, block.fNSpectators);
      case ColumnSpec::EKind::kWeight: return bulk.Read(entry, n, block.fWeights.data(), 1);
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
         removed += Counts(first + i) && !std::isfinite(fScratch[i]);
   }
   if (removed > 0)
      sink.NoteRemoved(spec, removed);
}

void ColumnReader::RequireRead(const ColumnSpec &spec, Long64_t entry) const
{
   if (fErrors.HasHeard())
      fErrors.Throw("cannot read " + spec.Describe() + " '" + spec.fExpression + "'", fSession.Where(entry));
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
   fFriends.emplace(fSession, fOffset);
}

Int_t ColumnReader::CheckSize(Column &column, Long64_t entry, EventSink &sink) const
{
   const auto &spec = column.fSpec;
   auto &formula = *column.fFormula;
   if (fFriends->MayMiss(entry))
      fFriends->Require(entry, formula.Formula(), spec.Describe() + " '" + spec.fExpression + "'");
   const Int_t expected = std::max(spec.fArraySize, 1);
   const Int_t found = formula.Size();
   if (found == 0 && spec.fArraySize == 0) {
      const bool mayBeNaN = spec.fKind == ColumnSpec::EKind::kVariable && fMissing == EMissing::kNaN;
      if (mayBeNaN || !std::isnan(formula.Value(0))) // a value that needs none of what does not exist
         return 1;
   }
   if (spec.fArraySize > 0 ? found < expected : found != 1)
      FailOnLength(spec, found, fSession.Where(entry));
   if (spec.fArraySize > 0 && found > expected && !column.fSurplusNoted) {
      column.fSurplusNoted = true;
      sink.NoteSurplus(spec, found);
   }
   return expected;
}

void ColumnReader::ReadFormulas(const std::vector<Column *> &columns, RowBlock &block, EventSink &sink)
{
   for (Long64_t row = 0; row < block.fRows; ++row) {
      LoadEntry(block.fEntries[row], columns);
      for (Column *column : columns) {
         const Int_t size = CheckSize(*column, block.fEntries[row], sink);
         for (Int_t i = 0; i < size; ++i)
            StoreValue(column->fSpec, i, row, column->fFormula->Value(i), block);
         RequireRead(column->fSpec, block.fEntries[row]);
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
      if (!Counts(entry))
         continue;
      LoadEntry(entry, columns);
      for (std::size_t c = 0; c < columns.size(); ++c) {
         removed[c] += columns[c]->fFormula->HasNonFinite();
         RequireRead(columns[c]->fSpec, entry);
      }
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
