#ifndef TORCHMVA_SRC_PYTORCH_PYTHONLOCATOR_HXX
#define TORCHMVA_SRC_PYTORCH_PYTHONLOCATOR_HXX

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Folder of this library, without links: <site-packages>/torchmva/lib when installed.
std::string PluginFolder();
/// Folder that holds the package `torchmva` this library belongs to, e.g. site-packages.
std::string PackageParent();

/// Which Python to start, and why that one.
struct PythonChoice {
   std::string fExecutable; ///< absolute path, links kept: so Python sees pyvenv.cfg beside it
   std::string fReason;     ///< "TORCHMVA_PYTHON", "the environment of the library", ...
};

/// TORCHMVA_PYTHON, else the environment that the library at `pluginFolder` is installed in, else VIRTUAL_ENV, else
/// python3 on PATH. `tried` collects what was looked at. An empty path if there is none.
PythonChoice ChoosePython(const std::string &pluginFolder, std::vector<std::string> &tried);

/// Asks an interpreter (as a separate process) where its shared library may be; the paths to try, best first.
/// Throws Error (kPython) if it cannot be run.
std::vector<std::string> LibPythonCandidates(const std::string &executable);

} // namespace Internal
} // namespace TorchMVA

#endif
