// The functions named like TMVA's macros: each draws one family for the data sets that were asked for.

#include "TorchMVA/Gui/Plots.hxx"

#include "Gui/Families.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <functional>

namespace TorchMVA {

namespace {

using Internal::ResultFile;

/// Draws one family; `what` names what a data set without it lacks.
void PlotFamily(const TString &dataset, const TString &fileName, const std::string &what,
                const std::function<int(const ResultFile &)> &plot)
{
   for (const ResultFile &file : ResultFile::Open(fileName, dataset))
      if (plot(file) == 0)
         Logger("Plots").Warning("data set \"" + file.GetDataSet() + "\" of " + fileName.Data() + " has no " + what);
}

} // namespace

void variables(TString dataset, TString fileName)
{
   variables(dataset, fileName, "InputVariables_Id");
}

void variables(TString dataset, TString fileName, TString folder, TString, Bool_t, Bool_t)
{
   PlotFamily(dataset, fileName, "distributions in " + std::string(folder.Data()),
              [&](const ResultFile &file) { return Internal::PlotVariables(file, folder.Data()); });
}

void correlations(TString dataset, TString fileName)
{
   correlations(dataset, fileName, kFALSE);
}

void correlations(TString dataset, TString fileName, Bool_t, Bool_t greyScale, Bool_t)
{
   PlotFamily(dataset, fileName, "correlation matrix",
              [&](const ResultFile &file) { return Internal::PlotCorrelationMatrices(file, greyScale); });
}

void correlationscatters(TString dataset, TString fileName)
{
   correlationscatters(dataset, fileName, "");
}

void correlationscatters(TString dataset, TString fileName, TString variable, TString folder, TString, Bool_t, Bool_t)
{
   PlotFamily(dataset, fileName, "scatter plots in " + std::string(folder.Data()), [&](const ResultFile &file) {
      return Internal::PlotCorrelationScatters(file, folder.Data(), variable.Data());
   });
}

void mvas(TString dataset, TString fileName)
{
   mvas(dataset, fileName, kMVAType);
}

void mvas(TString dataset, TString fileName, HistType type, Bool_t)
{
   PlotFamily(dataset, fileName,
              type == kProbaType || type == kRarityType ? "probabilities and rarities: book a method with CreateMVAPdfs"
                                                        : "responses of a binary classification",
              [&](const ResultFile &file) { return Internal::PlotResponses(file, type); });
}

void mvaeffs(TString dataset, TString fileName)
{
   mvaeffs(dataset, fileName, 1000);
}

void mvaeffs(TString dataset, TString fileName, Float_t nSignal, Float_t nBackground, Bool_t, TString formula)
{
   PlotFamily(dataset, fileName, "cut efficiencies", [&](const ResultFile &file) {
      return Internal::PlotCutEfficiencies(file, nSignal, nBackground, formula.Data());
   });
}

void efficiencies(TString dataset, TString fileName)
{
   efficiencies(dataset, fileName, 2);
}

void efficiencies(TString dataset, TString fileName, Int_t type, Bool_t)
{
   PlotFamily(dataset, fileName, "curves of efficiencies", [&](const ResultFile &file) {
      return file.GetAnalysisType() == Types::kMulticlass ? Internal::PlotMulticlassCurves(file)
                                                          : Internal::PlotCurves(file, type);
   });
}

void deviations(TString dataset, TString fileName)
{
   deviations(dataset, fileName, kMVAType);
}

void deviations(TString dataset, TString fileName, HistType type, Bool_t showTarget, Bool_t)
{
   PlotFamily(dataset, fileName, "deviations of a regression",
              [&](const ResultFile &file) { return Internal::PlotDeviations(file, type, showTarget); });
}

void mvasMulticlass(TString dataset, TString fileName)
{
   mvasMulticlass(dataset, fileName, kMVAType);
}

void mvasMulticlass(TString dataset, TString fileName, HistType type, Bool_t)
{
   PlotFamily(dataset, fileName, "responses of a multiclass classification",
              [&](const ResultFile &file) { return Internal::PlotMulticlassResponses(file, type); });
}

void trainingcurves(TString dataset, TString fileName)
{
   PlotFamily(dataset, fileName, "history of a training", Internal::PlotTrainingCurves);
}

} // namespace TorchMVA
