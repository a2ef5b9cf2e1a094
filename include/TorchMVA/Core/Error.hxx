#ifndef TORCHMVA_CORE_ERROR_HXX
#define TORCHMVA_CORE_ERROR_HXX

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace TorchMVA {

/// What went wrong, as a stable number: codes are never renumbered. `docs/errors.md` has a section for each.
enum class EErrorCode : int {
   kOption = 1,     ///< option string: unknown name, bad value
   kFile = 2,       ///< a file or folder is missing, unreadable or not writable
   kTree = 3,       ///< a tree is missing or empty
   kExpression = 4, ///< a branch or formula does not exist or does not compile
   kData = 5,       ///< the events cannot be used: NaN, empty class, too few events
   kMethod = 6,     ///< unknown method, or a method that cannot do what was asked
   kModel = 7,      ///< a PyTorch model is missing, cannot be loaded, or does not fit the data
   kUserCode = 8,   ///< the user's Python code failed; GetTraceback() has its traceback
   kWeightFile = 9, ///< a weight file is missing, truncated, foreign or does not match
   kState = 10,     ///< a call came in the wrong order
   kArgument = 11,  ///< a wrong argument of a C++ or Python call
   kPython = 12,    ///< the embedded Python cannot be started or used
   kInternal = 13   ///< a defect of TorchMVA itself
};

/// The one exception of TorchMVA: says what was expected, what was found and where.
///
/// An ordinary C++ exception in an executable and at the ROOT prompt, a Python exception in PyROOT
/// (`torchmva.Error`). Thread safety: as std::runtime_error.
class Error : public std::runtime_error {
public:
   /// Where it happened: pairs such as {"file", "x.root"}, {"branch", "var1"}.
   using Context_t = std::vector<std::pair<std::string, std::string>>;

   Error(EErrorCode code, const std::string &message, Context_t context = {}, std::string traceback = {});
   Error(const Error &) = default;
   Error &operator=(const Error &) = default;
   ~Error() override;

   EErrorCode GetCode() const noexcept { return fCode; }
   /// The message without context and traceback.
   const std::string &GetMessage() const noexcept { return fMessage; }
   const Context_t &GetContext() const noexcept { return fContext; }
   /// The Python traceback, empty if no Python was involved.
   const std::string &GetTraceback() const noexcept { return fTraceback; }
   /// Name of a code, e.g. "Option".
   static const char *GetCodeName(EErrorCode code) noexcept;

private:
   EErrorCode fCode;
   std::string fMessage;
   Context_t fContext;
   std::string fTraceback;
};

} // namespace TorchMVA

#endif
