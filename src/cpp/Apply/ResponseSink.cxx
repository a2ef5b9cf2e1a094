#include "ResponseSink.hxx"

#include "EvaluateRows.hxx"
#include "TorchMVA/Core/Logger.hxx"

namespace TorchMVA {
namespace Internal {

ResponseSink::ResponseSink(const MethodBase &method, const InputFiles &inputs, bool all, ResponseWriter &writer,
                           const RootErrors &errors, std::atomic<Long64_t> &done, const std::atomic<bool> &stop)
   : fMethod(method), fInputs(inputs), fAll(all), fWriter(writer), fErrors(errors), fDone(done), fStop(stop)
{
}

void ResponseSink::Put(const RowBlock &block)
{
   if (block.fRows == 0)
      return;
   if (fStop)
      throw Error(EErrorCode::kState, "stopped before all events were evaluated", fInputs.Where(block.fEntries[0]));
   if (!fErrors.First().empty())
      fErrors.Throw("cannot read the events or write the output", fInputs.Where(block.fEntries[0]));
   const std::size_t nResponses = fMethod.GetNResponses();
   std::vector<float> responses(block.fRows * nResponses);
   EvaluateRows(fMethod, block.fVariables.data(), block.fRows, responses.data(),
                block.fNSpectators > 0 ? block.fSpectators.data() : nullptr);
   Write(block, responses);
}

void ResponseSink::Write(const RowBlock &block, const std::vector<float> &responses)
{
   std::unique_lock<std::mutex> lock(fMutex);
   fTurn.wait(lock, [&] { return fReason || fNext == block.fFirst; });
   if (fReason)
      std::rethrow_exception(fReason);
   for (Long64_t i = 0; i < block.fRows; ++i) {
      const Long64_t entry = block.fEntries[i];
      if (entry <= fLastEntry || (fAll && entry != fLastEntry + 1))
         FailOnArray(fLastEntry + (entry > fLastEntry));
      fLastEntry = entry;
   }
   fWriter.Write(block.fEntries.data(), block.fRows, responses.data());
   fNext += block.fRows;
   fDone += block.fRows;
   fTurn.notify_all();
}

void ResponseSink::Finish() const
{
   if (fAll && fLastEntry + 1 != fInputs.Entries())
      FailOnArray(fLastEntry + 1);
}

void ResponseSink::FailOnArray(Long64_t entry) const
{
   throw Error(
      EErrorCode::kExpression,
      "a variable is an array, so that this entry is no single event: apply the method in an RDataFrame, which "
      "has vector columns",
      fInputs.Where(entry));
}

void ResponseSink::Abort(std::exception_ptr reason)
{
   const std::lock_guard<std::mutex> lock(fMutex);
   if (!fReason)
      fReason = std::move(reason);
   fTurn.notify_all();
}

void ResponseSink::NoteSurplus(const ColumnSpec &column, Int_t found)
{
   Logger("FileApplier")
      .Warning(column.Describe() + " '" + column.fExpression + "' has " + std::to_string(found) +
               " elements; the method was trained on the first " + std::to_string(column.fArraySize));
}

} // namespace Internal
} // namespace TorchMVA
