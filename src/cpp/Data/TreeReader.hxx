#ifndef TORCHMVA_DATA_TREEREADER_HXX
#define TORCHMVA_DATA_TREEREADER_HXX

#include "EntrySelector.hxx"
#include "EventSource.hxx"

#include <string>
#include <vector>

class TTree;

namespace TorchMVA {
namespace Internal {

class ColumnReader;
class EntryQueue;

/// Which events of one tree pass its cuts.
struct TreeSelection {
   EventCounts fCounts;
   Long64_t fEntries = 0;      ///< of the tree
   bool fHasArrays = false;    ///< an entry is any number of events
   std::vector<bool> fCounted; ///< one bit per entry: is chosen by the tree's entry list, and gives events; empty: all
   std::vector<bool> fMask;    ///< one bit per candidate of an array, else per entry: passes; empty: all
};

/// Reads the events of one tree in two passes: Count() evaluates cuts and array lengths only, Read() delivers the
/// values in blocks. Entries are those that the tree's entry list has, if it has one. The tree is left as it was.
class TreeReader final : public EventSource {
public:
   TreeReader(TTree &tree, const DataSetInfo &info, const ClassInfo &cls, const std::string &cut,
              EMissing missing = EMissing::kNoEvent);

   EventCounts Count() override;
   /// If all columns are plain branches of local files the blocks come from several threads (no ROOT function but
   /// R__unzip is called outside the calling thread); else in order.
   void Read(EventSink &sink) override;

private:
   /// Asks the selector for every entry that counts.
   void CountEntries(const TreeSession &session, EntrySelector &selector);
   /// Bits of the candidates as bits of the entries.
   void SpreadMask();
   void ReadFlat(EventSink &sink) const;
   void ReadArrays(EventSink &sink) const;
   /// All entries that the queue holds, which lie in the present subtree of `columns`.
   void ReadQueued(ColumnReader &columns, EntryQueue &queue, EventSink &sink) const;

   TTree &fTree;
   const DataSetInfo &fInfo;
   std::vector<ColumnSpec> fColumns;
   EMissing fMissing;
   TreeSelection fSelection;
};

/// Process-wide switch for tests and benchmarks: read every column through TTreeFormula. Not thread safe.
bool &ForceFormulaReading();

} // namespace Internal
} // namespace TorchMVA

#endif
