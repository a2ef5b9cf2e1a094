#ifndef TORCHMVA_GUI_FAMILIES_HXX
#define TORCHMVA_GUI_FAMILIES_HXX

#include "Gui/ResultFile.hxx"
#include "TorchMVA/Gui/Plots.hxx"

#include <string>

namespace TorchMVA {
namespace Internal {

// One function a family of plots; what they draw says TorchMVA/Gui/Plots.hxx. Each gives the number of pages: 0 if the
// data set has nothing for it.

int PlotVariables(const ResultFile &file, const std::string &folder);
int PlotCorrelationMatrices(const ResultFile &file, bool greyScale);
int PlotCorrelationScatters(const ResultFile &file, const std::string &folder, const std::string &variable);
int PlotResponses(const ResultFile &file, HistType type);
int PlotCutEfficiencies(const ResultFile &file, double nSignal, double nBackground, const std::string &formula);
int PlotCurves(const ResultFile &file, int type);
int PlotDeviations(const ResultFile &file, HistType type, bool onlyTargets);
int PlotMulticlassResponses(const ResultFile &file, HistType type);
int PlotMulticlassCurves(const ResultFile &file);
int PlotTrainingCurves(const ResultFile &file);

/// Whether a method of the file has a history of its training.
bool HasTrainingCurves(const ResultFile &file);

} // namespace Internal
} // namespace TorchMVA

#endif
