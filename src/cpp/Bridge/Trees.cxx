// Growing trees for MethodBDT by way of torchmva._engine.trees.

#include "Bridge/Trees.hxx"

#include "Bridge/Convert.hxx"

#include <pybind11/stl.h>

namespace py = pybind11;
using namespace py::literals;

namespace TorchMVA {
namespace Internal {

namespace {

py::module_ Engine()
{
   return py::module_::import("torchmva._engine.trees");
}

template <typename T, typename Element>
void Copy(const py::handle &source, std::vector<Element> &target)
{
   const auto array = py::cast<py::array_t<T, py::array::c_style | py::array::forcecast>>(source);
   target.assign(array.data(), array.data() + array.size());
}

py::object SettingsOf(const TreeTrainingRequest &r)
{
   return Engine().attr("Settings")(
      "kind"_a = Types::GetAnalysisTypeName(r.fAnalysisType), "n_classes"_a = r.fNClasses,
      "signal_class"_a = r.fSignalClass, "n_trees"_a = r.fNTrees, "max_depth"_a = r.fMaxDepth,
      "min_node_size"_a = r.fMinNodeSize, "min_node_events"_a = r.fMinNodeEvents, "n_cuts"_a = r.fNCuts,
      "shrinkage"_a = r.fShrinkage, "bagged_fraction"_a = r.fBaggedFraction, "bagged_events"_a = r.fBaggedEvents,
      "variable_fraction"_a = r.fVariableFraction, "loss"_a = r.fLoss, "huber_quantile"_a = r.fHuberQuantile,
      "keep_class_sums"_a = r.fKeepClassSums, "signal_to_background"_a = r.fSignalToBackground, "seed"_a = r.fSeed);
}

/// The arguments of training and search, but for the log.
py::dict ArgumentsOf(const TreeTrainingRequest &request)
{
   const Sample &sample = request.fSample;
   const Long64_t n = sample.Size();
   const bool isRegression = request.fAnalysisType == Types::kRegression;
   const py::object truth =
      isRegression
         ? py::object(ViewOf(Buffer<float>{sample.fTargets.fData, n, sample.fTargets.fColumns, sample.fTargetsOwner}))
         : py::object(ViewOf(Buffer<int>{sample.fClasses, n, 1, sample.fOwner}, true));
   const Buffer<float> inputs{sample.fVariables.fData, n, sample.fVariables.fColumns, sample.fVariablesOwner};
   return py::dict("settings"_a = SettingsOf(request), "inputs"_a = ViewOf(inputs), "truth"_a = truth,
                   "weights"_a = ViewOf(Buffer<float>{sample.fWeights, n, 1, sample.fOwner}, true),
                   "threads"_a = request.fNThreads);
}

} // namespace

void PrepareTreesInPython()
{
   WithPython([] { Engine().attr("prepare")(); });
}

void TrainTreesInPython(const TreeTrainingRequest &request, TreeTrainingResult &result)
{
   WithPython([&] {
      const py::object trees = Engine().attr("train")(ToPython(request.fLog), **ArgumentsOf(request));
      result.fStart = trees.attr("start").cast<double>();
      Copy<std::int64_t>(trees.attr("sizes"), result.fSizes);
      Copy<std::int32_t>(trees.attr("variables"), result.fVariables);
      Copy<float>(trees.attr("cuts"), result.fCuts);
      Copy<std::int32_t>(trees.attr("left"), result.fLeft);
      Copy<std::int32_t>(trees.attr("right"), result.fRight);
      Copy<double>(trees.attr("values"), result.fValues);
      Copy<double>(trees.attr("gains"), result.fGains);
   });
}

SearchResult_t TuneTreesInPython(const TreeTrainingRequest &request, const SearchRequest &search)
{
   return WithPython([&] {
      const py::object found = py::module_::import("torchmva._engine.tree_search")
                                  .attr("tune")(ToPython(request.fLog), ToPython(search), **ArgumentsOf(request));
      return found.attr("options")().cast<SearchResult_t>();
   });
}

} // namespace Internal
} // namespace TorchMVA
