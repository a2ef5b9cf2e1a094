#include "TorchMVA/Data/VariableInfo.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <cfloat>
#include <cmath>
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
void RequireTypeAndRange(const TString &expression, char type, Double_t min, Double_t max)
{
   if (type == '\0' || !std::strchr("FDIC", type))
      throw Error(EErrorCode::kArgument,
                  "expected the type 'F' or 'D' (floating point), 'I' (integer) or 'C' (text), found '" +
                     std::string(1, type) + "'",
                  {{"variable", expression.Data()}});
   if (!(min <= max)) // also NaN
      throw Error(
         EErrorCode::kArgument,
         TString::Format("expected a range from a smaller to a larger number, found %g to %g", min, max).Data(),
         {{"variable", expression.Data()}});
}
} // namespace

VariableInfo::VariableInfo(const TString &expression, const TString &title, const TString &unit, char type,
                           Double_t min, Double_t max)
   : fTitle(title), fUnit(unit), fType(type), fMin(min), fMax(max)
{
   SplitLabel(expression, fLabel, fExpression);
   fInternalName = MakeInternalName(fLabel);
   RequireTypeAndRange(fExpression, type, min, max);
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
