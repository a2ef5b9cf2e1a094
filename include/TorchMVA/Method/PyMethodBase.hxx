#ifndef TORCHMVA_METHOD_PYMETHODBASE_HXX
#define TORCHMVA_METHOD_PYMETHODBASE_HXX

#include "TString.h"
#include "TorchMVA/Method/MethodBase.hxx"

#include <string>
#include <utility>
#include <vector>

namespace TorchMVA {

namespace Internal {

struct SearchRequest;
struct TreeTrainingRequest;
struct TreeTrainingResult;

/// What the plugin that knows Python offers the host, which does not.
struct PythonHooks {
   void (*fInitialize)() = nullptr;
   bool (*fIsInitialized)() = nullptr;
   void (*fSetProgramName)(const std::string &) = nullptr;
   std::string (*fGetProgramName)() = nullptr;
   std::string (*fExecutable)() = nullptr;
   /// Sees that trees can be trained (MethodBDT), before anything else takes time.
   void (*fPrepareTrees)() = nullptr;
   void (*fTrainTrees)(const TreeTrainingRequest &request, TreeTrainingResult &result) = nullptr;
   /// Searches for better options; names and values.
   std::vector<std::pair<std::string, std::string>> (*fTuneTrees)(const TreeTrainingRequest &request,
                                                                  const SearchRequest &search) = nullptr;
};

/// The hooks, after loading the plugin from beside the host library if that is needed. Throws Error (kPython).
const PythonHooks &LoadPythonHooks();

} // namespace Internal

/// Base of the methods that work in Python, and TMVA's switches of the interpreter.
///
/// The interpreter starts by itself when a method needs it; PyInitialize() only does it earlier. TMVA's Eval, Serialize
/// and UnSerialize do not exist: nothing here runs Python source given as text.
class PyMethodBase : public MethodBase {
public:
   using MethodBase::MethodBase;

   Bool_t UsesPython() const override { return kTRUE; }

   /// Starts Python unless it runs already. Loads the PyTorch plugin. Any number of calls, from any thread.
   /// Throws Error (kPython).
   static void PyInitialize();
   /// 1 if a Python runs in this process, whoever started it.
   static Int_t PyIsInitialized();
   /// Does nothing: NumPy and torch do not survive a second start, and the interpreter may belong to somebody else.
   static void PyFinalize();
   /// The interpreter to start, before it starts; without effect afterwards.
   static void PySetProgramName(TString name);
   static TString Py_GetProgramName();

   /// Not for users: the plugin says what it can do.
   static bool SetHooks(const Internal::PythonHooks &hooks);
};

/// The running Python (its sys.executable), else the one that would be started.
TString Python_Executable();

} // namespace TorchMVA

#endif
