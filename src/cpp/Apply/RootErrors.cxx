#include "RootErrors.hxx"

#include <mutex>

namespace TorchMVA {
namespace Internal {

namespace {

std::mutex gMutex; ///< of the others
RootErrors *gInner = nullptr;
ErrorHandlerFunc_t gUsual = nullptr; ///< before the outermost guard

} // namespace

void RootErrors::Keep(int level, Bool_t abort, const char *location, const char *message)
{
   if (level < kError || abort) {
      gUsual(level, abort, location, message);
      return;
   }
   const std::lock_guard<std::mutex> lock(gMutex);
   if (gInner && gInner->fFirst.empty())
      gInner->fFirst = std::string(message) + " (" + location + ")";
}

RootErrors::RootErrors() : fPrevious(GetErrorHandler())
{
   const std::lock_guard<std::mutex> lock(gMutex);
   if (fPrevious != Keep)
      gUsual = fPrevious;
   fOuter = gInner;
   gInner = this;
   SetErrorHandler(Keep);
}

RootErrors::~RootErrors()
{
   SetErrorHandler(fPrevious);
   const std::lock_guard<std::mutex> lock(gMutex);
   gInner = fOuter;
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

} // namespace Internal
} // namespace TorchMVA
