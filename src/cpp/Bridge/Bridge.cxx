// The extension module torchmva._bridge: TorchSession by way of torchmva._engine.session. With the other files of this
// folder the only C++ that knows Python. Importing it registers it with the plugin, nothing else.

#include "Bridge/Convert.hxx"
#include "Bridge/RowPredictor.hxx"
#include "Bridge/Trees.hxx"

#include <pybind11/stl.h>

#include <atomic>
#include <memory>

namespace py = pybind11;
using namespace py::literals;

namespace TorchMVA {
namespace Internal {

namespace {

/// Everything of a session that is a Python object; dies under the GIL, or not at all once Python has ended.
struct PythonState {
   py::object fSession;
   std::shared_ptr<RowPredictor> fRowPredictor; ///< null: there is only the general way
   bool fIsPrepared = false;                    ///< the predictor fits the model in use
};

class BridgeSession final : public TorchSession {
public:
   BridgeSession(const SessionShape &shape, LogFunction_t log);
   ~BridgeSession() override;
   void Setup(const SetupRequest &request) override;
   TrainResult Train(const TrainRequest &request) override;
   SearchResult_t Tune(const TrainRequest &request, const SearchRequest &search) override;
   int Load(const LoadRequest &request) override;
   void Predict(const Buffer<float> &inputs, float *outputs, int nOutputs) override;
   bool PredictSpread(const Buffer<float> &inputs, float *outputs, int nOutputs) override;
   bool UsesPredictFunc() const override { return fUsesPredictFunc; }
   ExportedModel Export() override;

private:
   void Prepare(int nOutputs);

   PythonState *fState = nullptr;
   SessionShape fShape;
   std::atomic<bool> fUsesPredictFunc{false}; // read without the GIL
};

BridgeSession::BridgeSession(const SessionShape &shape, LogFunction_t log) : fShape(shape)
{
   WithPython([&] {
      const py::object write = ToPython(std::move(log));
      auto state = std::make_unique<PythonState>();
      state->fSession = py::module_::import("torchmva._engine.session")
                           .attr("Session")(write, py::make_tuple(shape.fNVariables, shape.fKind, shape.fNOutputs,
                                                                  shape.fSignalColumn));
      fState = state.release();
   });
}

BridgeSession::~BridgeSession()
{
   if (!PythonIsAlive())
      return; // the objects went with Python
   const PyGILState_STATE gil = PyGILState_Ensure();
   delete fState;
   PyGILState_Release(gil);
}

void BridgeSession::Setup(const SetupRequest &request)
{
   WithPython([&] {
      fState->fIsPrepared = false;
      fState->fSession.attr("set_up")("options"_a = ToPython(request.fOptions),
                                      "weight_folder"_a = ToText(request.fWeightFolder));
   });
}

/// Columns by name, as views; None without spectators.
py::object SpectatorColumns(const TrainRequest &request)
{
   if (request.fSpectatorNames.empty())
      return py::none();
   const py::array_t<double> all = ViewOf(request.fSpectators);
   py::dict columns;
   for (std::size_t i = 0; i < request.fSpectatorNames.size(); ++i)
      columns[ToText(request.fSpectatorNames[i])] = all[py::make_tuple(py::ellipsis(), i)];
   return columns;
}

py::object RowNumbers(const TrainRequest &request)
{
   if (request.fValidationRows.empty())
      return py::none();
   auto copy = [](const std::vector<Long64_t> &rows) {
      return py::array_t<std::int64_t>(rows.size(), reinterpret_cast<const std::int64_t *>(rows.data()));
   };
   return py::make_tuple(copy(request.fTrainingRows), copy(request.fValidationRows));
}

/// What training and search have in common, by the names of their parameters.
py::dict ArraysOf(const TrainRequest &request)
{
   const bool hasTargets = request.fTargets.fData != nullptr;
   const py::object targets = hasTargets ? py::object(ViewOf(request.fTargets)) : py::none();
   const py::object classes = hasTargets ? py::none() : py::object(ViewOf(request.fClasses, true));
   return py::dict("inputs"_a = ViewOf(request.fInputs), "targets"_a = targets, "classes"_a = classes,
                   "weights"_a = ViewOf(request.fWeights, true), "n_validation"_a = request.fNValidation,
                   "rows"_a = RowNumbers(request), "spectators"_a = SpectatorColumns(request),
                   "variable_names"_a = ToTexts(request.fVariableNames));
}

TrainResult BridgeSession::Train(const TrainRequest &request)
{
   return WithPython([&] {
      fState->fIsPrepared = false;
      TrainResult result;
      result.fNOutputs = fState->fSession
                            .attr("train")(**ArraysOf(request), "progress"_a = request.fProgress,
                                           "history_file"_a = ToText(request.fHistoryFile))
                            .cast<int>();
      result.fTrainedFile = FromText(fState->fSession.attr("trained_file")());
      for (const auto &column : fState->fSession.attr("history")().cast<py::dict>())
         result.fHistory.emplace_back(column.first.cast<std::string>(), column.second.cast<std::vector<double>>());
      Prepare(result.fNOutputs);
      return result;
   });
}

SearchResult_t BridgeSession::Tune(const TrainRequest &request, const SearchRequest &search)
{
   return WithPython([&] {
      return fState->fSession.attr("tune")(**ArraysOf(request), "settings"_a = ToPython(search)).cast<SearchResult_t>();
   });
}

int BridgeSession::Load(const LoadRequest &request)
{
   return WithPython([&] {
      const py::tuple result = fState->fSession.attr("load")(
         "user_code"_a = ToText(request.fUserCode), "user_code_sha256"_a = request.fUserCodeSha256,
         "weight_folder"_a = ToText(request.fWeightFolder), "weight_file"_a = ToText(request.fWeightFile),
         "text"_a = request.fText, "sha256"_a = request.fSha256, "size"_a = request.fSize,
         "files"_a = ToTexts(request.fFiles), "n_outputs"_a = request.fNOutputs,
         "allow_user_code"_a = request.fAllowUserCode, "recorded"_a = request.fPrediction,
         "generation"_a = request.fGeneration);
      const int nOutputs = result[0].cast<int>();
      if (result[1].cast<bool>() || !fState->fIsPrepared)
         Prepare(nOutputs);
      return nOutputs;
   });
}

void BridgeSession::Prepare(int nOutputs)
{
   fUsesPredictFunc = fState->fSession.attr("uses_predict_func")().cast<bool>();
   const py::object function = fState->fSession.attr("single_row_function")();
   // made completely before it is visible: it may let another thread run
   std::shared_ptr<RowPredictor> predictor;
   if (!function.is_none())
      predictor = std::make_shared<RowPredictor>(fState->fSession, function, fShape.fNVariables, nOutputs);
   fState->fRowPredictor = std::move(predictor);
   fState->fIsPrepared = true;
}

void BridgeSession::Predict(const Buffer<float> &inputs, float *outputs, int nOutputs)
{
   WithPython([&] {
      if (inputs.fRows == 1) {
         const std::shared_ptr<RowPredictor> predictor = fState->fRowPredictor; // another thread may set a new one
         if (predictor && predictor->Predict(inputs.fData, outputs))
            return;
      }
      fState->fSession.attr("predict")(ViewOf(inputs), ViewOf(Buffer<float>{outputs, inputs.fRows, nOutputs, nullptr}));
   });
}

bool BridgeSession::PredictSpread(const Buffer<float> &inputs, float *outputs, int nOutputs)
{
   return WithPython([&] {
      return fState->fSession
         .attr("predict_spread")(ViewOf(inputs), ViewOf(Buffer<float>{outputs, inputs.fRows, nOutputs, nullptr}))
         .cast<bool>();
   });
}

ExportedModel BridgeSession::Export()
{
   return WithPython([&] {
      const py::tuple found = fState->fSession.attr("export")();
      const py::tuple networks = fState->fSession.attr("networks")();
      return ExportedModel{
         found[0].cast<std::string>(),    found[1].cast<std::string>(), found[2].cast<Long64_t>(),
         found[3].cast<std::string>(),    found[4].cast<std::string>(), found[5].cast<std::string>(),
         ToNetwork(networks[0]),          ToNetwork(networks[1]),       networks[2].cast<std::string>(),
         networks[3].cast<std::string>(), networks[4].cast<bool>()};
   });
}

std::unique_ptr<TorchSession> MakeBridgeSession(const SessionShape &shape, LogFunction_t log)
{
   return std::make_unique<BridgeSession>(shape, std::move(log));
}

} // namespace

} // namespace Internal
} // namespace TorchMVA

PYBIND11_MODULE(_bridge, module)
{
   module.doc() = "What libTorchMVAPyTorch.so needs of Python; not an interface for people.";
   using namespace TorchMVA::Internal;
   static const BridgeFunctions functions = {&MakeBridgeSession, &PrepareTreesInPython, &TrainTreesInPython,
                                             &TuneTreesInPython};
   RegisterBridge(functions);
}
