#ifndef TORCHMVA_EVALUATE_MULTICLASS_HXX
#define TORCHMVA_EVALUATE_MULTICLASS_HXX

#include "TMatrixD.h"
#include "TorchMVA/Core/Matrix.hxx"
#include "TorchMVA/Evaluate/ScoredSample.hxx"

#include <vector>

namespace TorchMVA {

/// Responses of a multiclass method: events x classes, row-major, with weights (null = 1) and true classes.
struct MulticlassSample {
   MatrixView<const float> fResponses;
   const float *fWeights = nullptr;
   const int *fClasses = nullptr;

   UInt_t NClasses() const { return static_cast<UInt_t>(fResponses.fColumns); }
   /// Response column `cls` of all events.
   ScoredSample Column(UInt_t cls) const
   {
      return {fResponses.fData + cls, fResponses.fRows, fResponses.fColumns, fWeights, fClasses};
   }
};

/// One class as signal, all others as background, response = the class's own column. NaN where it is undefined
/// because the sample has no events (no positive sum of weights) on one side.
struct OneVsRestMetrics {
   double fROCIntegral = 0;
   double fEff01 = 0; ///< signal efficiency at background efficiency 0.01, unbinned
   double fEff10 = 0;
   double fEff30 = 0;
   double fROCIntegralErr = 0; ///< see ROCCurve::GetROCIntegralError
};

/// One entry per class. Throws Error (kData) for responses or weights that are not finite, and (kArgument) for a class
/// number outside the columns. O(classes n), thread safe.
std::vector<OneVsRestMetrics> EvaluateOneVsRest(const MulticlassSample &sample);

/// A cut "response of the class > fCut" with its efficiency for the class and the share of the class behind it.
struct BestCut {
   double fCut = 0;
   double fEfficiency = 0;
   double fPurity = 0;
};
/// For each class the cut on its own response with the largest efficiency x purity; NaN for a class without events.
/// Errors as EvaluateOneVsRest.
std::vector<BestCut> ComputeBestCuts(const MulticlassSample &sample);

/// Signal efficiency of class `row` at the given efficiency of class `column`, from the row class's response on
/// events of these two classes only. The diagonal, and pairs without events, are NaN. Errors as EvaluateOneVsRest.
TMatrixD ComputeConfusionMatrix(const MulticlassSample &sample, double backgroundEfficiency);

/// Background efficiencies of the three matrices that are printed.
constexpr double kConfusionEfficiencies[3] = {0.01, 0.10, 0.30};

/// All figures of one method on one sample.
struct MulticlassMetrics {
   std::vector<OneVsRestMetrics> fClasses;
   std::vector<TMatrixD> fConfusion; ///< one per kConfusionEfficiencies
};
MulticlassMetrics EvaluateMulticlass(const MulticlassSample &sample);

} // namespace TorchMVA

#endif
