#ifndef TORCHMVA_SRC_CORE_ROOTERRORS_HXX
#define TORCHMVA_SRC_CORE_ROOTERRORS_HXX

#include "TorchMVA/Core/Error.hxx"

#include <cstddef>
#include <string>

namespace TorchMVA {
namespace Internal {

/// Keeps what ROOT would print as an error while it lives: much of its reading and writing of files tells of failure
/// in no other way. Warnings go their usual way. Of several guards the youngest takes the errors of all threads; they
/// may live and end in any order, on any threads.
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
   friend struct RootMessages;
   std::string fFirst;
};

/// Tells whether a RootErrors has kept an error of this thread since it was made: cheap enough for each
/// value that is read.
class RootErrorWatch {
public:
   RootErrorWatch() : fBefore(InThisThread()) {}
   bool HasHeard() const { return InThisThread() != fBefore; }
   /// Throws Error (kFile) with the last error of this thread if there was one.
   void Throw(const std::string &what, const Error::Context_t &where) const;

private:
   static std::size_t InThisThread();
   std::size_t fBefore;
};

/// Drops whatever ROOT would print in this thread while it lives.
class QuietRoot {
public:
   QuietRoot();
   ~QuietRoot();
   QuietRoot(const QuietRoot &) = delete;
   QuietRoot &operator=(const QuietRoot &) = delete;
};

} // namespace Internal
} // namespace TorchMVA

#endif
