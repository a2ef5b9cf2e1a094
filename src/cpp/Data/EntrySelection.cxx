#include "EntrySelection.hxx"

#include "TTree.h"

namespace TorchMVA {
namespace Internal {

std::vector<bool> SelectedEntries(TTree &tree)
{
   if (!tree.GetEntryList()) // SetEventList makes one, too
      return {};
   const Long64_t entries = tree.GetEntries();
   std::vector<bool> selected(entries, false);
   for (Long64_t i = 0; i < entries; ++i) {
      const Long64_t entry = tree.GetEntryNumber(i);
      if (entry < 0 || entry >= entries) // the end of the list
         break;
      selected[entry] = true;
   }
   return selected;
}

} // namespace Internal
} // namespace TorchMVA
