#ifndef TORCHMVA_DATA_FORMULAPARTS_HXX
#define TORCHMVA_DATA_FORMULAPARTS_HXX

#include "TObjArray.h"
#include "TTreeFormula.h"

#include <algorithm>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Gives access to protected members of TTreeFormula.
class FormulaParts : public TTreeFormula {
public:
   using Parts_t = std::vector<TTreeFormula *>;

   /// The formulas that a formula consists of: its aliases, the arguments of functions such as Sum$, and indices.
   static Parts_t Of(const TTreeFormula &formula)
   {
      Parts_t parts = IndicesOf(formula);
      const Parts_t others = ArgumentsOf(formula);
      parts.insert(parts.end(), others.begin(), others.end());
      return parts;
   }

   /// TTreeFormula looks for a leaf of each name, also of Sum$ and the like, behind the end of its list of leaves.
   static void MakeRoomForLeaves(TTreeFormula &formula)
   {
      TObjArray &leaves = formula.*(&FormulaParts::fLeaves);
      if (leaves.GetSize() < formula.GetNcodes())
         leaves.Expand(formula.GetNcodes());
      for (TTreeFormula *part : Of(formula))
         MakeRoomForLeaves(*part);
   }

   /// Its own leaves, not those of its parts.
   static const TObjArray &LeavesOf(const TTreeFormula &formula) { return formula.*(&FormulaParts::fLeaves); }

   /// True if a formula has a value for each element of a collection: one without an index is in it.
   static bool HasElements(const TTreeFormula &formula)
   {
      const auto &dimensions = formula.*(&FormulaParts::fNdimensions);
      const auto &indices = formula.*(&FormulaParts::fIndexes);
      for (Int_t i = 0; i < formula.GetNcodes(); ++i) {
         if (std::find(indices[i], indices[i] + dimensions[i], -1) != indices[i] + dimensions[i])
            return true;
      }
      Parts_t parts = IndicesOf(formula);
      for (TTreeFormula *part : ArgumentsOf(formula)) {
         if (part->GetManager() == formula.GetManager()) // those of Sum$ have managers of their own
            parts.push_back(part);
      }
      return std::any_of(parts.begin(), parts.end(), [](const auto *part) { return HasElements(*part); });
   }

private:
   /// Also aliases.
   static Parts_t ArgumentsOf(const TTreeFormula &formula)
   {
      Parts_t parts;
      for (TObject *part : formula.*(&FormulaParts::fAliases)) {
         if (auto *other = dynamic_cast<TTreeFormula *>(part))
            parts.push_back(other);
      }
      return parts;
   }

   static Parts_t IndicesOf(const TTreeFormula &formula)
   {
      Parts_t parts;
      const auto &indices = formula.*(&FormulaParts::fVarIndexes);
      for (Int_t i = 0; i < formula.GetNcodes(); ++i) {
         for (TTreeFormula *index : indices[i]) {
            if (index)
               parts.push_back(index);
         }
      }
      return parts;
   }
};

} // namespace Internal
} // namespace TorchMVA

#endif
