#include "FrameInputs.hxx"

#include "Data/FrameExpression.hxx"
#include "TClassEdit.h"
#include "TDataType.h"
#include "TEnum.h"
#include "TROOT.h"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <array>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr const char *kPlace = "the data frame";

bool IsNumber(const std::string &type)
{
   const std::string resolved = TClassEdit::ResolveTypedef(TClassEdit::ShortType(type.c_str(), 1).c_str());
   if (const TDataType *known = gROOT->GetType(resolved.c_str())) {
      const int kind = known->GetType();
      return kind > kNoType_t && kind != kCharStar && kind != kVoid_t;
   }
   return TEnum::GetEnum(resolved.c_str()) != nullptr;
}

/// Whether a type is one of ROOT's or the standard library's arrays of numbers.
bool IsCollectionOfNumbers(const std::string &type)
{
   const std::string resolved = TClassEdit::ResolveTypedef(type.c_str());
   TClassEdit::TSplitType split(resolved.c_str());
   if (split.fElements.size() < 2)
      return false;
   std::string outer = split.fElements[0];
   outer = outer.substr(outer.rfind(':') + 1);
   constexpr std::array<const char *, 5> kOuter = {"RVec", "vector", "array", "deque", "list"};
   return std::find(kOuter.begin(), kOuter.end(), outer) != kOuter.end() && IsNumber(split.fElements[1]);
}

/// What the weight file says of the inputs: variables, and spectators if the responses depend on them.
std::vector<VariableInfo> Declared(const MethodBase &method)
{
   std::vector<VariableInfo> infos = method.DataInfo().GetVariableInfos();
   if (method.UsesSpectators()) {
      const auto &spectators = method.DataInfo().GetSpectatorInfos();
      infos.insert(infos.end(), spectators.begin(), spectators.end());
   }
   return infos;
}

/// A column of the expression's name, one of the label's name, or else the expression.
std::string ExpressionIn(ROOT::RDF::RNode &node, const VariableInfo &info)
{
   const std::string expression = info.GetExpression().Data(), label = info.GetLabel().Data();
   return !node.HasColumn(expression) && node.HasColumn(label) ? label : expression;
}

std::vector<std::string> Names(const std::vector<VariableInfo> &infos)
{
   std::vector<std::string> names;
   for (const auto &info : infos)
      names.emplace_back(info.GetExpression().Data());
   return names;
}

std::string Joined(const std::vector<std::string> &names)
{
   std::string text;
   for (const auto &name : names)
      text += (text.empty() ? "" : ", ") + name;
   return text;
}

} // namespace

FrameInputs::FrameInputs(ROOT::RDF::RNode &node, const MethodBase &method, const std::vector<std::string> &columns,
                         const std::string &prefix)
   : fPrefix(prefix), fNVariables(method.GetNVariables())
{
   const std::vector<VariableInfo> declared = Declared(method);
   if (!columns.empty() && columns.size() != declared.size())
      throw Error(EErrorCode::kArgument,
                  "expected " + std::to_string(declared.size()) + " columns for the inputs of the method, found " +
                     std::to_string(columns.size()),
                  {{"method", method.GetName()}, {"inputs", Joined(Names(declared))}, {"columns", Joined(columns)}});
   for (std::size_t i = 0; i < declared.size(); ++i) {
      const std::string what = i < fNVariables ? "variable" : "spectator";
      const std::string expression = columns.empty() ? ExpressionIn(node, declared[i]) : columns[i];
      fColumns.push_back(ColumnOf(node, expression, prefix + std::to_string(i) + "_", what, kPlace));
      fTypes.push_back(node.GetColumnType(fColumns.back()));
      const bool isCollection = IsCollectionOfNumbers(fTypes.back());
      fHasCollections = fHasCollections || isCollection;
      if (!isCollection && !IsNumber(fTypes.back()))
         throw Error(EErrorCode::kExpression,
                     what + " '" + declared[i].GetExpression().Data() +
                        "': expected a column of numbers or of collections of numbers, found one of type " +
                        fTypes.back(),
                     {{"column", expression}, {"where", kPlace}});
   }
}

} // namespace Internal
} // namespace TorchMVA
