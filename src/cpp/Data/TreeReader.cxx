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

/// A block of rows fits in the second-level cache, and is long enough that the calls per block do not count.
constexpr Long64_t kBlockRows = 4096;
constexpr Long64_t kBlockBytes = 1 << 19;
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
            Fail("array variables '" + fNames[0] + "' and '" + fNames[i] +
                    "' differ in length: " + std::to_string(size) + " and " + std::to_string(here) + " elements",
                 entry);
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
         Fail("the cut is not a number", entry);
      return value >= 0.5;
   }

private:
   [[noreturn]] void Fail(const std::string &message, Long64_t entry) const
   {
      throw Error(
         EErrorCode::kData, message,
         {{"tree", fSession.Tree().GetName()}, {"file", fSession.FileName()}, {"entry", std::to_string(entry)}});
   }

   const TreeSession &fSession;
   std::vector<std::unique_ptr<FormulaReader>> fArrays;
   std::vector<std::string> fNames;
   std::unique_ptr<FormulaReader> fCut;
   Int_t fCutSize = 1;
};

/// Moves to an entry; true if that is in another file than the one before.
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
      const bool moved = tree.GetTreeNumber() != fNumber || !fStarted;
      fNumber = tree.GetTreeNumber();
      fStarted = true;
      return moved;
   }

private:
   const TreeSession &fSession;
   Int_t fNumber = -1;
   bool fStarted = false;
};

std::string CombinedCut(const TreeInput &input, const ClassInfo &cls)
{
   const TCut cut = TCut(cls.GetCut()) && input.fCut;
   return TString(cut.GetTitle()).IsWhitespace() ? "" : cut.GetTitle();
}

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

   /// Puts the entries that pass in the block, without values; all lie in [first, first + n). False at the end.
   bool Next(RowBlock &block, Long64_t &first, Long64_t &n)
   {
      const std::lock_guard<std::mutex> lock(fMutex);
      block.fFirst = fPassed;
      block.fRows = 0;
      while (block.fRows == 0 && fNext < fEnd) {
         first = fNext;
         n = std::min(block.Capacity(), fEnd - first);
         for (; fNext < first + n; ++fNext) {
            if (fMask.empty() || fMask[fNext])
               block.fEntries[block.fRows++] = fNext;
         }
      }
      fPassed += block.fRows;
      return block.fRows > 0;
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

TreeReader::TreeReader(const TreeInput &input, const DataSetInfo &info, const ClassInfo &cls, bool forceFormula)
   : fTree(input.Tree()), fCut(CombinedCut(input, cls)), fColumns(MakeColumns(info, cls)),
     fNVariables(info.GetNVariables()), fNTargets(info.GetNTargets()), fNSpectators(info.GetNSpectators()),
     fForceFormula(forceFormula || ForceFormulaReading())
{
}

TreeSelection TreeReader::Select() const
{
   const TreeSession session(fTree);
   const Long64_t entries = session.Tree().GetEntries();
   EntryCursor cursor(session);
   cursor.MoveTo(0);
   EntrySelector selector(session, fColumns, fCut);
   TreeSelection selection;
   selection.fHasArrays = selector.HasArrays();
   if (!selector.HasArrays() && !selector.HasCut()) {
      selection.fCandidates = selection.fPassed = entries;
      return selection;
   }
   selection.fMask.reserve(entries);
   for (Long64_t entry = 0; entry < entries; ++entry) {
      if (cursor.MoveTo(entry))
         selector.Update();
      const Int_t size = selector.Size(entry);
      for (Int_t i = 0; i < size; ++i) {
         const bool pass = selector.Passes(i, entry);
         selection.fMask.push_back(pass);
         selection.fPassed += pass;
      }
   }
   selection.fCandidates = selection.fMask.size();
   if (selection.fPassed == selection.fCandidates)
      selection.fMask = std::vector<bool>();
   return selection;
}

RowBlock TreeReader::MakeBlock() const
{
   const Long64_t rowBytes = 4 * (fNVariables + fNTargets) + 8 * fNSpectators + 16;
   return RowBlock(std::clamp<Long64_t>(kBlockBytes / rowBytes, 1, kBlockRows), fNVariables, fNTargets, fNSpectators);
}

void TreeReader::Read(const TreeSelection &selection, EventSink &sink) const
{
   if (selection.fHasArrays)
      ReadArrays(selection, sink);
   else
      ReadFlat(selection, sink);
}

void TreeReader::ReadFlat(const TreeSelection &selection, EventSink &sink) const
{
   const TreeSession session(fTree);
   ColumnReader columns(session, fColumns, fForceFormula);
   EntryCursor cursor(session);
   EntryQueue queue(selection.fMask);
   for (Long64_t begin = 0; begin < selection.fCandidates;) {
      cursor.MoveTo(begin);
      columns.StartSubtree(begin);
      const Long64_t end = std::min(begin + session.Tree().GetTree()->GetEntries(), selection.fCandidates);
      const Long64_t cores = gConfig().GetNThreads();
      const Long64_t nThreads =
         columns.IsIndependent() ? std::min({cores, kMaxThreads, 1 + (end - begin) / kEntriesPerThread}) : 1;
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
      RowBlock block = MakeBlock();
      Long64_t first = 0;
      Long64_t n = 0;
      while (queue.Next(block, first, n)) {
         columns.Read(first, n, block);
         sink.Put(block);
      }
   } catch (...) {
      queue.Stop(); // the other threads need not go on
      throw;
   }
}

void TreeReader::ReadArrays(const TreeSelection &selection, EventSink &sink) const
{
   RowBlock block = MakeBlock();
   const TreeSession session(fTree);
   const Long64_t entries = session.Tree().GetEntries();
   EntryCursor cursor(session);
   cursor.MoveTo(0);
   EntrySelector lengths(session, fColumns, "");
   std::vector<std::unique_ptr<FormulaReader>> formulas;
   for (const auto &column : fColumns)
      formulas.push_back(std::make_unique<FormulaReader>(session, column.fExpression, column.Describe()));
   std::vector<Int_t> sizes(fColumns.size());
   std::size_t candidate = 0;
   for (Long64_t entry = 0; entry < entries; ++entry) {
      if (cursor.MoveTo(entry)) {
         lengths.Update();
         for (auto &formula : formulas)
            formula->Update();
      }
      const Int_t size = lengths.Size(entry);
      for (std::size_t c = 0; size > 0 && c < fColumns.size(); ++c) {
         sizes[c] = formulas[c]->Size();
         const Int_t declared = fColumns[c].fArraySize;
         if (declared > 0 ? sizes[c] < declared : sizes[c] != 1 && sizes[c] != size)
            FailOnLength(fColumns[c], sizes[c], entry, session);
      }
      for (Int_t instance = 0; instance < size; ++instance, ++candidate) {
         if (!selection.fMask.empty() && !selection.fMask[candidate])
            continue;
         block.fEntries[block.fRows] = entry;
         for (std::size_t c = 0; c < fColumns.size(); ++c) {
            const Int_t elements = std::max(fColumns[c].fArraySize, 1);
            for (Int_t i = 0; i < elements; ++i) {
               // What has one value is the same for all events of the entry.
               const Int_t which = fColumns[c].fArraySize > 0 ? i : sizes[c] == 1 ? 0 : instance;
               StoreValue(fColumns[c], i, block.fRows, formulas[c]->Value(which), block);
            }
         }
         if (++block.fRows == block.Capacity()) {
            sink.Put(block);
            block.fFirst += block.fRows;
            block.fRows = 0;
         }
      }
   }
   if (block.fRows > 0)
      sink.Put(block);
}

} // namespace Internal
} // namespace TorchMVA
