// Finds the implementation of TorchSession: the extension module torchmva._bridge registers it when it is imported.

#include "PyTorch/PythonInterpreter.hxx"
#include "PyTorch/PythonLocator.hxx"
#include "PyTorch/TorchSession.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Method/PyMethodBase.hxx"

#include <atomic>

namespace TorchMVA {
namespace Internal {

namespace {

std::atomic<SessionMaker_t> gMaker{nullptr};

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

const bool kHooked = PyMethodBase::SetHooks({Initialize, IsInitialized, SetProgramName, GetProgramName, Executable});

} // namespace

void RegisterBridge(SessionMaker_t maker)
{
   gMaker.store(maker, std::memory_order_release);
}

std::unique_ptr<TorchSession> MakeSession(const SessionShape &shape, LogFunction_t log)
{
   SessionMaker_t maker = gMaker.load(std::memory_order_acquire);
   if (!maker) {
      PythonInterpreter &python = PythonInterpreter::Instance();
      python.EnsureRunning();
      python.ImportModule("torchmva._bridge");
      maker = gMaker.load(std::memory_order_acquire);
   }
   if (!maker)
      throw Error(EErrorCode::kPython,
                  "The Python package torchmva that this process imported belongs to another copy of the library",
                  {{"expected package", PackageParent() + "/torchmva"}});
   return maker(shape, std::move(log));
}

} // namespace Internal
} // namespace TorchMVA
