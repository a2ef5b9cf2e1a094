#include "PyTorch/PythonInterpreter.hxx"

#include "PyTorch/PythonLocator.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <dlfcn.h>
#include <filesystem>
#include <vector>

namespace TorchMVA {
namespace Internal {

namespace {

std::string Joined(const std::vector<std::string> &texts)
{
   std::string all;
   for (const std::string &text : texts)
      all += (all.empty() ? "" : "; ") + text;
   return all;
}

/// Holds the GIL.
class GilGuard {
public:
   explicit GilGuard(const PythonApi &api) : fApi(api), fState(api.PyGILState_Ensure()) {}
   ~GilGuard() { fApi.PyGILState_Release(fState); }
   GilGuard(const GilGuard &) = delete;
   GilGuard &operator=(const GilGuard &) = delete;

private:
   const PythonApi &fApi;
   int fState;
};

/// No Ctrl-C on this thread while it lives: it waits.
class InterruptBlock {
public:
   InterruptBlock()
   {
      sigset_t set;
      sigemptyset(&set);
      sigaddset(&set, SIGINT);
      pthread_sigmask(SIG_BLOCK, &set, &fBefore);
   }
   ~InterruptBlock() { pthread_sigmask(SIG_SETMASK, &fBefore, nullptr); }
   InterruptBlock(const InterruptBlock &) = delete;
   InterruptBlock &operator=(const InterruptBlock &) = delete;

private:
   sigset_t fBefore;
};

/// "3.11" of "3.11.7 (main, ...)".
std::string ShortVersion(const char *version)
{
   const std::string text = version ? version : "";
   const std::size_t dot = text.find('.');
   return text.substr(0, text.find_first_not_of("0123456789", dot == std::string::npos ? 0 : dot + 1));
}

/// The Python versions that torchmva._bridge was built for ("3.11"), from the names of the modules beside the library.
std::vector<std::string> BridgeVersions()
{
   std::vector<std::string> versions;
   std::error_code ignored;
   const std::filesystem::path folder = std::filesystem::path(PackageParent()) / "torchmva";
   const std::string prefix = "_bridge.cpython-3";
   for (const auto &entry : std::filesystem::directory_iterator(folder, ignored)) {
      const std::string name = entry.path().filename().string();
      if (name.compare(0, prefix.size(), prefix) == 0)
         versions.push_back("3." + name.substr(prefix.size(), name.find('-', prefix.size()) - prefix.size()));
   }
   return versions;
}

} // namespace

PythonInterpreter &PythonInterpreter::Instance()
{
   static PythonInterpreter instance;
   return instance;
}

void PythonInterpreter::ResolveApi()
{
   std::string missing;
   if (dlsym(RTLD_DEFAULT, "Py_IsInitialized")) {
      if (!fApi.Resolve(RTLD_DEFAULT, missing))
         throw Error(EErrorCode::kPython, "The Python of this process has no function " + missing);
      return;
   }
   std::vector<std::string> tried;
   const PythonChoice choice = ChoosePython(PluginFolder(), tried);
   if (choice.fExecutable.empty())
      throw Error(EErrorCode::kPython,
                  "No Python to start: set TORCHMVA_PYTHON to the interpreter of the environment with torch",
                  {{"tried", Joined(tried)}});
   tried.clear();
   for (const std::string &path : LibPythonCandidates(choice.fExecutable)) {
      // global: NumPy, torch and all other extension modules take their Python symbols from the process
      if (void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
         if (!fApi.Resolve(handle, missing))
            throw Error(EErrorCode::kPython, "libpython has no function " + missing, {{"file", path}});
         if (fProgramName.empty())
            fProgramName = choice.fExecutable;
         return;
      }
      tried.emplace_back(dlerror());
   }
   throw Error(EErrorCode::kPython,
               "The shared library of Python cannot be opened: expected libpython3.x.so of " + choice.fExecutable +
                  " (chosen by " + choice.fReason + "); a Python built without --enable-shared has none",
               {{"tried", Joined(tried)}});
}

void PythonInterpreter::Start()
{
   if (fProgramName.empty()) {
      std::vector<std::string> tried;
      fProgramName = ChoosePython(PluginFolder(), tried).fExecutable;
   }
   if (!fProgramName.empty()) {
      // Python keeps the pointer: this one string lives as long as the process
      const wchar_t *name = fApi.Py_DecodeLocale(fProgramName.c_str(), nullptr);
      if (name)
         fApi.Py_SetProgramName(name);
   }
   fApi.Py_InitializeEx(0);
   if (!fApi.Py_IsInitialized())
      throw Error(EErrorCode::kPython, "Python did not start", {{"interpreter", fProgramName}});
   FindInterruptAction();
   fApi.PyEval_SaveThread(); // threads that wait for the GIL must get it; whoever needs it takes it
}

/// Python gets its usual reaction to SIGINT, KeyboardInterrupt. What the process does at SIGINT stays as it is.
void PythonInterpreter::FindInterruptAction()
{
   struct sigaction before = {};
   if (sigaction(SIGINT, nullptr, &before) != 0)
      return;
   PythonApi::Object_t *module = fApi.PyImport_ImportModule("signal");
   PythonApi::Object_t *install = module ? fApi.PyObject_GetAttrString(module, "signal") : nullptr;
   PythonApi::Object_t *number = module ? fApi.PyObject_GetAttrString(module, "SIGINT") : nullptr;
   PythonApi::Object_t *handler = module ? fApi.PyObject_GetAttrString(module, "default_int_handler") : nullptr;
   PythonApi::Object_t *result = nullptr;
   if (install && number && handler)
      result = fApi.PyObject_CallFunctionObjArgs(install, number, handler, static_cast<PythonApi::Object_t *>(nullptr));
   if (!result)
      fApi.PyErr_Clear();
   const bool isPlain = sigaction(SIGINT, &before, &fInterruptAction) == 0 && !(fInterruptAction.sa_flags & SA_SIGINFO);
   fMainThread = std::this_thread::get_id();
   fHasInterruptAction.store(result && isPlain, std::memory_order_release);
   for (PythonApi::Object_t *object : {result, handler, number, install, module})
      fApi.Py_DecRef(object);
}

bool PythonInterpreter::HandlesInterruptsHere() const
{
   return fHasInterruptAction.load(std::memory_order_acquire) && fMainThread == std::this_thread::get_id();
}

bool PythonInterpreter::TakeInterrupt()
{
   if (!fApi.Py_IsInitialized())
      return false;
   GilGuard gil(fApi);
   if (fApi.PyErr_CheckSignals() == 0)
      return false;
   fApi.PyErr_Clear();
   return true;
}

void PythonInterpreter::EnsureRunning()
{
   if (fIsResolved.load(std::memory_order_acquire) && fApi.Py_IsInitialized())
      return;
   const InterruptBlock block; // ROOT's handler would jump away with the mutex held
   std::lock_guard<std::mutex> lock(fStartMutex);
   if (!fIsResolved.load(std::memory_order_relaxed)) {
      ResolveApi();
      fIsResolved.store(true, std::memory_order_release);
   }
   if (!fApi.Py_IsInitialized())
      Start();
}

bool PythonInterpreter::IsRunning() const
{
   auto isInitialized = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "Py_IsInitialized"));
   return isInitialized && isInitialized() != 0;
}

void PythonInterpreter::CallWithGil(const std::function<void()> &function) const
{
   PythonApi api; // fApi is that of a Python that fits, which this one need not be
   std::string missing;
   if (!IsRunning() || !api.Resolve(RTLD_DEFAULT, missing)) {
      function();
      return;
   }
   const GilGuard gil(api);
   function();
}

void PythonInterpreter::SetProgramName(const std::string &name)
{
   std::lock_guard<std::mutex> lock(fStartMutex);
   fProgramName = name;
}

std::string PythonInterpreter::GetProgramName()
{
   {
      std::lock_guard<std::mutex> lock(fStartMutex);
      if (!fProgramName.empty())
         return fProgramName;
   }
   return Executable();
}

std::string PythonInterpreter::Executable()
{
   if (IsRunning()) {
      EnsureRunning();
      GilGuard gil(fApi);
      const std::string path = AttributeText("sys", "executable");
      if (!path.empty() && path != "None")
         return path;
   }
   std::vector<std::string> tried;
   const std::string path = ChoosePython(PluginFolder(), tried).fExecutable;
   return path.empty() ? "python3" : path;
}

std::string PythonInterpreter::AttributeText(const char *module, const char *attribute)
{
   std::string text;
   PythonApi::Object_t *found = fApi.PyImport_ImportModule(module);
   PythonApi::Object_t *value = found ? fApi.PyObject_GetAttrString(found, attribute) : nullptr;
   PythonApi::Object_t *string = value ? fApi.PyObject_Str(value) : nullptr;
   if (const char *utf8 = string ? fApi.PyUnicode_AsUTF8(string) : nullptr)
      text = utf8;
   else
      fApi.PyErr_Clear();
   for (PythonApi::Object_t *object : {string, value, found})
      fApi.Py_DecRef(object);
   return text;
}

std::string PythonInterpreter::TakeException()
{
   PythonApi::Object_t *type = nullptr, *value = nullptr, *trace = nullptr;
   fApi.PyErr_Fetch(&type, &value, &trace);
   fApi.PyErr_NormalizeException(&type, &value, &trace);
   std::string text = "no exception was set";
   PythonApi::Object_t *module = fApi.PyImport_ImportModule("traceback");
   PythonApi::Object_t *format = module ? fApi.PyObject_GetAttrString(module, "format_exception") : nullptr;
   PythonApi::Object_t *lines = nullptr;
   if (format && value)
      lines = fApi.PyObject_CallFunctionObjArgs(format, value, static_cast<PythonApi::Object_t *>(nullptr));
   PythonApi::Object_t *nothing = fApi.PyUnicode_FromString("");
   PythonApi::Object_t *joined = lines && nothing ? fApi.PyUnicode_Join(nothing, lines) : nullptr;
   if (!joined && value) {
      fApi.PyErr_Clear();
      joined = fApi.PyObject_Str(value);
   }
   if (const char *utf8 = joined ? fApi.PyUnicode_AsUTF8(joined) : nullptr)
      text = utf8;
   fApi.PyErr_Clear();
   for (PythonApi::Object_t *object : {joined, nothing, lines, format, module, trace, value, type})
      fApi.Py_DecRef(object);
   return text;
}

bool PythonInterpreter::TryImport(const char *name, std::string &traceback)
{
   PythonApi::Object_t *module = fApi.PyImport_ImportModule(name);
   if (!module)
      traceback = TakeException();
   fApi.Py_DecRef(module);
   return module != nullptr;
}

void PythonInterpreter::AppendToPath(const std::string &folder)
{
   PythonApi::Object_t *path = fApi.PySys_GetObject("path"); // borrowed
   PythonApi::Object_t *text = fApi.PyUnicode_DecodeFSDefault(folder.c_str());
   if (!path || !text || fApi.PyList_Append(path, text) != 0)
      fApi.PyErr_Clear();
   fApi.Py_DecRef(text);
}

void PythonInterpreter::ImportModule(const char *name)
{
   GilGuard gil(fApi);
   const std::string running = ShortVersion(fApi.Py_GetVersion());
   const std::vector<std::string> built = BridgeVersions();
   bool fits = built.empty();
   for (const std::string &version : built)
      fits = fits || version == running;
   if (!fits)
      throw Error(EErrorCode::kPython,
                  "This TorchMVA was built for Python " + Joined(built) + ", the running Python is " + running,
                  {{"interpreter", AttributeText("sys", "executable")}, {"package", PackageParent() + "/torchmva"}});
   std::string traceback;
   if (TryImport("torchmva", traceback) || (AppendToPath(PackageParent()), TryImport("torchmva", traceback))) {
      if (TryImport(name, traceback))
         return;
   }
   throw Error(EErrorCode::kPython, std::string("The module ") + name + " cannot be imported",
               {{"interpreter", AttributeText("sys", "executable")}, {"package", PackageParent() + "/torchmva"}},
               traceback);
}

} // namespace Internal
} // namespace TorchMVA
