#ifndef TORCHMVA_SRC_BRIDGE_CONVERT_HXX
#define TORCHMVA_SRC_BRIDGE_CONVERT_HXX

#include "PyTorch/TorchSession.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <optional>
#include <string>

namespace TorchMVA {
namespace Internal {

/// Holds the GIL; taken from any thread, with or without it. Throws Error (kPython) if Python has ended.
class GilHolder {
public:
   GilHolder();
   ~GilHolder() { PyGILState_Release(fState); }
   GilHolder(const GilHolder &) = delete;
   GilHolder &operator=(const GilHolder &) = delete;

private:
   PyGILState_STATE fState;
};

/// Whether Python objects can still be used: false while or after Python ends.
bool PythonIsAlive();

/// An Error for a Python exception: an EngineError keeps its code, message and context, an interrupt is kUserCode,
/// anything else is a defect.
/// Needs the GIL.
Error ToError(pybind11::error_already_set &exception);

/// Runs `function` with the GIL; a Python exception comes out as Error.
template <typename F>
auto WithPython(F &&function)
{
   GilHolder gil;
   try {
      return function();
   } catch (pybind11::error_already_set &exception) {
      throw ToError(exception);
   } catch (pybind11::builtin_exception &exception) { // a cast of pybind11 that failed
      throw Error(EErrorCode::kInternal, std::string("The bridge to Python failed: ") + exception.what());
   }
}

/// A text of C++ as a Python str. File names hold any byte: what is not UTF-8 goes over as Python itself reads file names
/// (surrogateescape). Needs the GIL.
pybind11::str ToText(const std::string &text);
pybind11::list ToTexts(const std::vector<std::string> &texts);

/// A Python str as a text of C++, the inverse of ToText. Needs the GIL; throws pybind11::error_already_set.
std::string FromText(const pybind11::handle &text);

/// The function for log lines as a Python callable. Needs the GIL.
pybind11::object ToPython(LogFunction_t log);

/// Options by name, with values of Python's own types; array options are left out. Needs the GIL.
pybind11::dict ToPython(const std::vector<OptionInfo> &options);

/// A torchmva._engine.graph.NetworkDescription; nothing for None. Needs the GIL.
std::optional<NetworkDescription> ToNetwork(const pybind11::handle &description);

/// The settings of a search as torchmva._engine.search has them. Needs the GIL.
pybind11::object ToPython(const SearchRequest &search);

/// A NumPy array on the memory of a buffer. It keeps the owner alive; without owner it is valid during the call only.
/// Needs the GIL.
template <typename T>
pybind11::array_t<T> ViewOf(const Buffer<T> &buffer, bool asVector = false)
{
   // writable, also what nobody should write to: torch refuses to look at read-only memory without a warning
   pybind11::capsule base =
      buffer.fOwner ? pybind11::capsule(new std::shared_ptr<const void>(buffer.fOwner),
                                        [](void *owner) { delete static_cast<std::shared_ptr<const void> *>(owner); })
                    : pybind11::capsule(buffer.fData, [](void *) {});
   T *data = const_cast<T *>(buffer.fData);
   if (asVector)
      return pybind11::array_t<T>({buffer.fRows}, data, base);
   return pybind11::array_t<T>({buffer.fRows, buffer.fColumns}, data, base);
}

} // namespace Internal
} // namespace TorchMVA

#endif
