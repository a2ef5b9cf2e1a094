#include "Core/RootErrors.hxx"

#include "TError.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

namespace TorchMVA {
namespace Internal {

namespace {

std::mutex gMutex; ///< of the guards and of what they keep
std::vector<RootErrors *> gGuards;
int gNUsers = 0;                                 ///< guards of both kinds
std::atomic<ErrorHandlerFunc_t> gUsual{nullptr}; ///< what ROOT calls without them
thread_local int tNQuiet = 0;
thread_local std::size_t tNKept = 0; ///< errors that guards have kept
thread_local std::string tLast;

} // namespace

/// ROOT has one handler for all threads. Each guard swapping it for its own would, as soon as two threads do it at once,
/// leave one of them in place for ever: so the first guard sets this one, and the last one takes it away.
struct RootMessages {
   static void Handle(int level, Bool_t abort, const char *location, const char *message)
   {
      if (tNQuiet > 0 && !abort)
         return;
      if (level >= kError && !abort) {
         const std::lock_guard<std::mutex> lock(gMutex);
         if (!gGuards.empty()) {
            std::string &first = gGuards.back()->fFirst;
            ++tNKept;
            tLast = std::string(message) + " (" + location + ")";
            if (first.empty())
               first = tLast;
            return;
         }
      }
      gUsual.load()(level, abort, location, message);
   }

   /// With the mutex held.
   static void Add()
   {
      if (gNUsers++ > 0)
         return;
      const ErrorHandlerFunc_t usual = GetErrorHandler();
      gUsual = usual ? usual : DefaultErrorHandler;
      SetErrorHandler(Handle);
   }

   /// With the mutex held. A handler that somebody else has set meanwhile stays.
   static void Remove()
   {
      if (--gNUsers == 0 && GetErrorHandler() == Handle)
         SetErrorHandler(gUsual);
   }
};

RootErrors::RootErrors()
{
   const std::lock_guard<std::mutex> lock(gMutex);
   RootMessages::Add();
   gGuards.push_back(this);
}

RootErrors::~RootErrors()
{
   const std::lock_guard<std::mutex> lock(gMutex);
   gGuards.erase(std::find(gGuards.begin(), gGuards.end(), this));
   RootMessages::Remove();
}

std::string RootErrors::First() const
{
   const std::lock_guard<std::mutex> lock(gMutex);
   return fFirst;
}

void RootErrors::Throw(const std::string &what, const Error::Context_t &where) const
{
   const std::string first = First();
   if (!first.empty())
      throw Error(EErrorCode::kFile, what + ": " + first, where);
}

std::size_t RootErrorWatch::InThisThread()
{
   return tNKept;
}

void RootErrorWatch::Throw(const std::string &what, const Error::Context_t &where) const
{
   if (HasHeard())
      throw Error(EErrorCode::kFile, what + ": " + tLast, where);
}

QuietRoot::QuietRoot()
{
   ++tNQuiet;
   const std::lock_guard<std::mutex> lock(gMutex);
   RootMessages::Add();
}

QuietRoot::~QuietRoot()
{
   --tNQuiet;
   const std::lock_guard<std::mutex> lock(gMutex);
   RootMessages::Remove();
}

} // namespace Internal
} // namespace TorchMVA
