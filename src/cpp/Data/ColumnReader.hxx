#ifndef TORCHMVA_DATA_COLUMNREADER_HXX
#define TORCHMVA_DATA_COLUMNREADER_HXX

#include "BulkReader.hxx"
#include "Core/RootErrors.hxx"
#include "EntrySelector.hxx"
#include "EventSource.hxx"
#include "FormulaReader.hxx"
#include "TreeSession.hxx"

#include <memory>
#include <optional>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Fills the columns of a RowBlock from a tree whose entries are one event each: plain branches in bulk, everything
/// else through TTreeFormula.
class ColumnReader {
public:
   /// `counted`: the entries that count, one bit each, or nothing if all do; it must outlive the reader.
   ColumnReader(const TreeSession &session, const std::vector<ColumnSpec> &columns, const std::vector<bool> &counted,
                EMissing missing, bool forceFormula);

   /// To be called when the tree has loaded another (sub)tree: chooses the way of reading each column there.
   /// `offset` is the entry of the tree where the subtree begins.
   void StartSubtree(Long64_t offset);
   /// True if all columns of the present subtree are read in bulk, which several threads may do.
   bool IsIndependent() const;
   /// Another reader of the present subtree, for use in another thread; only if IsIndependent(). The readers share
   /// the baskets that they unpack; each begins with another column (`number`), so that they unpack different ones.
   std::unique_ptr<ColumnReader> Clone(std::size_t number) const;
   /// Reads the entries block.fEntries[0 .. fRows), which lie in [first, first + n) of the tree. The sink hears of
   /// NaN and infinite values in the other entries there that count, and of arrays that are too long.
   void Read(Long64_t first, Long64_t n, RowBlock &block, EventSink &sink);

private:
   struct Column {
      ColumnSpec fSpec;
      std::optional<BulkReader> fBulk;         ///< set: read in bulk
      std::unique_ptr<FormulaReader> fFormula; ///< made when first needed
      bool fSurplusNoted = false;
   };

   void ReadBulk(Column &column, Long64_t first, Long64_t n, RowBlock &block, EventSink &sink);
   /// All of [first, first + n) as floats; column `number` of the block's samples.
   void ReadFloats(Column &column, Long64_t first, Long64_t n, float *out, Long64_t stride, std::size_t number,
                   RowBlock &block) const;
   void ReadFormulas(const std::vector<Column *> &columns, RowBlock &block, EventSink &sink);
   /// How many values of a formula are to be stored, after the entry was loaded. Throws Error (kData) if it has too
   /// few.
   Int_t CheckSize(Column &column, Long64_t entry, EventSink &sink) const;
   bool Counts(Long64_t entry) const { return fCounted.empty() || fCounted[entry]; }
   /// Throws Error (kFile) if ROOT has reported an error.
   void RequireRead(const ColumnSpec &spec, Long64_t entry) const;
   /// Loads an entry of the present subtree; updates the formulas if a friend moved to another file for it.
   void LoadEntry(Long64_t entry, const std::vector<Column *> &columns);
   /// Looks at the formulas of the entries in [first, first + n) that are not in the block.
   void CheckRemoved(const std::vector<Column *> &columns, Long64_t first, Long64_t n, const RowBlock &block,
                     EventSink &sink);

   const TreeSession &fSession;
   std::vector<Column> fColumns;
   const std::vector<bool> &fCounted;
   EMissing fMissing;
   bool fForceFormula;
   std::optional<ShortFriends> fFriends; ///< set if there are formulas
   Long64_t fOffset = 0;
   std::uint64_t fStamp = 0;
   RootErrorWatch fErrors; ///< of the thread that reads formulas
   std::vector<double> fScratch;
};

} // namespace Internal
} // namespace TorchMVA

#endif
