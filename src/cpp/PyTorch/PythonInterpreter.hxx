#ifndef TORCHMVA_SRC_PYTORCH_PYTHONINTERPRETER_HXX
#define TORCHMVA_SRC_PYTORCH_PYTHONINTERPRETER_HXX

#include "PyTorch/PythonApi.hxx"

#include <atomic>
#include <csignal>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace TorchMVA {
namespace Internal {

/// The one Python of the process: joined if it runs, started otherwise, never shut down (extension modules such as
/// NumPy and torch do not survive that). Thread safe; no lock is held while waiting for the GIL.
class PythonInterpreter {
public:
   static PythonInterpreter &Instance();

   /// Starts Python unless one runs: without signal handlers, and with the GIL released at the end.
   /// Throws Error (kPython) that lists what was tried.
   void EnsureRunning();
   bool IsRunning() const;
   /// Calls a function with the GIL held, if a Python runs: for warnings, of which PyROOT makes Python warnings without
   /// taking it.
   void CallWithGil(const std::function<void()> &function) const;
   /// The program name for a Python that is still to be started (an absolute path is best).
   void SetProgramName(const std::string &name);
   std::string GetProgramName();
   /// sys.executable of the running Python, else the interpreter that would be started, "python3" if none is found.
   std::string Executable();
   /// Imports a module of the package `torchmva`, adding the folder that holds the package to sys.path if needed.
   /// Throws Error (kPython) with the traceback.
   void ImportModule(const char *name);

   /// Whether Python is ours, so that nobody brings it Ctrl-C, and this is the thread on which it can receive it.
   bool HandlesInterruptsHere() const;
   /// Python's own action for SIGINT, which is not installed.
   const struct sigaction &GetInterruptAction() const { return fInterruptAction; }
   /// Forgets a Ctrl-C that Python has been told of and has not raised yet; true if there was one.
   bool TakeInterrupt();

private:
   PythonInterpreter() = default;
   void ResolveApi();
   void Start();
   void FindInterruptAction();
   bool TryImport(const char *name, std::string &traceback);
   std::string TakeException();
   std::string AttributeText(const char *module, const char *attribute);
   void AppendToPath(const std::string &folder);

   PythonApi fApi;
   std::atomic<bool> fIsResolved{false};
   std::mutex fStartMutex; // held while starting only, when there is no GIL to wait for
   std::string fProgramName;
   struct sigaction fInterruptAction = {};
   std::thread::id fMainThread; // of a Python that we started
   std::atomic<bool> fHasInterruptAction{false};
};

} // namespace Internal
} // namespace TorchMVA

#endif
