#ifndef TORCHMVA_DATA_TREEREADER_HXX
#define TORCHMVA_DATA_TREEREADER_HXX

#include "Columns.hxx"
#include "TorchMVA/Data/DataInputHandler.hxx"

#include <string>
#include <vector>

class TTree;

namespace TorchMVA {
namespace Internal {

class ColumnReader;
class EntryQueue;

/// Which events of one tree pass its cuts. An event is an entry, or one instance of an entry's array variables.
struct TreeSelection {
   Long64_t fCandidates = 0; ///< events before cuts
   Long64_t fPassed = 0;     ///< events after cuts
   bool fHasArrays = false;  ///< an entry can be any number of events
   std::vector<bool> fMask;  ///< one bit per candidate; empty if all pass
};

/// Reads the events of one tree in two passes: Select() counts them (evaluating cuts and array lengths only), Read()
/// delivers their values in blocks. The tree is left as it was.
class TreeReader {
public:
   /// `forceFormula`: never read in bulk (for tests and benchmarks).
   TreeReader(const TreeInput &input, const DataSetInfo &info, const ClassInfo &cls, bool forceFormula = false);

   /// Also finds out whether all expressions can be evaluated. Throws Error (kExpression, kData).
   TreeSelection Select() const;
   /// Delivers all events that passed, in blocks of rows. If all columns are plain branches of local files the blocks
   /// come from several threads (no ROOT function but R__unzip is called outside the calling thread); else in order.
   void Read(const TreeSelection &selection, EventSink &sink) const;
   /// The combined cut of tree and class, empty if there is none.
   const std::string &Cut() const { return fCut; }

private:
   void ReadFlat(const TreeSelection &selection, EventSink &sink) const;
   void ReadArrays(const TreeSelection &selection, EventSink &sink) const;
   RowBlock MakeBlock() const;
   /// All entries that the queue holds, which lie in the present subtree of `columns`.
   void ReadQueued(ColumnReader &columns, EntryQueue &queue, EventSink &sink) const;

   TTree &fTree;
   std::string fCut;
   std::vector<ColumnSpec> fColumns;
   Int_t fNVariables;
   Int_t fNTargets;
   Int_t fNSpectators;
   bool fForceFormula;
};

/// Process-wide switch for tests and benchmarks: read every column through TTreeFormula. Not thread safe.
bool &ForceFormulaReading();

} // namespace Internal
} // namespace TorchMVA

#endif
