#ifndef TORCHMVA_SRC_APPLY_ROOTERRORS_HXX
#define TORCHMVA_SRC_APPLY_ROOTERRORS_HXX

#include "TError.h"
#include "TorchMVA/Core/Error.hxx"

#include <string>

namespace TorchMVA {
namespace Internal {

/// Keeps what ROOT would print as an error while it lives: much of its reading and writing of files tells of failure
/// in no other way. Warnings go their usual way. Guards may be nested, on one thread; the inner one takes the errors of
/// all threads.
class RootErrors {
public:
   RootErrors();
   ~RootErrors();
   RootErrors(const RootErrors &) = delete;
   RootErrors &operator=(const RootErrors &) = delete;

   /// The first error, empty if there was none.
   std::string First() const;
   /// Throws Error (kFile) if there was an error. `what`: "cannot read the events".
   void Throw(const std::string &what, const Error::Context_t &where) const;

private:
   static void Keep(int level, Bool_t abort, const char *location, const char *message);

   ErrorHandlerFunc_t fPrevious;
   RootErrors *fOuter;
   std::string fFirst;
};

} // namespace Internal
} // namespace TorchMVA

#endif
