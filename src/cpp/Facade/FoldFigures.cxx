#include "FoldFigures.hxx"

#include "CrossValidation/AverageCurve.hxx"
#include "TorchMVA/Evaluate/Multiclass.hxx"

#include <memory>

namespace TorchMVA {
namespace Internal {

namespace {

/// Points of the mean curve of all classes.
constexpr unsigned kCurvePoints = 1001;

void AddBinaryFigures(CrossValidationFoldResult &result, Factory &factory, MethodBase &method)
{
   const TString dataSet = method.DataInfo().GetName();
   result.fROCIntegral = factory.GetROCIntegral(dataSet, method.GetMethodName());
   result.fROCCurve = *std::unique_ptr<TGraph>(factory.GetROCCurve(dataSet, method.GetMethodName()));
   result.fSig = method.GetSignificance();
   result.fSep = method.GetSeparation();
   Double_t error = 0; // binomial; the folds themselves tell more
   result.fEff01 = method.GetEfficiency("Efficiency:0.01", Types::kTesting, error);
   result.fEff10 = method.GetEfficiency("Efficiency:0.10", Types::kTesting, error);
   result.fEff30 = method.GetEfficiency("Efficiency:0.30", Types::kTesting, error);
   result.fEffArea = method.GetEfficiency("", Types::kTesting, error);
   result.fTrainEff01 = method.GetTrainingEfficiency("Efficiency:0.01");
   result.fTrainEff10 = method.GetTrainingEfficiency("Efficiency:0.10");
   result.fTrainEff30 = method.GetTrainingEfficiency("Efficiency:0.30");
}

void AddMulticlassFigures(CrossValidationFoldResult &result, Factory &factory, MethodBase &method)
{
   const TString dataSet = method.DataInfo().GetName();
   const Sample sample = method.Data()->GetSample(Types::kTesting);
   const auto classes =
      EvaluateOneVsRest({{method.GetResponses(Types::kTesting).data(), sample.Size(), method.GetNResponses()},
                         sample.fWeights,
                         sample.fClasses});
   std::vector<TGraph> curves;
   for (std::size_t i = 0; i < classes.size(); ++i) {
      result.fROCIntegral += classes[i].fROCIntegral / classes.size();
      result.fEff01 += classes[i].fEff01 / classes.size();
      result.fEff10 += classes[i].fEff10 / classes.size();
      result.fEff30 += classes[i].fEff30 / classes.size();
      curves.push_back(*std::unique_ptr<TGraph>(factory.GetROCCurve(dataSet, method.GetMethodName(), kTRUE, i)));
   }
   result.fROCCurve = AverageCurve(curves, kCurvePoints);
}

} // namespace

CrossValidationFoldResult ComputeFoldFigures(Factory &factory, MethodBase &method)
{
   CrossValidationFoldResult result;
   result.fTitle = method.GetMethodName();
   if (method.DoMulticlass())
      AddMulticlassFigures(result, factory, method);
   else
      AddBinaryFigures(result, factory, method);
   return result;
}

} // namespace Internal
} // namespace TorchMVA
