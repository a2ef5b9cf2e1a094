// Ctrl-C while Python works, in a process whose Python is ours: a test of its own, since the thread that starts Python is
// the one that gets signals.

#include "PyTorch/InterruptGuard.hxx"
#include "PyTorch/PythonInterpreter.hxx"
#include "PyTorch/ToyMethod.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

using namespace TorchMVA::Internal;
using namespace ToyPyTorch;

namespace {

volatile std::sig_atomic_t gOwnInterrupts = 0;

/// A handler for Ctrl-C as the prompt of ROOT has one, for the length of a test.
class OwnHandler {
public:
   explicit OwnHandler(void (*handler)(int))
   {
      struct sigaction action = {};
      action.sa_handler = handler;
      sigaction(SIGINT, &action, &fBefore);
   }
   ~OwnHandler() { sigaction(SIGINT, &fBefore, nullptr); }

private:
   struct sigaction fBefore;
};

void CountInterrupt(int)
{
   gOwnInterrupts = gOwnInterrupts + 1;
}

/// What booking says with user code.
std::string BookingError(const std::string &code)
{
   WriteText("code.py", ModelCode(4, 2) + code);
   Toy toy("FilenameModel=model.pt:UserCode=code.py");
   try {
      toy.Book();
   } catch (const TorchMVA::Error &error) {
      return error.what();
   }
   return "";
}

} // namespace

TEST(Interrupts, ArriveInPythonAndTheHandlerComesBack)
{
   WorkingDir folder;
   OwnHandler own(CountInterrupt);
   gOwnInterrupts = 0;
   EXPECT_EQ(BookingError(""), ""); // starts Python, if no other test has
   for (int i = 0; i < 2; ++i) {
      const std::string error = BookingError("import os\nos.kill(os.getpid(), 2)\nfor i in range(10**9): pass\n");
      EXPECT_NE(error.find("KeyboardInterrupt"), std::string::npos) << error;
   }
   EXPECT_EQ(BookingError("import os\ntry:\n    os.kill(os.getpid(), 2)\n    for i in range(10**9): pass\n"
                          "except KeyboardInterrupt:\n    pass\n"),
             "")
      << "user code may catch it";
   EXPECT_EQ(gOwnInterrupts, 0);
   std::raise(SIGINT);
   EXPECT_EQ(gOwnInterrupts, 1);
}

TEST(Interrupts, LateOnesAreNotLostAndDoNotEndTheNextCall)
{
   WorkingDir folder;
   OwnHandler own(CountInterrupt);
   gOwnInterrupts = 0;
   ASSERT_EQ(BookingError(""), "");
   for (const auto when : {InterruptGuard::EWhen::kAtOnce, InterruptGuard::EWhen::kAtTheEnd}) {
      InterruptGuard guard(when);
      std::raise(SIGINT);
      EXPECT_THROW(guard.ThrowIfInterrupted(), TorchMVA::Error);
      EXPECT_NO_THROW(guard.ThrowIfInterrupted());
      std::raise(SIGINT); // nobody asks
   }
   EXPECT_EQ(gOwnInterrupts, 0);
   EXPECT_EQ(BookingError(""), "");
}

TEST(Interrupts, ActionsThatEndTheProcessStay)
{
   PythonInterpreter::Instance().EnsureRunning();
   struct sigaction action;
   {
      OwnHandler own(SIG_DFL);
      InterruptGuard guard;
      sigaction(SIGINT, nullptr, &action);
      EXPECT_EQ(action.sa_handler, SIG_DFL);
   }
   OwnHandler own(CountInterrupt);
   std::thread([&] {
      InterruptGuard guard; // not the thread that Python receives signals on
      sigaction(SIGINT, nullptr, &action);
   }).join();
   EXPECT_EQ(action.sa_handler, CountInterrupt);
   {
      InterruptGuard guard;
      sigaction(SIGINT, nullptr, &action);
      EXPECT_NE(action.sa_handler, CountInterrupt);
   }
   sigaction(SIGINT, nullptr, &action);
   EXPECT_EQ(action.sa_handler, CountInterrupt);
}
