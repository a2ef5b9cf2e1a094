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
   /// The formulas that a formula consists of: its aliases, the arguments of functions such as Sum$, and indices.
   static std::vector<const TTreeFormula *> Of(const TTreeFormula &formula)
   {
      std::vector<const TTreeFormula *> parts;
      for (const TObject *part : formula.*(&FormulaParts::fAliases)) {
         if (const auto *other = dynamic_cast<const TTreeFormula *>(part))
            parts.push_back(other);
      }
      const auto &indices = formula.*(&FormulaParts::fVarIndexes);
      for (Int_t i = 0; i < formula.GetNcodes(); ++i) {
         for (const TTreeFormula *index : indices[i]) {
            if (index)
               parts.push_back(index);
         }
      }
      return parts;
   }

   /// True if a formula has a value for each element of a collection: one without an index is in it.
   static bool HasElements(const TTreeFormula &formula)
   {
      const auto &dimensions = formula.*(&FormulaParts::fNdimensions);
      const auto &indices = formula.*(&FormulaParts::fIndexes);
      for (Int_t i = 0; i < formula.GetNcodes(); ++i) {
         if (std::find(indices[i], indices[i] + dimensions[i], -1) != indices[i] + dimensions[i])
            return true;
      }
      const auto parts = Of(formula); // those of Sum$ have managers of their own
      return std::any_of(parts.begin(), parts.end(), [&](const TTreeFormula *part) {
         return part->GetManager() == formula.GetManager() && HasElements(*part);
      });
   }
};

} // namespace Internal
} // namespace TorchMVA

#endif
