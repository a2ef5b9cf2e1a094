#ifndef TORCHMVA_DATA_FRAMECOLLECTOR_HXX
#define TORCHMVA_DATA_FRAMECOLLECTOR_HXX

#include "Columns.hxx"
#include "EventSource.hxx"
#include "ROOT/RDF/RActionImpl.hxx"
#include "ROOT/RVec.hxx"
#include "TTree.h"
#include "TTreeReader.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// What a collector needs to know of the rows (FrameRow) of a data frame.
struct FrameLayout {
   std::vector<ColumnSpec> fColumns;
   bool fHasCut = false;            ///< one more expression follows
   std::vector<std::string> fFiles; ///< of a chain, in its order; empty: entry numbers are unique
   std::string fPlace;              ///< for messages
   EventSink *fSink = nullptr;      ///< gets the blocks as they are full, from one slot; none: they are kept
};

/// Where an entry is among all of a data frame: several threads meet them in any order.
struct FramePosition {
   std::size_t fFile = 0;
   Long64_t fEntry = 0;
   bool operator<(const FramePosition &o) const { return fFile != o.fFile ? fFile < o.fFile : fEntry < o.fEntry; }
};

/// The events that a data frame gave, in blocks in the order of the entries.
struct FrameEvents {
   struct Part {
      FramePosition fFirst;
      RowBlock fBlock;
   };
   std::vector<Part> fParts;
   std::vector<Int_t> fSurplus;       ///< a column: elements found in an array that is longer than declared, else 0
   std::vector<Long64_t> fRemoved;    ///< a column: events with NaN or infinite values that the cut removed
   Long64_t fEntries = 0;             ///< rows that pass a yes-or-no cut
   Long64_t fWithoutEvent = 0;        ///< of these
   std::vector<MissingValues> fEmpty; ///< a column: rows in which it has no value
   std::vector<ValueSamples> fSamples;
   std::optional<Error> fError; ///< of the first entry that has one
};

/// The action that turns the rows of a data frame into blocks of events. Every slot fills blocks of its own; at the
/// end they are put in order.
class FrameCollector final : public ROOT::Detail::RDF::RActionImpl<FrameCollector> {
public:
   using Result_t = FrameEvents;

   FrameCollector(FrameLayout layout, const DataSetInfo &info, unsigned nSlots);
   FrameCollector(FrameCollector &&) noexcept;
   ~FrameCollector() override;

   std::shared_ptr<Result_t> GetResultPtr() const { return fResult; }
   void Initialize() {}
   void InitTask(TTreeReader *reader, unsigned slot);
   void Exec(unsigned slot, const ROOT::RVecD &row, ULong64_t entry);
   void Finalize();
   std::string GetActionName() const { return "TorchMVA"; }

private:
   struct Slot;

   /// Finds the expressions of a row: fBegins[i] is where the values of expression i are. Throws Error (kData).
   Int_t Unpack(Slot &slot, const ROOT::RVecD &row, const FramePosition &position) const;
   bool Passes(const Slot &slot, const ROOT::RVecD &row, Int_t instance, const FramePosition &position) const;
   void Put(Slot &slot, const ROOT::RVecD &row, Int_t instance) const;
   void Flush(Slot &slot) const;
   Error::Context_t Where(const FramePosition &position) const;
   FramePosition Position(const Slot &slot, ULong64_t entry) const;

   FrameLayout fLayout;
   std::vector<std::unique_ptr<Slot>> fSlots;
   std::shared_ptr<Result_t> fResult = std::make_shared<Result_t>();
};

} // namespace Internal
} // namespace TorchMVA

#endif
