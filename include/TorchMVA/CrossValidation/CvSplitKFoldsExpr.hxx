#ifndef TORCHMVA_CROSSVALIDATION_CVSPLITKFOLDSEXPR_HXX
#define TORCHMVA_CROSSVALIDATION_CVSPLITKFOLDSEXPR_HXX

#include "TString.h"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {

namespace Internal {
class Program;
}

/// A formula that says which fold an event belongs to, such as "int(fabs([eventID]))%int([NumFolds])".
///
/// Names in brackets are spectators (label, expression or internal name), NumFolds and numFolds the number of folds. The
/// value is rounded. docs/expressions.md describes the formula; nothing is compiled. Thread safe.
class CvSplitKFoldsExpr {
public:
   /// Throws Error (kExpression) if the formula cannot be evaluated, or a name in brackets is no spectator.
   CvSplitKFoldsExpr(const DataSetInfo &info, const TString &expression);
   ~CvSplitKFoldsExpr();

   /// Fold, from 0, of an event with these spectators, in the order of the data set. Throws Error (kData) if the value
   /// is not one of 0 to numFolds - 1.
   UInt_t Eval(UInt_t numFolds, const double *spectators) const;

private:
   std::string fExpression;
   std::unique_ptr<const Internal::Program> fProgram;
   std::vector<int> fSpectators; ///< per parameter: number of the spectator, -1: number of folds
   std::vector<std::string> fNames;
};

} // namespace TorchMVA

#endif
