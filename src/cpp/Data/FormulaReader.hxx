#ifndef TORCHMVA_DATA_FORMULAREADER_HXX
#define TORCHMVA_DATA_FORMULAREADER_HXX

#include "RtypesCore.h"
#include "TTreeFormula.h"
#include "TreeSession.hxx"

#include <limits>
#include <memory>
#include <string>

namespace TorchMVA {
namespace Internal {

/// One expression evaluated on a tree by ROOT's TTreeFormula, whose semantics users rely on (docs/expressions.md). The
/// tree must be at the entry (LoadTree) before a value is asked for.
class FormulaReader {
public:
   /// Throws Error (kExpression) that names expression, tree, file and the nearest branches. `what` says what the
   /// expression is for, e.g. "variable".
   FormulaReader(const TreeSession &session, const std::string &expression, const std::string &what);

   const TTreeFormula &Formula() const { return *fFormula; }
   /// True if the number of values can be other than one.
   bool IsArray() const { return fGuard || fFormula->GetMultiplicity() != 0; }
   /// Number of values in this entry, 0 if one of them needs an element that does not exist; loads the branches.
   Int_t Size()
   {
      if (fIsConditional)
         LoadBranches();
      fIsMissing = IsMissing();
      return fSize = fIsMissing ? 0 : fFormula->GetNdata();
   }
   /// Value of a formula that has one; loads the branches.
   Double_t Value()
   {
      Size();
      return Value(0);
   }
   /// Value `i` after Size(); NaN if that needs an element, or an entry of a friend, that does not exist.
   Double_t Value(Int_t i)
   {
      // TTreeFormula reads any memory for a collection beside an element that does not exist
      const bool isNothing = fIsMissing || (fSize == 0 && fHasElements);
      return isNothing ? std::numeric_limits<Double_t>::quiet_NaN() : fFormula->EvalInstance(i);
   }
   /// True if some value of this entry is NaN or infinite; loads the branches.
   bool HasNonFinite();
   /// To be called after a chain moved to another file.
   void Update();

private:
   FormulaReader() = default;
   /// False if TTreeFormula does not understand the text.
   bool Compile(TTree &tree, const std::string &text);
   /// TTreeFormula reads a branch where it first occurs. If that is the part of `a ? b : c` that an entry does not
   /// need, other places get the value of another entry.
   void LoadBranches();
   /// True if the formula would read an element that does not exist.
   bool IsMissing();

   std::unique_ptr<TTreeFormula> fFormula;
   std::unique_ptr<FormulaReader> fGuard; ///< not 0 where the elements exist; empty if they always do
   bool fIsConditional = false;
   bool fHasElements = false;
   bool fIsMissing = false; ///< in the present entry
   Int_t fSize = 0;         ///< of the present entry
};

/// Throws ExpressionProblem if the expression calls a method that may change its object.
void RequireConstMethods(TTree &tree, const std::string &expression);

} // namespace Internal
} // namespace TorchMVA

#endif
