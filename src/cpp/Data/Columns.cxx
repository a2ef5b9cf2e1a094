#include "Columns.hxx"

#include "TorchMVA/Data/DataSetInfo.hxx"

#include <algorithm>

namespace TorchMVA {
namespace Internal {

namespace {

/// A block of rows fits in the second-level cache, and is long enough that the calls per block do not count.
constexpr Long64_t kBlockRows = 4096;
constexpr Long64_t kBlockBytes = 1 << 19;

} // namespace

std::string ColumnSpec::Describe() const
{
   switch (fKind) {
   case EKind::kVariable: return "variable";
   case EKind::kTarget: return "target";
   case EKind::kSpectator: return "spectator";
   case EKind::kWeight: return "weight";
   }
   return "";
}

std::vector<ColumnSpec> MakeColumns(const DataSetInfo &info, const ClassInfo &cls)
{
   std::vector<ColumnSpec> columns;
   const auto &variables = info.GetVariableInfos();
   for (Int_t i = 0; i < static_cast<Int_t>(variables.size());) {
      const std::string expression = variables[i].GetExpression().Data();
      const Int_t size = info.IsVariableFromArray(i) ? info.GetArraySize(i) : 0;
      columns.push_back({ColumnSpec::EKind::kVariable, i, size, expression});
      i += size > 0 ? size : 1;
   }
   for (UInt_t i = 0; i < info.GetNTargets(); ++i)
      columns.push_back(
         {ColumnSpec::EKind::kTarget, static_cast<Int_t>(i), 0, info.GetTargetInfo(i).GetExpression().Data()});
   for (UInt_t i = 0; i < info.GetNSpectators(); ++i)
      columns.push_back(
         {ColumnSpec::EKind::kSpectator, static_cast<Int_t>(i), 0, info.GetSpectatorInfo(i).GetExpression().Data()});
   if (!cls.GetWeight().IsWhitespace())
      columns.push_back({ColumnSpec::EKind::kWeight, 0, 0, cls.GetWeight().Data()});
   return columns;
}

RowBlock RowBlock::For(const DataSetInfo &info)
{
   const Int_t nVariables = info.GetNVariables();
   const Int_t nTargets = info.GetNTargets();
   const Int_t nSpectators = info.GetNSpectators();
   const Long64_t rowBytes = 4 * (nVariables + nTargets) + 8 * nSpectators + 16;
   return RowBlock(std::clamp<Long64_t>(kBlockBytes / rowBytes, 1, kBlockRows), nVariables, nTargets, nSpectators);
}

void RowBlock::Shrink()
{
   const auto cut = [](auto &values, Long64_t size) {
      values.resize(size);
      values.shrink_to_fit();
   };
   cut(fVariables, fRows * fNVariables);
   cut(fTargets, fRows * fNTargets);
   cut(fSpectators, fRows * fNSpectators);
   cut(fWeights, fRows);
   cut(fEntries, fRows);
}

void StoreValue(const ColumnSpec &spec, Int_t element, Long64_t row, Double_t value, RowBlock &block)
{
   const auto sample = [&](std::size_t column) {
      if (block.fSamples.Takes(block.fFirst + row))
         block.fSamples.Add(column, block.fFirst + row, value);
   };
   switch (spec.fKind) {
   case ColumnSpec::EKind::kVariable:
      block.fVariables[row * block.fNVariables + spec.fIndex + element] = static_cast<float>(value);
      sample(spec.fIndex + element);
      break;
   case ColumnSpec::EKind::kTarget:
      block.fTargets[row * block.fNTargets + spec.fIndex] = static_cast<float>(value);
      sample(block.fNVariables + spec.fIndex);
      break;
   case ColumnSpec::EKind::kSpectator: block.fSpectators[row * block.fNSpectators + spec.fIndex] = value; break;
   case ColumnSpec::EKind::kWeight: block.fWeights[row] = value; break;
   }
}

void FailOnLength(const ColumnSpec &spec, Int_t found, const Error::Context_t &where)
{
   const std::string expected = spec.fArraySize > 0
                                   ? std::to_string(spec.fArraySize) + " elements as declared by AddVariablesArray"
                                   : "one value, or as many as the array variables of the event have";
   throw Error(EErrorCode::kData,
               spec.Describe() + " '" + spec.fExpression + "': expected " + expected + ", found " +
                  std::to_string(found) + " (Alt$(expression, 0) gives a value where there is none)",
               where);
}

void FailOnLengths(const std::string &first, Int_t size, const std::string &second, Int_t other,
                   const Error::Context_t &where)
{
   throw Error(EErrorCode::kData,
               "array variables '" + first + "' and '" + second + "' differ in length: " + std::to_string(size) +
                  " and " + std::to_string(other) + " elements",
               where);
}

} // namespace Internal
} // namespace TorchMVA
