#ifndef TORCHMVA_DATA_ENTRYSELECTOR_HXX
#define TORCHMVA_DATA_ENTRYSELECTOR_HXX

#include "Core/RootErrors.hxx"
#include "EventSource.hxx"
#include "FormulaReader.hxx"
#include "ShortFriends.hxx"
#include "TreeSession.hxx"

#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The formulas that decide how many events an entry is: variables that need not have one value, and the cut.
class EntrySelector {
public:
   /// `offset`: entry where the present subtree begins.
   EntrySelector(const TreeSession &session, const std::vector<ColumnSpec> &columns, const std::string &cut,
                 EMissing missing, Long64_t offset);

   /// False if every entry is one event that passes.
   bool IsNeeded() const { return !fArrays.empty() || fCut; }
   /// To be called when the tree or a friend has moved to another file; `offset` as above.
   void Update(Long64_t offset);
   /// Events in this entry before cuts; loads the entry's branches. Throws Error (kData, kTree).
   Int_t Size(Long64_t entry);
   /// Whether an event of the entry passes the cut, after Size(). Throws Error (kData).
   bool Passes(Int_t instance, Long64_t entry);
   /// What had no value in entries that were asked for.
   std::vector<MissingValues> Missing() const;

private:
   struct Part {
      std::unique_ptr<FormulaReader> fFormula;
      std::string fExpression;
      MissingValues fMissing;
   };

   /// Number of values; 1 for a formula that reads none of an empty collection, as in `n > 0 ? v[0] : -1`.
   Int_t SizeOf(Part &part, Long64_t entry) const;

   const TreeSession &fSession;
   EMissing fMode;
   std::vector<Part> fArrays;
   std::unique_ptr<Part> fCut;
   Int_t fCutSize = 1;
   ShortFriends fFriends;
   RootErrorWatch fErrors;
};

} // namespace Internal
} // namespace TorchMVA

#endif
