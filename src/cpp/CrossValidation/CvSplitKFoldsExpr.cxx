#include "TorchMVA/CrossValidation/CvSplitKFoldsExpr.hxx"

#include "TFormula.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <cmath>

namespace TorchMVA {

namespace {

constexpr int kNumberOfFolds = -1;
constexpr const char *kOption = "SplitExpr";

int FindSpectator(const DataSetInfo &info, const TString &name, const TString &expression)
{
   std::vector<std::string> known;
   for (UInt_t i = 0; i < info.GetNSpectators(); ++i) {
      const VariableInfo &spectator = info.GetSpectatorInfo(static_cast<Int_t>(i));
      if (name == spectator.GetLabel() || name == spectator.GetExpression() || name == spectator.GetInternalName())
         return static_cast<int>(i);
      known.emplace_back(spectator.GetLabel().Data());
   }
   std::string list;
   for (const auto &spectator : known)
      list += (list.empty() ? "" : ", ") + spectator;
   throw Error(EErrorCode::kExpression,
               "the split expression needs a spectator '" + std::string(name.Data()) + "'" +
                  Internal::DidYouMean(name.Data(), known) + "; spectators: " + (list.empty() ? "none" : list),
               {{kOption, expression.Data()}});
}

} // namespace

CvSplitKFoldsExpr::CvSplitKFoldsExpr(const DataSetInfo &info, const TString &expression)
   : fExpression(expression.Data()), fFormula(std::make_unique<TFormula>("CvSplitKFolds", expression, false))
{
   if (!fFormula->IsValid() || fFormula->GetNdim() > 0)
      throw Error(
         EErrorCode::kExpression,
         "expected a formula of spectators in brackets, such as int(fabs([eventID]))%int([NumFolds]), found '" +
            fExpression + "'",
         {{"option", kOption}});
   for (Int_t i = 0; i < fFormula->GetNpar(); ++i) {
      const TString name = fFormula->GetParName(i);
      const bool isNumber = name == "NumFolds" || name == "numFolds";
      fSpectators.push_back(isNumber ? kNumberOfFolds : FindSpectator(info, name, expression));
      fNames.emplace_back(name.Data());
   }
}

CvSplitKFoldsExpr::~CvSplitKFoldsExpr() = default;

UInt_t CvSplitKFoldsExpr::Eval(UInt_t numFolds, const double *spectators) const
{
   std::vector<double> parameters(fSpectators.size());
   for (std::size_t i = 0; i < parameters.size(); ++i)
      parameters[i] = fSpectators[i] == kNumberOfFolds ? numFolds : spectators[fSpectators[i]];
   const double value = std::round(fFormula->EvalPar(nullptr, parameters.data()));
   if (value >= 0 && value < numFolds) // false for NaN
      return static_cast<UInt_t>(value);
   Error::Context_t context = {{kOption, fExpression}};
   for (std::size_t i = 0; i < parameters.size(); ++i)
      context.emplace_back(fNames[i], std::to_string(parameters[i]));
   throw Error(EErrorCode::kData,
               "expected a fold from 0 to " + std::to_string(numFolds - 1) + " for every event, found " +
                  std::to_string(value),
               context);
}

} // namespace TorchMVA
