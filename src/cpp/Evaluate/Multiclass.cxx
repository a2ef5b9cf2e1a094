#include "TorchMVA/Evaluate/Multiclass.hxx"

#include "Evaluate/ResponseCheck.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Evaluate/ROCCurve.hxx"

#include <limits>
#include <string>

namespace TorchMVA {

namespace {
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// Checks all values once, and returns the sum of weights of each class.
std::vector<double> SumWeights(const MulticlassSample &sample)
{
   const int nClasses = static_cast<int>(sample.NClasses());
   std::vector<double> sums(nClasses, 0.0);
   for (Long64_t i = 0; i < sample.fResponses.fRows; ++i) {
      const int cls = sample.fClasses[i];
      if (cls < 0 || cls >= nClasses)
         throw Error(EErrorCode::kArgument,
                     "expected class numbers from 0 to " + std::to_string(nClasses - 1) + ", found " +
                        std::to_string(cls),
                     {{"event", std::to_string(i)}});
      const double w = sample.fWeights ? sample.fWeights[i] : 1.0;
      Internal::RequireFinite(w, "weight", i);
      for (int c = 0; c < nClasses; ++c)
         Internal::RequireFinite(sample.fResponses(i, c), "response", i);
      sums[cls] += w;
   }
   return sums;
}

std::vector<OneVsRestMetrics> OneVsRest(const MulticlassSample &sample, const std::vector<double> &sums)
{
   double total = 0;
   for (double sum : sums)
      total += sum;
   std::vector<OneVsRestMetrics> metrics;
   for (UInt_t cls = 0; cls < sample.NClasses(); ++cls) {
      if (!(sums[cls] > 0) || !(total - sums[cls] > 0)) {
         metrics.push_back({kUndefined, kUndefined, kUndefined, kUndefined});
         continue;
      }
      const ROCCurve curve(sample.Column(cls), static_cast<int>(cls));
      metrics.push_back(
         {curve.GetROCIntegral(), curve.GetEffSForEffB(0.01), curve.GetEffSForEffB(0.10), curve.GetEffSForEffB(0.30)});
   }
   return metrics;
}

/// The matrices for several background efficiencies: each curve is made once.
std::vector<TMatrixD> Confusion(const MulticlassSample &sample, const std::vector<double> &sums,
                                const std::vector<double> &efficiencies)
{
   const int n = static_cast<int>(sample.NClasses());
   std::vector<TMatrixD> matrices(efficiencies.size(), TMatrixD(n, n));
   for (int row = 0; row < n; ++row) {
      for (int column = 0; column < n; ++column) {
         const bool defined = row != column && sums[row] > 0 && sums[column] > 0;
         if (!defined) {
            for (TMatrixD &m : matrices)
               m(row, column) = kUndefined;
            continue;
         }
         const ROCCurve curve(sample.Column(row), row, column);
         for (std::size_t k = 0; k < efficiencies.size(); ++k)
            matrices[k](row, column) = curve.GetEffSForEffB(efficiencies[k]);
      }
   }
   return matrices;
}
} // namespace

std::vector<OneVsRestMetrics> EvaluateOneVsRest(const MulticlassSample &sample)
{
   return OneVsRest(sample, SumWeights(sample));
}

TMatrixD ComputeConfusionMatrix(const MulticlassSample &sample, double backgroundEfficiency)
{
   return Confusion(sample, SumWeights(sample), {backgroundEfficiency}).front();
}

MulticlassMetrics EvaluateMulticlass(const MulticlassSample &sample)
{
   const std::vector<double> sums = SumWeights(sample);
   return {OneVsRest(sample, sums),
           Confusion(sample, sums, {std::begin(kConfusionEfficiencies), std::end(kConfusionEfficiencies)})};
}

} // namespace TorchMVA
