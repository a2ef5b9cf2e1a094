#include "TreeReader.hxx"

#include "ColumnReader.hxx"
#include "EntrySelection.hxx"
#include "TTree.h"
#include "WholeNumbers.hxx"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <algorithm>
#include <cmath>
#include <future>
#include <mutex>

namespace TorchMVA {
namespace Internal {

namespace {

/// Entries for which another thread is worth starting.
constexpr Long64_t kEntriesPerThread = 1 << 14;
/// Reading is mostly unpacking; beyond this memory is the limit.
constexpr Long64_t kMaxThreads = 8;

/// Moves to an entry; true if the tree or a friend of it is in another file than before.
class EntryCursor {
public:
   explicit EntryCursor(const TreeSession &session) : fSession(session) {}
   bool MoveTo(Long64_t entry)
   {
      TTree &tree = fSession.Tree();
      if (tree.LoadTree(entry) < 0)
         throw Error(EErrorCode::kFile,
                     "cannot read entry " + std::to_string(entry) + " of tree '" + std::string(tree.GetName()) + "'",
                     {{"tree", tree.GetName()}, {"file", fSession.FileName()}});
      const std::uint64_t stamp = fSession.FileStamp();
      const bool moved = stamp != fStamp || !fStarted;
      fStamp = stamp;
      fStarted = true;
      if (moved)
         fOffset = entry - std::max<Long64_t>(tree.GetTree()->GetReadEntry(), 0);
      return moved;
   }
   /// Entry of the tree where its present subtree begins.
   Long64_t Offset() const { return fOffset; }

private:
   const TreeSession &fSession;
   std::uint64_t fStamp = 0;
   bool fStarted = false;
   Long64_t fOffset = 0;
};

} // namespace

/// Hands out entries in blocks, in order, to any number of threads.
class EntryQueue {
public:
   explicit EntryQueue(const std::vector<bool> &mask) : fMask(mask) {}
   /// Entries before `end` may be handed out.
   void SetEnd(Long64_t end)
   {
      const std::lock_guard<std::mutex> lock(fMutex);
      fEnd = end;
   }
   void Stop() { SetEnd(0); }

   /// Puts the entries that pass in the block, without values; all lie in [first, first + n), where none may pass.
   /// False at the end.
   bool Next(RowBlock &block, Long64_t &first, Long64_t &n)
   {
      const std::lock_guard<std::mutex> lock(fMutex);
      block.fFirst = fPassed;
      block.fRows = 0;
      first = fNext;
      n = std::min(block.Capacity(), fEnd - first);
      for (; fNext < first + n; ++fNext) {
         if (fMask.empty() || fMask[fNext])
            block.fEntries[block.fRows++] = fNext;
      }
      fPassed += block.fRows;
      return n > 0;
   }

private:
   const std::vector<bool> &fMask; ///< a bit for each entry, or nothing if all pass
   std::mutex fMutex;
   Long64_t fNext = 0;
   Long64_t fPassed = 0;
   Long64_t fEnd = 0;
};

bool &ForceFormulaReading()
{
   static bool force = false;
   return force;
}

TreeReader::TreeReader(TTree &tree, const DataSetInfo &info, const ClassInfo &cls, const std::string &cut,
                       EMissing missing)
   : EventSource(cut), fTree(tree), fInfo(info), fColumns(MakeColumns(info, cls)), fMissing(missing)
{
}

EventCounts TreeReader::Count()
{
   fSelection = TreeSelection();
   auto &counts = fSelection.fCounts;
   fSelection.fCounted = SelectedEntries(fTree);
   const auto &counted = fSelection.fCounted;
   const TreeSession session(fTree);
   counts.fEntriesOfTree = fSelection.fEntries = session.Tree().GetEntries();
   counts.fEntries = counted.empty() ? fSelection.fEntries : std::count(counted.begin(), counted.end(), true);
   EntryCursor(session).MoveTo(0);
   EntrySelector selector(session, fColumns, Cut(), fMissing, 0);
   if (selector.IsNeeded()) {
      CountEntries(session, selector);
   } else {
      counts.fCandidates = counts.fPassed = counts.fEntries;
      fSelection.fMask = counted;
   }
   return counts;
}

void TreeReader::CountEntries(const TreeSession &session, EntrySelector &selector)
{
   auto &counts = fSelection.fCounts;
   auto &counted = fSelection.fCounted;
   auto &mask = fSelection.fMask;
   mask.reserve(counts.fEntries);
   EntryCursor cursor(session);
   for (Long64_t entry = 0; entry < fSelection.fEntries; ++entry) {
      if (!counted.empty() && !counted[entry])
         continue;
      if (cursor.MoveTo(entry))
         selector.Update(cursor.Offset());
      const Int_t size = selector.Size(entry);
      if (size == 0) {
         ++counts.fEntriesWithoutEvent;
         if (counted.empty())
            counted.assign(fSelection.fEntries, true);
         counted[entry] = false;
      }
      fSelection.fHasArrays |= size > 1;
      for (Int_t i = 0; i < size; ++i) {
         const bool pass = selector.Passes(i, entry);
         mask.push_back(pass);
         counts.fPassed += pass;
      }
   }
   counts.fCandidates = mask.size();
   counts.fMissing = selector.Missing();
   if (!fSelection.fHasArrays)
      SpreadMask();
   else if (counts.fPassed == counts.fCandidates)
      mask = std::vector<bool>();
}

void TreeReader::SpreadMask()
{
   const auto &counted = fSelection.fCounted;
   auto &mask = fSelection.fMask;
   if (fSelection.fCounts.fPassed == fSelection.fCounts.fCandidates) {
      mask = counted;
   } else if (!counted.empty()) {
      std::vector<bool> spread(counted.size(), false);
      std::size_t candidate = 0;
      for (std::size_t entry = 0; entry < counted.size(); ++entry) {
         if (counted[entry])
            spread[entry] = mask[candidate++];
      }
      mask = std::move(spread);
   }
}

void TreeReader::Read(EventSink &sink)
{
   if (fSelection.fHasArrays)
      ReadArrays(sink);
   else
      ReadFlat(sink);
}

void TreeReader::ReadFlat(EventSink &sink) const
{
   const TreeSession session(fTree);
   ColumnReader columns(session, fColumns, fSelection.fCounted, fMissing, ForceFormulaReading());
   EntryCursor cursor(session);
   EntryQueue queue(fSelection.fMask);
   WholeNumbersOfTree wholeNumbers(session.Tree(), fColumns, Cut());
   const Long64_t entries = fSelection.fEntries;
   for (Long64_t begin = 0; begin < entries;) {
      cursor.MoveTo(begin);
      wholeNumbers.Check(session.Tree(), sink);
      columns.StartSubtree(begin);
      const Long64_t end = std::min(begin + session.Tree().GetTree()->GetEntries(), entries);
      const Long64_t cores = gConfig().GetNThreads();
      const Long64_t nThreads = columns.IsIndependent() && sink.TakesThreads()
                                   ? std::min({cores, kMaxThreads, 1 + (end - begin) / kEntriesPerThread})
                                   : 1;
      queue.SetEnd(end);
      std::vector<std::future<void>> others;
      for (Long64_t i = 1; i < nThreads; ++i) {
         others.push_back(std::async(std::launch::async, [&, clone = columns.Clone(i * fColumns.size() / nThreads)] {
            ReadQueued(*clone, queue, sink);
         }));
      }
      ReadQueued(columns, queue, sink);
      for (auto &other : others)
         other.get();
      begin = end;
   }
}

void TreeReader::ReadQueued(ColumnReader &columns, EntryQueue &queue, EventSink &sink) const
{
   try {
      RowBlock block = RowBlock::For(fInfo);
      block.fSamples = ValueSamples(block.fSamples.Columns(), fSelection.fCounts.fPassed);
      Long64_t first = 0;
      Long64_t n = 0;
      while (queue.Next(block, first, n)) {
         columns.Read(first, n, block, sink);
         sink.Put(block);
      }
      sink.NoteSamples(block.fSamples);
   } catch (...) {
      queue.Stop(); // the other threads need not go on
      sink.Abort(std::current_exception());
      throw;
   }
}

/// Reads a tree whose entries are any number of events.
class ArrayReader {
public:
   ArrayReader(const TreeSession &session, const std::vector<ColumnSpec> &columns, const std::string &cut,
               const DataSetInfo &info, const TreeSelection &selection, EMissing missing, EventSink &sink)
      : fSession(session), fColumns(columns), fSelection(selection), fMissing(missing), fSink(sink),
        fWholeNumbers(session.Tree(), columns, cut), fBlock(RowBlock::For(info)),
        fLengths(session, columns, "", missing, 0), fFriends(session, 0), fSizes(columns.size()),
        fRemoved(columns.size(), 0), fSurplusNoted(columns.size(), false)
   {
      fBlock.fSamples = ValueSamples(fBlock.fSamples.Columns(), selection.fCounts.fPassed);
      for (const auto &column : columns)
         fFormulas.push_back(std::make_unique<FormulaReader>(session, column.fExpression, column.Describe()));
   }

   void Read()
   {
      const auto &mask = fSelection.fMask;
      EntryCursor cursor(fSession);
      std::size_t candidate = 0;
      for (Long64_t entry = 0; entry < fSelection.fEntries; ++entry) {
         if (!fSelection.fCounted.empty() && !fSelection.fCounted[entry])
            continue;
         if (cursor.MoveTo(entry))
            Update(cursor.Offset());
         const Int_t size = fLengths.Size(entry);
         LoadSizes(size, entry);
         for (Int_t instance = 0; instance < size; ++instance, ++candidate) {
            if (mask.empty() || mask[candidate])
               Put(instance, entry);
            else
               CheckRemoved(instance, entry);
         }
      }
      Flush();
      fSink.NoteSamples(fBlock.fSamples);
      for (std::size_t c = 0; c < fColumns.size(); ++c) {
         if (fRemoved[c] > 0)
            fSink.NoteRemoved(fColumns[c], fRemoved[c]);
      }
   }

private:
   void Update(Long64_t offset)
   {
      fWholeNumbers.Check(fSession.Tree(), fSink);
      fLengths.Update(offset);
      fFriends = ShortFriends(fSession, offset);
      for (auto &formula : fFormulas)
         formula->Update();
   }

   void LoadSizes(Int_t size, Long64_t entry)
   {
      for (std::size_t c = 0; c < fColumns.size(); ++c) {
         const auto &column = fColumns[c];
         if (fFriends.MayMiss(entry))
            fFriends.Require(entry, fFormulas[c]->Formula(), column.Describe() + " '" + column.fExpression + "'");
         Int_t here = fFormulas[c]->Size();
         const Int_t declared = column.fArraySize;
         if (here == 0 && declared == 0 && HasValue(c))
            here = 1;
         fSizes[c] = here;
         if (declared > 0 ? here < declared : here != 1 && here != size)
            FailOnLength(column, here, fSession.Where(entry));
         if (declared > 0 && here > declared && !fSurplusNoted[c]) {
            fSurplusNoted[c] = true;
            fSink.NoteSurplus(column, here);
         }
      }
   }

   /// Whether a formula without values in the entry is an event all the same.
   bool HasValue(std::size_t c)
   {
      const bool mayBeNaN = fColumns[c].fKind == ColumnSpec::EKind::kVariable && fMissing == EMissing::kNaN;
      return mayBeNaN || !std::isnan(fFormulas[c]->Value(0));
   }

   Double_t Value(std::size_t c, Int_t element, Int_t instance)
   {
      // What has one value is the same for all events of the entry.
      const Int_t which = fColumns[c].fArraySize > 0 ? element : fSizes[c] == 1 ? 0 : instance;
      return fFormulas[c]->Value(which);
   }

   void RequireRead(std::size_t c, Long64_t entry) const
   {
      if (fErrors.HasHeard())
         fErrors.Throw("cannot read " + fColumns[c].Describe() + " '" + fColumns[c].fExpression + "'",
                       fSession.Where(entry));
   }

   void Put(Int_t instance, Long64_t entry)
   {
      fBlock.fEntries[fBlock.fRows] = entry;
      for (std::size_t c = 0; c < fColumns.size(); ++c) {
         for (Int_t i = 0; i < std::max(fColumns[c].fArraySize, 1); ++i)
            StoreValue(fColumns[c], i, fBlock.fRows, Value(c, i, instance), fBlock);
         RequireRead(c, entry);
      }
      if (++fBlock.fRows == fBlock.Capacity())
         Flush();
   }

   void CheckRemoved(Int_t instance, Long64_t entry)
   {
      for (std::size_t c = 0; c < fColumns.size(); ++c) {
         bool finite = true;
         for (Int_t i = 0; i < std::max(fColumns[c].fArraySize, 1); ++i)
            finite = finite && std::isfinite(Value(c, i, instance));
         fRemoved[c] += !finite;
         RequireRead(c, entry);
      }
   }

   void Flush()
   {
      fSink.Put(fBlock);
      fBlock.fFirst += fBlock.fRows;
      fBlock.fRows = 0;
   }

   const TreeSession &fSession;
   const std::vector<ColumnSpec> &fColumns;
   const TreeSelection &fSelection;
   EMissing fMissing;
   EventSink &fSink;
   WholeNumbersOfTree fWholeNumbers;
   RowBlock fBlock;
   EntrySelector fLengths;
   ShortFriends fFriends;
   std::vector<std::unique_ptr<FormulaReader>> fFormulas;
   std::vector<Int_t> fSizes;
   std::vector<Long64_t> fRemoved;
   std::vector<bool> fSurplusNoted;
   RootErrorWatch fErrors;
};

void TreeReader::ReadArrays(EventSink &sink) const
{
   const TreeSession session(fTree);
   EntryCursor(session).MoveTo(0);
   ArrayReader(session, fColumns, Cut(), fInfo, fSelection, fMissing, sink).Read();
}

} // namespace Internal
} // namespace TorchMVA
