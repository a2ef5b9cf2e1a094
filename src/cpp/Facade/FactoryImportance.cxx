// Which variables matter: the ranking of the inputs, permutation importance, and trainings on subsets of the variables.

#include "FactoryBooking.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Evaluate/Multiclass.hxx"
#include "TorchMVA/Evaluate/PermutationImportance.hxx"
#include "TorchMVA/Evaluate/ROCCurve.hxx"
#include "TorchMVA/Evaluate/Regression.hxx"
#include "TorchMVA/Evaluate/SubsetImportance.hxx"
#include "TorchMVA/Evaluate/VariableRanking.hxx"
#include "TorchMVA/Factory.hxx"

#include "TH1F.h"

#include <cmath>
#include <numeric>

namespace TorchMVA {

namespace {

constexpr double kRandomGuess = 0.5; // ROC integral

/// Figures of merit of the responses of a sample: the ROC integral; one versus the rest for each class; or for each
/// target the RMS of the deviation.
std::vector<double> ComputeFigures(const MethodBase &method, const Sample &sample, const float *responses)
{
   const DataSetInfo &info = method.DataInfo();
   const Long64_t nResponses = method.GetNResponses();
   std::vector<double> figures;
   if (method.DoRegression()) {
      for (UInt_t target = 0; target < info.GetNTargets(); ++target)
         figures.push_back(EvaluateRegression({responses + target, nResponses, sample.fTargets.fData + target,
                                               sample.fTargets.fColumns, sample.fWeights, sample.Size()})
                              .fRms);
   } else if (method.DoMulticlass()) {
      for (UInt_t cls = 0; cls < info.GetNClasses(); ++cls)
         figures.push_back(ROCCurve({responses + cls, sample.Size(), nResponses, sample.fWeights, sample.fClasses}, cls)
                              .GetROCIntegral());
   } else {
      figures.push_back(ROCCurve({responses, sample.Size(), 1, sample.fWeights, sample.fClasses},
                                 static_cast<int>(info.GetSignalClassIndex()))
                           .GetROCIntegral());
   }
   return figures;
}

double Mean(const std::vector<double> &values)
{
   return std::accumulate(values.begin(), values.end(), 0.) / static_cast<double>(values.size());
}

/// By how much figures are worse than those of the unchanged sample.
double ComputeLoss(bool isRegression, const std::vector<double> &unchanged, const std::vector<double> &changed)
{
   std::vector<double> losses;
   for (std::size_t i = 0; i < unchanged.size(); ++i)
      losses.push_back(isRegression ? changed[i] / unchanged[i] - 1 : unchanged[i] - changed[i]);
   return Mean(losses);
}

std::vector<float> Evaluate(const MethodBase &method, const Sample &sample)
{
   std::vector<float> responses(sample.Size() * method.GetNResponses());
   method.Evaluate(sample.fVariables.fData, sample.Size(), responses.data(), sample.fSpectators.fData);
   return responses;
}

const char *LossName(const MethodBase &method)
{
   if (method.DoRegression())
      return "Growth of RMS";
   return method.DoMulticlass() ? "Loss of mean ROC integral" : "Loss of ROC integral";
}

Ranking MakePermutationRanking(const MethodBase &method, const Sample &sample, UInt_t repeats, UInt_t seed)
{
   if (sample.Size() == 0)
      throw Error(EErrorCode::kData, "permutation importance: the sample has no events",
                  {{"method", method.GetName()}});
   const auto unchanged = ComputeFigures(method, sample, Evaluate(method, sample).data());
   if (method.DoRegression())
      for (double rms : unchanged)
         if (!(rms > 0))
            throw Error(EErrorCode::kData,
                        "permutation importance: expected an RMS above 0, to which its growth is "
                        "relative, found a perfect regression",
                        {{"method", method.GetName()}});
   const Long64_t nSpectators = sample.fSpectators.fColumns;
   PermutedModel model;
   model.fNResponses = method.GetNResponses();
   model.fEvaluate = [&](const float *rows, Long64_t n, Long64_t first, float *responses) {
      method.Evaluate(rows, n, responses, sample.fSpectators.fData + first * nSpectators);
   };
   model.fLoss = [&](const std::vector<float> &responses) {
      return ComputeLoss(method.DoRegression(), unchanged, ComputeFigures(method, sample, responses.data()));
   };
   const auto importances = ComputePermutationImportance(sample, model, repeats, seed);
   Ranking ranking(method.GetMethodName(), LossName(method));
   for (UInt_t k = 0; k < method.GetNVariables(); ++k)
      ranking.AddRank(method.GetInputLabel(k), importances[k].fMean, importances[k].fSpread);
   return ranking;
}

/// No lines of the many trainings; warnings pass.
class SilentScope {
public:
   SilentScope() : fWasSilent(gConfig().IsSilent()) { gConfig().SetSilent(kTRUE); }
   ~SilentScope() { gConfig().SetSilent(fWasSilent); }
   SilentScope(const SilentScope &) = delete;
   SilentScope &operator=(const SilentScope &) = delete;

private:
   Bool_t fWasSilent;
};

/// Importances in percent of the sum of their absolute values, which is their sum where none is negative, as TMVA takes
/// it; and then the only sum that is never near 0. Prints them, too.
TH1F *MakeImportanceHistogram(const Logger &logger, const DataSetInfo &info, const std::vector<double> &importances)
{
   double sum = 0;
   for (double importance : importances)
      sum += std::abs(importance);
   const int n = static_cast<int>(importances.size());
   auto histogram = std::make_unique<TH1F>("vih1", "", n, 0, n);
   histogram->SetDirectory(nullptr);
   histogram->SetStats(kFALSE);
   histogram->GetXaxis()->SetTitle(" Variable Names ");
   histogram->GetYaxis()->SetTitle(" Importance (%) ");
   for (int i = 0; i < n; ++i) {
      const double percent = sum > 0 ? 100 * importances[i] / sum : 0;
      const TString &label = info.GetVariableInfo(i).GetLabel();
      histogram->SetBinContent(i + 1, percent);
      histogram->GetXaxis()->SetBinLabel(i + 1, label);
      logger.Info(TString::Format("--- %s = %g %%", label.Data(), percent).Data());
   }
   return histogram.release();
}

} // namespace

// ---- without training -----------------------------------------------------------------------------------------------

Ranking Factory::RankInputs(DataSetInfo &info) const
{
   const Sample sample = info.GetDataSet()->GetSample(Types::kTraining);
   const Config::VariablePlotting &plotting = gConfig().GetVariablePlotting();
   const auto separations = [&](int signal) {
      return ComputeVariableSeparations(sample.fVariables, sample.fWeights, sample.fClasses, signal, plotting.fNbins1D,
                                        plotting.fTimesRMS);
   };
   std::vector<double> values(info.GetNVariables(), 0.);
   if (fAnalysisType == Types::kRegression) {
      values = ComputeTargetCorrelations(sample.fVariables, sample.fTargets, sample.fWeights);
   } else if (fAnalysisType == Types::kMulticlass) {
      for (UInt_t cls = 0; cls < info.GetNClasses(); ++cls) {
         const auto ofClass = separations(static_cast<int>(cls));
         for (std::size_t k = 0; k < values.size(); ++k)
            values[k] += ofClass[k] / info.GetNClasses();
      }
   } else {
      values = separations(static_cast<int>(info.GetSignalClassIndex()));
   }
   Ranking ranking("IdTransformation",
                   fAnalysisType == Types::kRegression ? "|Correlation with target|" : "Separation");
   for (UInt_t k = 0; k < info.GetNVariables(); ++k)
      ranking.AddRank(info.GetVariableInfo(k).GetLabel(), values[k]);
   return ranking;
}

Ranking Factory::GetInputRanking(DataLoader *loader)
{
   DataSetInfo &info = Internal::RequireLoader(loader, "Factory::GetInputRanking").GetDataSetInfo();
   ResolveAnalysisType(info);
   return RankInputs(info);
}

void Factory::PrintInputRanking(Booking &booking) const
{
   if (booking.fInputsRanked || gConfig().IsSilent())
      return;
   fLogger.Info("Ranking input variables (method unspecific)...");
   RankInputs(*booking.fInfo).Print();
   booking.fInputsRanked = true;
}

// ---- of a trained method --------------------------------------------------------------------------------------------

Ranking Factory::GetPermutationImportance(DataLoader *loader, TString title, UInt_t repeats, UInt_t seed,
                                          Types::ETreeType type)
{
   return GetPermutationImportance(Internal::RequireLoader(loader, "Factory::GetPermutationImportance").GetName(),
                                   title, repeats, seed, type);
}

Ranking Factory::GetPermutationImportance(TString datasetName, TString title, UInt_t repeats, UInt_t seed,
                                          Types::ETreeType type)
{
   const MethodBase &method = RequireMethod(datasetName, title, "Factory::GetPermutationImportance");
   return MakePermutationRanking(method, method.Data()->GetSample(type), repeats, seed);
}

// ---- with trainings -------------------------------------------------------------------------------------------------

Double_t Factory::TrainOnVariables(DataSetInfo &info, const std::vector<UInt_t> &variables, const TString &typeName,
                                   const TString &title, const TString &options) const
{
   const SilentScope silent;
   const auto selected = info.SelectVariables(variables);
   const auto method = CreateMethod(typeName.Data(), title, *selected, options);
   if (!method->HasAnalysisType(fAnalysisType, selected->GetNClasses(), selected->GetNTargets()))
      throw Error(EErrorCode::kMethod, "the method cannot do this analysis",
                  {{"method", typeName.Data()}, {"classes", std::to_string(selected->GetNClasses())}});
   method->SetModelPersistence(kFALSE);
   method->SetAnalysisType(fAnalysisType);
   method->SetupMethod();
   method->ProcessSetup();
   method->TrainMethod();
   const Sample sample = selected->GetDataSet()->GetSample(Types::kTesting);
   return Mean(ComputeFigures(*method, sample, Evaluate(*method, sample).data()));
}

TH1F *Factory::EvaluateImportance(DataLoader *loader, VIType vitype, Types::EMVA type, TString title,
                                  const char *options)
{
   const TString typeName = Types::Instance().GetMethodName(type);
   DataSetInfo &info = Internal::RequireLoader(loader, "Factory::EvaluateImportance").GetDataSetInfo();
   ResolveAnalysisType(info);
   if (fAnalysisType == Types::kRegression)
      throw Error(EErrorCode::kMethod,
                  "EvaluateImportance compares ROC integrals, which a regression has not: use GetPermutationImportance",
                  {{"method", title.Data()}});
   fLogger.Info(("Importance of the variables for " + title + " (" + typeName + ")").Data());
   const auto score = [&](const std::vector<UInt_t> &variables) {
      return TrainOnVariables(info, variables, typeName, title, options);
   };
   return MakeImportanceHistogram(fLogger, info,
                                  ComputeSubsetImportance(info.GetNVariables(), vitype, score, kRandomGuess));
}

void Factory::EvaluateAllVariables(DataLoader *loader, TString options)
{
   const DataSetInfo &info = Internal::RequireLoader(loader, "Factory::EvaluateAllVariables").GetDataSetInfo();
   for (UInt_t k = 0; k < info.GetNVariables(); ++k) {
      const VariableInfo &variable = info.GetVariableInfo(k);
      const bool isPlain = !info.IsVariableFromArray(k) && !variable.GetLabel().Contains("/");
      BookMethod(loader, Types::kVariable, isPlain ? variable.GetLabel() : variable.GetInternalName(), options);
   }
}

} // namespace TorchMVA
