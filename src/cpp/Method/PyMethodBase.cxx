#include "TorchMVA/Method/PyMethodBase.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <dlfcn.h>

#include <atomic>
#include <filesystem>

namespace TorchMVA {

namespace {

std::atomic<const Internal::PythonHooks *> gHooks{nullptr};

/// Hooks of the plugin if it is loaded.
const Internal::PythonHooks *LoadedHooks()
{
   return gHooks.load(std::memory_order_acquire);
}

} // namespace

const Internal::PythonHooks &Internal::LoadPythonHooks()
{
   if (const Internal::PythonHooks *hooks = LoadedHooks())
      return *hooks;
   Dl_info info;
   std::filesystem::path path = "libTorchMVAPyTorch.so";
   if (dladdr(reinterpret_cast<const void *>(&LoadedHooks), &info) && info.dli_fname)
      path = std::filesystem::absolute(info.dli_fname).parent_path() / path;
   std::string reason = "it did not register";
   if (!dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL))
      reason = dlerror();
   if (const Internal::PythonHooks *hooks = LoadedHooks())
      return *hooks;
   throw Error(EErrorCode::kPython, "The PyTorch plugin cannot be loaded: " + reason, {{"library", path.string()}});
}

bool PyMethodBase::SetHooks(const Internal::PythonHooks &hooks)
{
   static const Internal::PythonHooks kept = hooks;
   gHooks.store(&kept, std::memory_order_release);
   return true;
}

void PyMethodBase::PyInitialize()
{
   Internal::LoadPythonHooks().fInitialize();
}

Int_t PyMethodBase::PyIsInitialized()
{
   return Internal::LoadPythonHooks().fIsInitialized() ? 1 : 0;
}

void PyMethodBase::PyFinalize() {}

void PyMethodBase::PySetProgramName(TString name)
{
   Internal::LoadPythonHooks().fSetProgramName(name.Data());
}

TString PyMethodBase::Py_GetProgramName()
{
   return Internal::LoadPythonHooks().fGetProgramName();
}

TString Python_Executable()
{
   return Internal::LoadPythonHooks().fExecutable();
}

} // namespace TorchMVA
