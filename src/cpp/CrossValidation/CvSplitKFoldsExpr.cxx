#include "TorchMVA/CrossValidation/CvSplitKFoldsExpr.hxx"

#include "Expression/Program.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <algorithm>
#include <array>
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

/// Spectators by their names in brackets.
class SpectatorScope final : public Internal::Scope {
public:
   SpectatorScope(const DataSetInfo &info, const TString &expression) : fInfo(info), fExpression(expression) {}

   Column Find(const Internal::Syntax &name) override
   {
      throw Internal::ExpressionProblem("'" + name.fText + "' is not in brackets");
   }
   std::size_t Parameter(const std::string &name) override
   {
      const auto known = std::find(fNames.begin(), fNames.end(), name);
      if (known != fNames.end())
         return known - fNames.begin();
      const bool isNumber = name == "NumFolds" || name == "numFolds";
      fSpectators.push_back(isNumber ? kNumberOfFolds : FindSpectator(fInfo, name.c_str(), fExpression));
      fNames.push_back(name);
      return fNames.size() - 1;
   }

   std::vector<int> fSpectators;
   std::vector<std::string> fNames;

private:
   const DataSetInfo &fInfo;
   const TString &fExpression;
};

/// Parameters that need no memory of their own for every event.
constexpr std::size_t kFewParameters = 16;

} // namespace

CvSplitKFoldsExpr::CvSplitKFoldsExpr(const DataSetInfo &info, const TString &expression)
   : fExpression(expression.Data())
{
   SpectatorScope scope(info, expression);
   try {
      fProgram = std::make_unique<Internal::Program>(
         Internal::Program::Compile(fExpression, scope, Internal::ELanguage::kSplit));
   } catch (const Internal::ExpressionProblem &problem) {
      throw Error(
         EErrorCode::kExpression,
         "expected a formula of spectators in brackets, such as int(fabs([eventID]))%int([NumFolds]), found '" +
            fExpression + "': " + problem.what(),
         {{"option", kOption}});
   }
   fSpectators = std::move(scope.fSpectators);
   fNames = std::move(scope.fNames);
}

CvSplitKFoldsExpr::~CvSplitKFoldsExpr() = default;

UInt_t CvSplitKFoldsExpr::Eval(UInt_t numFolds, const double *spectators) const
{
   std::array<double, kFewParameters> few;
   std::vector<double> many(fSpectators.size() > few.size() ? fSpectators.size() : 0);
   double *const parameters = many.empty() ? few.data() : many.data();
   bool isNumber = true;
   for (std::size_t i = 0; i < fSpectators.size(); ++i) {
      parameters[i] = fSpectators[i] == kNumberOfFolds ? numFolds : spectators[fSpectators[i]];
      isNumber = isNumber && !std::isnan(parameters[i]);
   }
   const double value = isNumber ? std::round(fProgram->Evaluate(parameters)) : std::nan("");
   if (value >= 0 && value < numFolds) // false for NaN
      return static_cast<UInt_t>(value);
   Error::Context_t context = {{kOption, fExpression}};
   for (std::size_t i = 0; i < fSpectators.size(); ++i)
      context.emplace_back(fNames[i], std::to_string(parameters[i]));
   throw Error(EErrorCode::kData,
               "expected a fold from 0 to " + std::to_string(numFolds - 1) + " for every event, found " +
                  std::to_string(value),
               context);
}

} // namespace TorchMVA
