#ifndef TORCHMVA_DATA_FRAMEROW_HXX
#define TORCHMVA_DATA_FRAMEROW_HXX

#include "Columns.hxx"
#include "ROOT/RDF/RInterface.hxx"
#include "ROOT/RVec.hxx"
#include "WholeNumbers.hxx"

#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

class FrameExpressions;

/// The expressions of a data set defined on a node of a data frame: one column holds all that an entry gives.
///
/// A row is, for each expression, its number of values and these; a number that is no collection says kScalar. It is
/// the one type by which code compiled here can read columns of types that are known at run time only.
struct FrameRow {
   static constexpr double kScalar = -1;

   /// Throws Error (kExpression) that names the expression and `place`, such as "data frame of class 'Signal'".
   FrameRow(const ROOT::RDF::RNode &frame, const std::vector<ColumnSpec> &columns, const std::string &cut,
            const std::string &place, EMissing missing = EMissing::kNoEvent);

   ROOT::RDF::RNode fNode;       ///< after the cut, unless its number of values is that of a collection
   ROOT::RDF::RNode fCandidates; ///< before the cut
   std::string fColumn;          ///< the column of rows, an RVec<double>
   std::string fSizeColumn;      ///< events of an entry before cuts (double); empty: one
   bool fHasCut = false;         ///< the last expression of the row is the cut
   std::vector<std::shared_ptr<WholeNumbersOfFrame>> fWholeNumbers; ///< what was found, after the event loop

private:
   std::shared_ptr<WholeNumbersOfFrame> Watch(const FrameExpressions &expressions);
   void DefineSize(const std::vector<ColumnSpec> &columns, const std::string &place);
};

} // namespace Internal
} // namespace TorchMVA

#endif
