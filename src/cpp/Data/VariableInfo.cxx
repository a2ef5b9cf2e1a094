#include "TorchMVA/Data/VariableInfo.hxx"

#include <cfloat>
#include <cstring>

namespace TorchMVA {

namespace {
TString MakeInternalName(const TString &label)
{
   TString name;
   for (Ssiz_t i = 0; i < label.Length(); ++i) {
      const char c = label[i];
      name += std::strchr("$&|!%^()'<>?= ", c) ? '_' : c;
   }
   name.ReplaceAll("::", "_");
   name.ReplaceAll("*", "_T_");
   name.ReplaceAll("/", "_D_");
   name.ReplaceAll("+", "_P_");
   name.ReplaceAll("-", "_M_");
   name.ReplaceAll("[", "_");
   name.ReplaceAll("]", "_");
   return name;
}
} // namespace

VariableInfo::VariableInfo(const TString &expression, const TString &title, const TString &unit, char type,
                           Double_t min, Double_t max)
   : fTitle(title), fUnit(unit), fType(type), fMin(min), fMax(max)
{
   SplitLabel(expression, fLabel, fExpression);
   fInternalName = MakeInternalName(fLabel);
   if (fTitle.IsNull())
      fTitle = fLabel;
   if (min == max) {
      fMin = FLT_MAX;
      fMax = -FLT_MAX;
   }
}

void VariableInfo::SetLabel(const TString &l)
{
   fLabel = l;
   fInternalName = MakeInternalName(fLabel);
}

void VariableInfo::SplitLabel(const TString &text, TString &label, TString &expression)
{
   TString compact = text;
   for (const char *blank : {" ", "\t", "\n"})
      compact.ReplaceAll(blank, "");
   const Ssiz_t separator = compact.Index(":=");
   expression = separator == kNPOS ? compact : TString(compact(separator + 2, compact.Length()));
   label = separator == kNPOS ? compact : TString(compact(0, separator));
}

} // namespace TorchMVA
