#ifndef TORCHMVA_OUTPUT_ROCPLOT_HXX
#define TORCHMVA_OUTPUT_ROCPLOT_HXX

#include <string>
#include <utility>
#include <vector>

class TCanvas;
class TGraph;
class TMultiGraph;

namespace TorchMVA {

class ROCCurve;

/// A new graph of the curve with TMVA's titles, owned by the caller. The title is
/// "Signal efficiency vs. Background rejection (<method>)".
TGraph *MakeRocGraph(const ROCCurve &curve, const std::string &method);

/// All curves in one multigraph, owned by the caller; it takes the graphs. Pairs are (method title, graph). Each graph
/// gets its method as title, line width 2, fill colour 10 and line colour 1, 2, 3, ... in the order given.
/// nullptr if there are no curves.
TMultiGraph *MakeRocMultiGraph(const std::vector<std::pair<std::string, TGraph *>> &curves);

/// A new canvas "ROCCurve <dataset> class <cls>" of 700 x 500, owned by the caller, with the multigraph drawn ("AL"),
/// grid, axis titles and the legend "MVA Method"; in multiclass the title ends with " (Class=<cls>)". The canvas owns
/// the multigraph, which owns the graphs. An older canvas of that name is replaced. nullptr if there are no
/// curves. Works in batch mode.
TCanvas *MakeRocCanvas(const std::string &dataset, unsigned cls, bool multiclass,
                       const std::vector<std::pair<std::string, TGraph *>> &curves);

} // namespace TorchMVA

#endif
