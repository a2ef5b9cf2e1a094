#ifndef TORCHMVA_SRC_APPLY_RESPONSESINK_HXX
#define TORCHMVA_SRC_APPLY_RESPONSESINK_HXX

#include "Data/EventSource.hxx"
#include "ResponseWriter.hxx"
#include "Core/RootErrors.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>

namespace TorchMVA {
namespace Internal {

/// Takes blocks of events, evaluates them, and hands the responses on in the order of the events: threads evaluate at
/// the same time and write one after another.
class ResponseSink final : public EventSink {
public:
   /// All must outlive it. `all`: every entry is an event, else some are. `done` counts events; Put throws once `stop`
   /// is set, or ROOT has told `errors` something.
   ResponseSink(const MethodBase &method, const InputFiles &inputs, bool all, ResponseWriter &writer,
                const RootErrors &errors, std::atomic<Long64_t> &done, const std::atomic<bool> &stop);

   /// Throws Error: kExpression (entries that are no single event, because a variable is an array), kState, kFile.
   void Put(const RowBlock &block) override;
   /// To be called after the last block. Throws Error (kExpression).
   void Finish() const;
   void NoteRemoved(const ColumnSpec &, Long64_t) override {}
   void NoteSurplus(const ColumnSpec &column, Int_t found) override;
   /// Calls into Python from many threads would only wait for each other.
   bool TakesThreads() const override { return !fMethod.UsesPython(); }
   void Abort(std::exception_ptr reason) override;

private:
   void Write(const RowBlock &block, const std::vector<float> &responses);
   [[noreturn]] void FailOnArray(Long64_t entry) const;

   const MethodBase &fMethod;
   const InputFiles &fInputs;
   bool fAll;
   ResponseWriter &fWriter;
   const RootErrors &fErrors;
   std::atomic<Long64_t> &fDone;
   const std::atomic<bool> &fStop;
   std::mutex fMutex; ///< of what follows, and of the writer
   std::condition_variable fTurn;
   Long64_t fNext = 0;         ///< event that is to be written next
   Long64_t fLastEntry = -1;   ///< that was written
   std::exception_ptr fReason; ///< why another thread has failed
};

} // namespace Internal
} // namespace TorchMVA

#endif
