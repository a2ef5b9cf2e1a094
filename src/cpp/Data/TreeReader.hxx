#ifndef TORCHMVA_DATA_TREEREADER_HXX
#define TORCHMVA_DATA_TREEREADER_HXX

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
   bool fHasArrays = false; ///< an entry can be any number of events
   std::vector<bool> fMask; ///< one bit per candidate; empty if all pass
};

/// Reads the events of one tree in two passes: Count() evaluates cuts and array lengths only, Read() delivers the
/// values in blocks. The tree is left as it was.
class TreeReader final : public EventSource {
public:
   TreeReader(TTree &tree, const DataSetInfo &info, const ClassInfo &cls, const std::string &cut);

   EventCounts Count() override;
   /// If all columns are plain branches of local files the blocks come from several threads (no ROOT function but
   /// R__unzip is called outside the calling thread); else in order.
   void Read(EventSink &sink) override;

private:
   void ReadFlat(EventSink &sink) const;
   void ReadArrays(EventSink &sink) const;
   /// All entries that the queue holds, which lie in the present subtree of `columns`.
   void ReadQueued(ColumnReader &columns, EntryQueue &queue, EventSink &sink) const;

   TTree &fTree;
   const DataSetInfo &fInfo;
   std::vector<ColumnSpec> fColumns;
   TreeSelection fSelection;
};

/// Process-wide switch for tests and benchmarks: read every column through TTreeFormula. Not thread safe.
bool &ForceFormulaReading();

} // namespace Internal
} // namespace TorchMVA

#endif
