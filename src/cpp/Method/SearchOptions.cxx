#include "SearchOptions.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <cmath>

namespace TorchMVA {
namespace Internal {

SearchOptions::SearchOptions(const TString &figure, const TString &fitType)
   : Configurable("OptimizeAllMethods", fitType), fFigure(figure)
{
   DeclareOptionRef(fAlgorithm, "Algorithm", "Optuna searches, whatever the name: the others are TMVA's");
   for (const char *name : {"Optuna", "FitGA", "Minuit", "Scan"})
      AddPreDefVal(name);
   DeclareOptionRef(fNTrials, "NumTrials", "Trainings to compare, at most");
   DeclareOptionRef(fMaxTime, "MaxTime", "Seconds after which the search ends; 0: not before NumTrials");
   DeclareOptionRef(fParameters, "Parameters",
                    "Options to vary, e.g. LearningRate(0.0001..0.1);Layout(64,64|128,128);Dropout; without range or "
                    "values those of docs/tuning.md (default: the options listed there)");
   DeclareOptionRef(fSeed, "Seed", "Seed of the search, and of the trials of a method without one");
   ParseOptions();
   if (!std::isfinite(fMaxTime) || fMaxTime < 0)
      throw Error(EErrorCode::kOption, "MaxTime must not be negative, found " + std::to_string(fMaxTime),
                  {{"option", "MaxTime"}});
}

SearchRequest SearchOptions::Request() const
{
   return {fFigure.Data(), fParameters.Data(), fNTrials, fMaxTime, fSeed};
}

} // namespace Internal
} // namespace TorchMVA
