// Finds what the extension module torchmva._bridge implements: it registers that when it is imported.

#include "PyTorch/InterruptGuard.hxx"
#include "PyTorch/PythonInterpreter.hxx"
#include "PyTorch/PythonLocator.hxx"
#include "PyTorch/TorchSession.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Method/PyMethodBase.hxx"

#include <atomic>

namespace TorchMVA {
namespace Internal {

namespace {

std::atomic<const BridgeFunctions *> gBridge{nullptr};

void Initialize()
{
   PythonInterpreter::Instance().EnsureRunning();
}
bool IsInitialized()
{
   return PythonInterpreter::Instance().IsRunning();
}
void SetProgramName(const std::string &name)
{
   PythonInterpreter::Instance().SetProgramName(name);
}
std::string GetProgramName()
{
   return PythonInterpreter::Instance().GetProgramName();
}
std::string Executable()
{
   return PythonInterpreter::Instance().Executable();
}

/// What the bridge can do; starts or joins Python and imports it at the first call. Throws Error (kPython).
const BridgeFunctions &Bridge()
{
   if (const BridgeFunctions *bridge = gBridge.load(std::memory_order_acquire))
      return *bridge;
   PythonInterpreter &python = PythonInterpreter::Instance();
   python.EnsureRunning();
   InterruptGuard guard(InterruptGuard::EWhen::kAtTheEnd);
   python.ImportModule("torchmva._bridge");
   guard.ThrowIfInterrupted();
   const BridgeFunctions *bridge = gBridge.load(std::memory_order_acquire);
   if (!bridge)
      throw Error(EErrorCode::kPython,
                  "The Python package torchmva that this process imported belongs to another copy of the library",
                  {{"expected package", PackageParent() + "/torchmva"}});
   return *bridge;
}

void PrepareTrees()
{
   const BridgeFunctions &bridge = Bridge();
   InterruptGuard guard(InterruptGuard::EWhen::kAtTheEnd);
   bridge.fPrepareTrees();
   guard.ThrowIfInterrupted();
}

void TrainTrees(const TreeTrainingRequest &request, TreeTrainingResult &result)
{
   const BridgeFunctions &bridge = Bridge();
   InterruptGuard guard;
   bridge.fTrainTrees(request, result);
   guard.ThrowIfInterrupted();
}

SearchResult_t TuneTrees(const TreeTrainingRequest &request, const SearchRequest &search)
{
   const BridgeFunctions &bridge = Bridge();
   InterruptGuard guard;
   SearchResult_t result = bridge.fTuneTrees(request, search);
   guard.ThrowIfInterrupted();
   return result;
}

const bool kHooked = PyMethodBase::SetHooks(
   {Initialize, IsInitialized, SetProgramName, GetProgramName, Executable, PrepareTrees, TrainTrees, TuneTrees});

/// The session of the bridge, whose long calls Ctrl-C ends with KeyboardInterrupt.
class InterruptibleSession final : public TorchSession {
public:
   explicit InterruptibleSession(std::unique_ptr<TorchSession> session) : fSession(std::move(session)) {}
   void Setup(const SetupRequest &request) override
   {
      InterruptGuard guard;
      fSession->Setup(request);
      guard.ThrowIfInterrupted();
   }
   TrainResult Train(const TrainRequest &request) override
   {
      InterruptGuard guard;
      TrainResult result = fSession->Train(request);
      guard.ThrowIfInterrupted();
      return result;
   }
   SearchResult_t Tune(const TrainRequest &request, const SearchRequest &search) override
   {
      InterruptGuard guard;
      SearchResult_t result = fSession->Tune(request, search);
      guard.ThrowIfInterrupted();
      return result;
   }
   int Load(const LoadRequest &request) override
   {
      InterruptGuard guard;
      const int nOutputs = fSession->Load(request);
      guard.ThrowIfInterrupted();
      return nOutputs;
   }
   void Predict(const Buffer<float> &inputs, float *outputs, int nOutputs) override
   {
      if (inputs.fRows == 1) { // two calls of the system would count
         fSession->Predict(inputs, outputs, nOutputs);
         return;
      }
      InterruptGuard guard;
      fSession->Predict(inputs, outputs, nOutputs);
      guard.ThrowIfInterrupted();
   }
   bool PredictSpread(const Buffer<float> &inputs, float *outputs, int nOutputs) override
   {
      InterruptGuard guard;
      const bool isKnown = fSession->PredictSpread(inputs, outputs, nOutputs);
      guard.ThrowIfInterrupted();
      return isKnown;
   }
   bool UsesPredictFunc() const override { return fSession->UsesPredictFunc(); }
   ExportedModel Export() override
   {
      InterruptGuard guard;
      ExportedModel model = fSession->Export();
      guard.ThrowIfInterrupted();
      return model;
   }

private:
   std::unique_ptr<TorchSession> fSession;
};

} // namespace

void RegisterBridge(const BridgeFunctions &functions)
{
   gBridge.store(&functions, std::memory_order_release);
}

std::unique_ptr<TorchSession> MakeSession(const SessionShape &shape, LogFunction_t log)
{
   const BridgeFunctions &bridge = Bridge();
   InterruptGuard guard(InterruptGuard::EWhen::kAtTheEnd);
   std::unique_ptr<TorchSession> session = bridge.fMakeSession(shape, std::move(log));
   guard.ThrowIfInterrupted();
   return std::make_unique<InterruptibleSession>(std::move(session));
}

} // namespace Internal
} // namespace TorchMVA
