#include "Columns.hxx"

#include "TorchMVA/Data/DataSetInfo.hxx"

namespace TorchMVA {
namespace Internal {

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
   using EKind = ColumnSpec::EKind;
   std::vector<ColumnSpec> columns;
   const auto &variables = info.GetVariableInfos();
   for (Int_t i = 0; i < static_cast<Int_t>(variables.size());) {
      const std::string expression = variables[i].GetExpression().Data();
      const Int_t size = info.IsVariableFromArray(i) ? info.GetArraySize(i) : 0;
      columns.push_back({EKind::kVariable, i, size, expression});
      i += size > 0 ? size : 1;
   }
   for (UInt_t i = 0; i < info.GetNTargets(); ++i)
      columns.push_back({EKind::kTarget, static_cast<Int_t>(i), 0, info.GetTargetInfo(i).GetExpression().Data()});
   for (UInt_t i = 0; i < info.GetNSpectators(); ++i)
      columns.push_back({EKind::kSpectator, static_cast<Int_t>(i), 0, info.GetSpectatorInfo(i).GetExpression().Data()});
   if (!cls.GetWeight().IsWhitespace())
      columns.push_back({EKind::kWeight, 0, 0, cls.GetWeight().Data()});
   return columns;
}

} // namespace Internal
} // namespace TorchMVA
