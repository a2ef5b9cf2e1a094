#ifndef TORCHMVA_DATA_FORMULAPARTS_HXX
#define TORCHMVA_DATA_FORMULAPARTS_HXX

#include "TObjArray.h"
#include "TTreeFormula.h"

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
};

} // namespace Internal
} // namespace TorchMVA

#endif
