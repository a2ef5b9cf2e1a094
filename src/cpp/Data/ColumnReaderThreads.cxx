#include "ColumnReader.hxx"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

namespace TorchMVA {
namespace Internal {

namespace {
/// Values decoded at a time: they stay in the first-level cache until they are stored.
constexpr Long64_t kChunk = 512;
/// Entries for which another thread is worth starting.
constexpr Long64_t kEntriesPerThread = 1 << 13;
/// Reading is mostly unpacking; beyond this memory is the limit.
constexpr Long64_t kMaxThreads = 8;
} // namespace

std::vector<ColumnReader::Task> ColumnReader::MakeTasks(Long64_t n, const std::vector<bool> &mask,
                                                        Long64_t passedBefore) const
{
   // Column by column: neighbouring tasks are then different rows, so that threads do not fight for cache lines.
   std::vector<Task> tasks;
   for (const auto &column : fColumns) {
      Long64_t passed = passedBefore;
      for (Long64_t begin = 0; begin < n;) {
         const Long64_t end = std::min(column.fBulk->BasketEnd(begin), n);
         tasks.push_back({&column, begin, end, passed});
         const auto first = mask.begin() + (mask.empty() ? 0 : fOffset + begin);
         passed += mask.empty() ? end - begin : std::count(first, first + (end - begin), true);
         begin = end;
      }
   }
   return tasks;
}

void ColumnReader::RunTask(const Task &task, const std::vector<bool> &mask, EventSink &sink) const
{
   const auto reader = task.fColumn->fBulk->Clone();
   double values[kChunk];
   Long64_t entries[kChunk];
   ColumnChunk chunk;
   chunk.fFirst = task.fPassed;
   chunk.fValues = values;
   chunk.fEntries = entries;
   for (Long64_t begin = task.fBegin; begin < task.fEnd; begin += kChunk) {
      const Long64_t n = std::min(kChunk, task.fEnd - begin);
      reader->Read(begin, n, values, 1); // throws if it cannot
      chunk.fSize = 0;
      for (Long64_t i = 0; i < n; ++i) {
         const Long64_t entry = fOffset + begin + i;
         if (mask.empty() || mask[entry]) {
            values[chunk.fSize] = values[i];
            entries[chunk.fSize++] = entry;
         }
      }
      sink.PutColumn(task.fColumn->fSpec, chunk);
      chunk.fFirst += chunk.fSize;
   }
}

void ColumnReader::ReadColumns(Long64_t n, const std::vector<bool> &mask, Long64_t passedBefore, EventSink &sink) const
{
   const auto tasks = MakeTasks(n, mask, passedBefore);
   const Long64_t cores = std::max(std::thread::hardware_concurrency(), 1u);
   const Long64_t nThreads = std::max<Long64_t>(std::min({cores, kMaxThreads, n / kEntriesPerThread}), 1);
   std::atomic<std::size_t> next{0};
   std::vector<std::exception_ptr> failures(nThreads);
   const auto work = [&](Long64_t thread) {
      try {
         for (auto i = next++; i < tasks.size(); i = next++)
            RunTask(tasks[i], mask, sink);
      } catch (...) {
         failures[thread] = std::current_exception();
         next = tasks.size();
      }
   };
   std::vector<std::thread> threads;
   for (Long64_t i = 1; i < nThreads; ++i)
      threads.emplace_back(work, i);
   work(0);
   for (auto &thread : threads)
      thread.join();
   for (const auto &failure : failures) {
      if (failure)
         std::rethrow_exception(failure);
   }
}

} // namespace Internal
} // namespace TorchMVA
