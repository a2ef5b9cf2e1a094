#ifndef TORCHMVA_SRC_PYTORCH_INTERRUPTGUARD_HXX
#define TORCHMVA_SRC_PYTORCH_INTERRUPTGUARD_HXX

#include "PyTorch/PythonInterpreter.hxx"

#include <csignal>

namespace TorchMVA {

class Error;

namespace Internal {

/// True for the Error that Ctrl-C has become, in InterruptGuard or in the engine (_engine/errors.py).
bool IsInterrupt(const Error &error);

/// While one lives, Ctrl-C is Python's KeyboardInterrupt. The handler of ROOT's prompt would jump out of Python's
/// frames with the GIL held.
///
/// Does nothing unless our library started Python, on this thread, and somebody handles SIGINT: a process that Ctrl-C
/// ends still ends.
class InterruptGuard {
public:
   enum class EWhen {
      kAtOnce,  ///< KeyboardInterrupt where Python is
      kAtTheEnd ///< ThrowIfInterrupted() throws: for imports, which cannot be repeated when they were cut off
   };
   explicit InterruptGuard(EWhen when = EWhen::kAtOnce);
   ~InterruptGuard();
   InterruptGuard(const InterruptGuard &) = delete;
   InterruptGuard &operator=(const InterruptGuard &) = delete;

   /// Throws Error (kPython) if Ctrl-C was pressed and Python has not seen it yet.
   void ThrowIfInterrupted();

private:
   bool TakeInterrupt();

   PythonInterpreter &fPython;
   EWhen fWhen;
   bool fIsActive = false;
   struct sigaction fBefore;
};

} // namespace Internal
} // namespace TorchMVA

#endif
