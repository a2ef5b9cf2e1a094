#include "FrameCollector.hxx"

#include "FrameRow.hxx"
#include "TFile.h"

#include <algorithm>
#include <cmath>

namespace TorchMVA {
namespace Internal {

/// What one thread at a time works on.
struct FrameCollector::Slot {
   explicit Slot(RowBlock block) : fEmpty(std::move(block)), fBlock(fEmpty) {}

   const RowBlock fEmpty;
   RowBlock fBlock;
   FramePosition fFirst; ///< of fBlock
   FrameEvents fEvents;
   FramePosition fErrorPosition;
   std::vector<Int_t> fSizes;        ///< of each expression of the present row; 1 for a number
   std::vector<bool> fIsArray;       ///< whether it is a collection
   std::vector<std::size_t> fBegins; ///< where its values are in the row
   TTreeReader *fReader = nullptr;   ///< of the present task, if the data frame reads trees
};

namespace {

void Add(MissingValues &all, const MissingValues &some)
{
   all.fIsCollection |= some.fIsCollection;
   if (some.fEntries == 0)
      return;
   all.fFirst = all.fEntries == 0 ? some.fFirst : std::min(all.fFirst, some.fFirst);
   all.fEntries += some.fEntries;
}

} // namespace

FrameCollector::FrameCollector(FrameLayout layout, const DataSetInfo &info, unsigned nSlots)
   : fLayout(std::move(layout))
{
   const std::size_t n = fLayout.fColumns.size();
   for (unsigned i = 0; i < nSlots; ++i) {
      fSlots.push_back(std::make_unique<Slot>(RowBlock::For(info)));
      auto &slot = *fSlots.back();
      slot.fSizes.resize(n + fLayout.fHasCut);
      slot.fIsArray.resize(n + fLayout.fHasCut);
      slot.fBegins.resize(n + fLayout.fHasCut);
      slot.fEvents.fSurplus.resize(n, 0);
      slot.fEvents.fRemoved.resize(n, 0);
      slot.fEvents.fEmpty.resize(n);
   }
}

FrameCollector::FrameCollector(FrameCollector &&) noexcept = default;
FrameCollector::~FrameCollector() = default;

void FrameCollector::InitTask(TTreeReader *reader, unsigned slot)
{
   Flush(*fSlots[slot]); // the entries of a task follow each other, those of different tasks do not
   fSlots[slot]->fReader = reader;
}

FramePosition FrameCollector::Position(const Slot &slot, ULong64_t entry) const
{
   FramePosition position{0, static_cast<Long64_t>(entry)};
   if (fLayout.fFiles.empty() || !slot.fReader)
      return position;
   // With several threads ROOT numbers the entries of trees as they come.
   TTree &tree = *slot.fReader->GetTree()->GetTree();
   const TFile *file = tree.GetCurrentFile();
   const auto found = std::find(fLayout.fFiles.begin(), fLayout.fFiles.end(), file ? file->GetName() : std::string());
   if (found == fLayout.fFiles.end())
      throw Error(EErrorCode::kInternal, "a data frame read a file that is not in its chain",
                  {{"file", file ? file->GetName() : "memory"}});
   position.fFile = found - fLayout.fFiles.begin();
   position.fEntry = tree.GetReadEntry();
   return position;
}

Error::Context_t FrameCollector::Where(const FramePosition &position) const
{
   Error::Context_t where = {{"where", fLayout.fPlace}, {"entry", std::to_string(position.fEntry)}};
   if (!fLayout.fFiles.empty())
      where.emplace_back("file", fLayout.fFiles[position.fFile]);
   return where;
}

Int_t FrameCollector::Unpack(Slot &slot, const ROOT::RVecD &row, const FramePosition &position) const
{
   std::size_t at = 0;
   Int_t size = 1;
   const ColumnSpec *firstArray = nullptr;
   for (std::size_t i = 0; i < slot.fBegins.size(); ++i) {
      const double n = row[at++];
      const bool isCut = i == fLayout.fColumns.size();
      slot.fIsArray[i] = n != FrameRow::kScalar;
      slot.fSizes[i] = slot.fIsArray[i] ? static_cast<Int_t>(n) : 1;
      slot.fBegins[i] = at;
      at += slot.fSizes[i];
      if (isCut || !slot.fIsArray[i])
         continue;
      const auto &column = fLayout.fColumns[i];
      if (column.fKind != ColumnSpec::EKind::kVariable || column.fArraySize > 0)
         continue;
      if (firstArray && slot.fSizes[i] != size)
         FailOnLengths(firstArray->fExpression, size, column.fExpression, slot.fSizes[i], Where(position));
      firstArray = firstArray ? firstArray : &column;
      size = slot.fSizes[i];
      slot.fEvents.fEmpty[i].fIsCollection |= size > 1;
      if (size == 0)
         Add(slot.fEvents.fEmpty[i], {"", 1, position.fEntry});
   }
   for (std::size_t i = 0; size > 0 && i < fLayout.fColumns.size(); ++i) {
      const Int_t declared = fLayout.fColumns[i].fArraySize;
      const Int_t here = slot.fSizes[i];
      if (declared > 0 ? here < declared : here != 1 && here != size)
         FailOnLength(fLayout.fColumns[i], here, Where(position));
      if (declared > 0 && here > declared)
         slot.fEvents.fSurplus[i] = here;
   }
   return size;
}

bool FrameCollector::Passes(const Slot &slot, const ROOT::RVecD &row, Int_t instance,
                            const FramePosition &position) const
{
   if (!fLayout.fHasCut)
      return true;
   const Int_t n = slot.fSizes.back();
   if (n != 1 && instance >= n)
      throw Error(EErrorCode::kData,
                  "the cut: expected one value, or as many as the array variables of the event have, found " +
                     std::to_string(n),
                  Where(position));
   const double value = row[slot.fBegins.back() + (n == 1 ? 0 : instance)];
   if (std::isnan(value))
      throw Error(EErrorCode::kData, "the cut is not a number", Where(position));
   return value >= 0.5;
}

void FrameCollector::Exec(unsigned number, const ROOT::RVecD &row, ULong64_t entry)
{
   auto &slot = *fSlots[number];
   auto &events = slot.fEvents;
   if (events.fError)
      return;
   FramePosition position;
   try {
      position = Position(slot, entry);
      ++events.fEntries;
      const Int_t size = Unpack(slot, row, position);
      events.fWithoutEvent += size == 0;
      for (Int_t instance = 0; instance < size; ++instance) {
         const bool passes = Passes(slot, row, instance, position);
         if (passes && slot.fBlock.fRows == 0)
            slot.fFirst = position;
         for (std::size_t c = 0; c < fLayout.fColumns.size(); ++c) {
            const auto &column = fLayout.fColumns[c];
            bool finite = true;
            for (Int_t i = 0; i < std::max(column.fArraySize, 1); ++i) {
               const Int_t which = column.fArraySize > 0 ? i : slot.fSizes[c] == 1 ? 0 : instance;
               const double value = row[slot.fBegins[c] + which];
               finite = finite && std::isfinite(value);
               if (passes)
                  StoreValue(column, i, slot.fBlock.fRows, value, slot.fBlock);
            }
            events.fRemoved[c] += !passes && !finite;
         }
         if (!passes)
            continue;
         slot.fBlock.fEntries[slot.fBlock.fRows] = position.fEntry;
         if (++slot.fBlock.fRows == slot.fBlock.Capacity())
            Flush(slot);
      }
   } catch (const Error &error) { // what is thrown here ROOT would comment on
      if (fLayout.fSink)          // which has had enough: the rest need not be read
         throw;
      events.fError = error;
      slot.fErrorPosition = position;
   }
}

void FrameCollector::Flush(Slot &slot) const
{
   if (slot.fBlock.fRows == 0)
      return;
   if (fLayout.fSink) {
      fLayout.fSink->Put(slot.fBlock);
      slot.fBlock.fFirst += slot.fBlock.fRows;
      slot.fBlock.fRows = 0;
      return;
   }
   const Long64_t next = slot.fBlock.fFirst + slot.fBlock.fRows;
   ValueSamples samples = std::move(slot.fBlock.fSamples);
   slot.fBlock.Shrink();
   slot.fEvents.fParts.push_back({slot.fFirst, std::move(slot.fBlock)});
   slot.fBlock = slot.fEmpty;
   slot.fBlock.fFirst = next;
   slot.fBlock.fSamples = std::move(samples);
}

void FrameCollector::Finalize()
{
   auto &all = *fResult;
   const Slot *firstError = nullptr;
   all.fSurplus.assign(fLayout.fColumns.size(), 0);
   all.fRemoved.assign(fLayout.fColumns.size(), 0);
   all.fEmpty.assign(fLayout.fColumns.size(), {});
   for (auto &slot : fSlots) {
      Flush(*slot);
      auto &events = slot->fEvents;
      std::move(events.fParts.begin(), events.fParts.end(), std::back_inserter(all.fParts));
      for (std::size_t c = 0; c < fLayout.fColumns.size(); ++c) {
         all.fSurplus[c] = std::max(all.fSurplus[c], events.fSurplus[c]);
         all.fRemoved[c] += events.fRemoved[c];
         Add(all.fEmpty[c], events.fEmpty[c]);
      }
      all.fEntries += events.fEntries;
      all.fWithoutEvent += events.fWithoutEvent;
      all.fSamples.push_back(std::move(slot->fBlock.fSamples));
      if (events.fError && (!firstError || slot->fErrorPosition < firstError->fErrorPosition))
         firstError = slot.get();
   }
   if (firstError)
      all.fError = firstError->fEvents.fError;
   std::stable_sort(all.fParts.begin(), all.fParts.end(),
                    [](const auto &a, const auto &b) { return a.fFirst < b.fFirst; });
   fSlots.clear();
}

} // namespace Internal
} // namespace TorchMVA
