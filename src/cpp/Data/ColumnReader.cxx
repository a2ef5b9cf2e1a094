#include "ColumnReader.hxx"

#include "TTree.h"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>

namespace TorchMVA {
namespace Internal {

using EKind = ColumnSpec::EKind;

void StoreValue(const ColumnSpec &spec, Int_t element, Long64_t row, Double_t value, RowBlock &block)
{
   switch (spec.fKind) {
   case EKind::kVariable:
      block.fVariables[row * block.fNVariables + spec.fIndex + element] = static_cast<float>(value);
      break;
   case EKind::kTarget: block.fTargets[row * block.fNTargets + spec.fIndex] = static_cast<float>(value); break;
   case EKind::kSpectator: block.fSpectators[row * block.fNSpectators + spec.fIndex] = value; break;
   case EKind::kWeight: block.fWeights[row] = value; break;
   }
}

void FailOnLength(const ColumnSpec &spec, Int_t found, Long64_t entry, const TreeSession &session)
{
   const std::string expected = spec.fArraySize > 0
                                   ? std::to_string(spec.fArraySize) + " elements as declared by AddVariablesArray"
                                   : "one value, or as many as the array variables of the event have";
   throw Error(EErrorCode::kData,
               spec.Describe() + " '" + spec.fExpression + "': expected " + expected + ", found " +
                  std::to_string(found) + " (Alt$(expression, 0) gives a value where there is none)",
               {{"tree", session.Tree().GetName()}, {"file", session.FileName()}, {"entry", std::to_string(entry)}});
}

ColumnReader::ColumnReader(const TreeSession &session, const std::vector<ColumnSpec> &columns, bool forceFormula)
   : fSession(session), fForceFormula(forceFormula)
{
   for (const auto &spec : columns)
      fColumns.push_back({spec, std::nullopt, nullptr});
}

void ColumnReader::StartSubtree(Long64_t offset)
{
   fOffset = offset;
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
      clone->fColumns.push_back({column.fSpec, column.fBulk, nullptr});
   }
   clone->fOffset = fOffset;
   return clone;
}

void ColumnReader::ReadBulk(Column &column, Long64_t first, Long64_t n, RowBlock &block)
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
   for (Long64_t row = 0; row < block.fRows; ++row)
      StoreValue(spec, 0, row, fScratch[block.fEntries[row] - first], block);
}

void ColumnReader::ReadFormulas(const std::vector<Column *> &columns, RowBlock &block)
{
   TTree &tree = fSession.Tree();
   for (Long64_t row = 0; row < block.fRows; ++row) {
      tree.LoadTree(block.fEntries[row]);
      for (Column *column : columns) {
         const auto &spec = column->fSpec;
         auto &formula = *column->fFormula;
         const Int_t expected = std::max(spec.fArraySize, 1);
         const Int_t found = formula.Size();
         if (found < expected)
            FailOnLength(spec, found, block.fEntries[row], fSession);
         for (Int_t i = 0; i < expected; ++i)
            StoreValue(spec, i, row, formula.Value(i), block);
      }
   }
}

void ColumnReader::Read(Long64_t first, Long64_t n, RowBlock &block)
{
   std::vector<Column *> slow;
   for (auto &column : fColumns) {
      if (column.fBulk)
         ReadBulk(column, first, n, block);
      else
         slow.push_back(&column);
   }
   if (!slow.empty())
      ReadFormulas(slow, block);
}

} // namespace Internal
} // namespace TorchMVA
