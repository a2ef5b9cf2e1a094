#ifndef TORCHMVA_DATA_COLUMNREADER_HXX
#define TORCHMVA_DATA_COLUMNREADER_HXX

#include "BulkReader.hxx"
#include "Columns.hxx"
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
   ColumnReader(const TreeSession &session, const std::vector<ColumnSpec> &columns, bool forceFormula);

   /// To be called when the tree has loaded another (sub)tree: chooses the way of reading each column there.
   /// `offset` is the entry of the tree where the subtree begins.
   void StartSubtree(Long64_t offset);
   /// True if all columns of the present subtree are read in bulk, which several threads may do.
   bool IsIndependent() const;
   /// Another reader of the present subtree, for use in another thread; only if IsIndependent(). The readers share
   /// the baskets that they unpack; each begins with another column (`number`), so that they unpack different ones.
   std::unique_ptr<ColumnReader> Clone(std::size_t number) const;
   /// Reads the entries block.fEntries[0 .. fRows), which lie in [first, first + n) of the tree.
   void Read(Long64_t first, Long64_t n, RowBlock &block);

private:
   struct Column {
      ColumnSpec fSpec;
      std::optional<BulkReader> fBulk;         ///< set: read in bulk
      std::unique_ptr<FormulaReader> fFormula; ///< made when first needed
   };

   void ReadBulk(Column &column, Long64_t first, Long64_t n, RowBlock &block);
   void ReadFormulas(const std::vector<Column *> &columns, RowBlock &block);

   const TreeSession &fSession;
   std::vector<Column> fColumns;
   bool fForceFormula;
   Long64_t fOffset = 0;
   std::vector<double> fScratch;
};

/// Stores one value in its place of a row.
void StoreValue(const ColumnSpec &spec, Int_t element, Long64_t row, Double_t value, RowBlock &block);

/// Throws Error (kData): an expression has the wrong number of values in an entry.
[[noreturn]] void FailOnLength(const ColumnSpec &spec, Int_t found, Long64_t entry, const TreeSession &session);

} // namespace Internal
} // namespace TorchMVA

#endif
