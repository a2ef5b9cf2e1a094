#include "TreeReader.hxx"

#include "ColumnReader.hxx"
#include "TTree.h"
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

/// The formulas that decide how many events an entry is: array variables and the cut.
class EntrySelector {
public:
   EntrySelector(const TreeSession &session, const std::vector<ColumnSpec> &columns, const std::string &cut)
      : fSession(session)
   {
      for (const auto &column : columns) {
         TTree &subtree = *session.Tree().GetTree();
         if (column.fArraySize == 0 && BulkReader::Make(subtree, column.fExpression))
            continue;
         auto formula = std::make_unique<FormulaReader>(session, column.fExpression, column.Describe());
         if (column.fKind == ColumnSpec::EKind::kVariable && column.fArraySize == 0 && formula->IsArray()) {
            fArrays.push_back(std::move(formula));
            fNames.push_back(column.fExpression);
         }
      }
      if (!cut.empty())
         fCut = std::make_unique<FormulaReader>(session, cut, "cut");
   }

   bool HasArrays() const { return !fArrays.empty(); }
   bool HasCut() const { return fCut != nullptr; }

   void Update()
   {
      for (auto &formula : fArrays)
         formula->Update();
      if (fCut)
         fCut->Update();
   }

   /// Events in this entry before cuts.
   Int_t Size(Long64_t entry)
   {
      Int_t size = 1;
      for (std::size_t i = 0; i < fArrays.size(); ++i) {
         const Int_t here = fArrays[i]->Size();
         if (i > 0 && here != size)
            FailOnLengths(fNames[0], size, fNames[i], here, fSession.Where(entry));
         size = here;
      }
      if (fCut)
         fCutSize = fCut->Size();
      return size;
   }

   bool Passes(Int_t instance, Long64_t entry)
   {
      if (!fCut)
         return true;
      const Double_t value = fCut->Value(fCutSize == 1 ? 0 : instance);
      if (std::isnan(value))
         throw Error(EErrorCode::kData, "the cut is not a number", fSession.Where(entry));
      return value >= 0.5;
   }

private:
   const TreeSession &fSession;
   std::vector<std::unique_ptr<FormulaReader>> fArrays;
   std::vector<std::string> fNames;
   std::unique_ptr<FormulaReader> fCut;
   Int_t fCutSize = 1;
};

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
      return moved;
   }

private:
   const TreeSession &fSession;
   std::uint64_t fStamp = 0;
   bool fStarted = false;
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

TreeReader::TreeReader(TTree &tree, const DataSetInfo &info, const ClassInfo &cls, const std::string &cut)
   : EventSource(cut), fTree(tree), fInfo(info), fColumns(MakeColumns(info, cls))
{
}

EventCounts TreeReader::Count()
{
   const TreeSession session(fTree);
   const Long64_t entries = session.Tree().GetEntries();
   EntryCursor cursor(session);
   cursor.MoveTo(0);
   EntrySelector selector(session, fColumns, Cut());
   fSelection = TreeSelection();
   auto &counts = fSelection.fCounts;
   auto &mask = fSelection.fMask;
   fSelection.fHasArrays = selector.HasArrays();
   if (!selector.HasArrays() && !selector.HasCut()) {
      counts.fCandidates = counts.fPassed = entries;
      return counts;
   }
   mask.reserve(entries);
   for (Long64_t entry = 0; entry < entries; ++entry) {
      if (cursor.MoveTo(entry))
         selector.Update();
      const Int_t size = selector.Size(entry);
      for (Int_t i = 0; i < size; ++i) {
         const bool pass = selector.Passes(i, entry);
         mask.push_back(pass);
         counts.fPassed += pass;
      }
   }
   counts.fCandidates = mask.size();
   if (counts.fPassed == counts.fCandidates)
      mask = std::vector<bool>();
   return counts;
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
   ColumnReader columns(session, fColumns, ForceFormulaReading());
   EntryCursor cursor(session);
   EntryQueue queue(fSelection.fMask);
   const Long64_t entries = fSelection.fCounts.fCandidates;
   for (Long64_t begin = 0; begin < entries;) {
      cursor.MoveTo(begin);
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
      Long64_t first = 0;
      Long64_t n = 0;
      while (queue.Next(block, first, n)) {
         columns.Read(first, n, block, sink);
         sink.Put(block);
      }
   } catch (...) {
      queue.Stop(); // the other threads need not go on
      sink.Abort(std::current_exception());
      throw;
   }
}

/// Reads a tree whose entries are any number of events.
class ArrayReader {
public:
   ArrayReader(const TreeSession &session, const std::vector<ColumnSpec> &columns, const DataSetInfo &info,
               EventSink &sink)
      : fSession(session), fColumns(columns), fSink(sink), fBlock(RowBlock::For(info)), fLengths(session, columns, ""),
        fSizes(columns.size()), fRemoved(columns.size(), 0), fSurplusNoted(columns.size(), false)
   {
      for (const auto &column : columns)
         fFormulas.push_back(std::make_unique<FormulaReader>(session, column.fExpression, column.Describe()));
   }

   void Read(const std::vector<bool> &mask)
   {
      EntryCursor cursor(fSession);
      std::size_t candidate = 0;
      const Long64_t entries = fSession.Tree().GetEntries();
      for (Long64_t entry = 0; entry < entries; ++entry) {
         if (cursor.MoveTo(entry)) {
            fLengths.Update();
            for (auto &formula : fFormulas)
               formula->Update();
         }
         const Int_t size = fLengths.Size(entry);
         if (size > 0)
            LoadSizes(size, entry);
         for (Int_t instance = 0; instance < size; ++instance, ++candidate) {
            if (mask.empty() || mask[candidate])
               Put(instance, entry);
            else
               CheckRemoved(instance);
         }
      }
      Flush();
      for (std::size_t c = 0; c < fColumns.size(); ++c) {
         if (fRemoved[c] > 0)
            fSink.NoteRemoved(fColumns[c], fRemoved[c]);
      }
   }

private:
   void LoadSizes(Int_t size, Long64_t entry)
   {
      for (std::size_t c = 0; c < fColumns.size(); ++c) {
         const Int_t here = fSizes[c] = fFormulas[c]->Size();
         const Int_t declared = fColumns[c].fArraySize;
         if (declared > 0 ? here < declared : here != 1 && here != size)
            FailOnLength(fColumns[c], here, fSession.Where(entry));
         if (declared > 0 && here > declared && !fSurplusNoted[c]) {
            fSurplusNoted[c] = true;
            fSink.NoteSurplus(fColumns[c], here);
         }
      }
   }

   Double_t Value(std::size_t c, Int_t element, Int_t instance)
   {
      // What has one value is the same for all events of the entry.
      const Int_t which = fColumns[c].fArraySize > 0 ? element : fSizes[c] == 1 ? 0 : instance;
      return fFormulas[c]->Value(which);
   }

   void Put(Int_t instance, Long64_t entry)
   {
      fBlock.fEntries[fBlock.fRows] = entry;
      for (std::size_t c = 0; c < fColumns.size(); ++c) {
         for (Int_t i = 0; i < std::max(fColumns[c].fArraySize, 1); ++i)
            StoreValue(fColumns[c], i, fBlock.fRows, Value(c, i, instance), fBlock);
      }
      if (++fBlock.fRows == fBlock.Capacity())
         Flush();
   }

   void CheckRemoved(Int_t instance)
   {
      for (std::size_t c = 0; c < fColumns.size(); ++c) {
         bool finite = true;
         for (Int_t i = 0; i < std::max(fColumns[c].fArraySize, 1); ++i)
            finite = finite && std::isfinite(Value(c, i, instance));
         fRemoved[c] += !finite;
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
   EventSink &fSink;
   RowBlock fBlock;
   EntrySelector fLengths;
   std::vector<std::unique_ptr<FormulaReader>> fFormulas;
   std::vector<Int_t> fSizes;
   std::vector<Long64_t> fRemoved;
   std::vector<bool> fSurplusNoted;
};

void TreeReader::ReadArrays(EventSink &sink) const
{
   const TreeSession session(fTree);
   EntryCursor(session).MoveTo(0);
   ArrayReader(session, fColumns, fInfo, sink).Read(fSelection.fMask);
}

} // namespace Internal
} // namespace TorchMVA
