#include "PyTorch/InterruptGuard.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <string>

namespace TorchMVA {
namespace Internal {

namespace {

const std::string kInterrupted = "Interrupted"; // how both messages begin

// Written by the one thread that has guards, and by the signal handler.
bool gHasGuard = false;
volatile std::sig_atomic_t gWasInterrupted = 0;
volatile std::sig_atomic_t gTellPython = 0;
void (*gPythonHandler)(int) = nullptr;

void OnInterrupt(int signal)
{
   gWasInterrupted = 1;
   if (gTellPython)
      gPythonHandler(signal);
}

} // namespace

InterruptGuard::InterruptGuard(EWhen when) : fPython(PythonInterpreter::Instance()), fWhen(when)
{
   if (!fPython.HandlesInterruptsHere() || gHasGuard)
      return;
   struct sigaction action = fPython.GetInterruptAction();
   if (sigaction(SIGINT, nullptr, &fBefore) != 0 ||
       (!(fBefore.sa_flags & SA_SIGINFO) && (fBefore.sa_handler == SIG_DFL || fBefore.sa_handler == SIG_IGN)))
      return;
   gPythonHandler = action.sa_handler;
   gTellPython = when == EWhen::kAtOnce;
   gWasInterrupted = 0;
   action.sa_handler = OnInterrupt;
   fIsActive = sigaction(SIGINT, &action, nullptr) == 0;
   gHasGuard = fIsActive;
}

InterruptGuard::~InterruptGuard()
{
   if (!fIsActive)
      return;
   sigaction(SIGINT, &fBefore, nullptr);
   gHasGuard = false;
   TakeInterrupt(); // it must not end whatever Python does next
}

bool InterruptGuard::TakeInterrupt()
{
   if (!gWasInterrupted)
      return false;
   gWasInterrupted = 0;
   return fWhen == EWhen::kAtTheEnd || fPython.TakeInterrupt();
}

void InterruptGuard::ThrowIfInterrupted()
{
   if (fIsActive && TakeInterrupt())
      throw Error(EErrorCode::kPython, kInterrupted + " (KeyboardInterrupt)");
}

bool IsInterrupt(const Error &error)
{
   return error.GetMessage().compare(0, kInterrupted.size(), kInterrupted) == 0;
}

} // namespace Internal
} // namespace TorchMVA
