#include "TorchMVA/Evaluate/Multiclass.hxx"

#include "Evaluate/ResponseCheck.hxx"
#include "Evaluate/SortedResponses.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Evaluate/ROCCurve.hxx"

#include <cmath>
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

OneVsRestMetrics OneVsRest(const Internal::SortedResponses &column, int cls, const std::vector<double> &sums)
{
   double rest = 0;
   for (std::size_t c = 0; c < sums.size(); ++c)
      rest += static_cast<int>(c) == cls ? 0 : sums[c];
   if (!(sums[cls] > 0) || !(rest > 0))
      return {kUndefined, kUndefined, kUndefined, kUndefined, kUndefined};
   const ROCCurve curve(column, cls);
   return {curve.GetROCIntegral(), curve.GetEffSForEffB(0.01), curve.GetEffSForEffB(0.10), curve.GetEffSForEffB(0.30),
           curve.GetROCIntegralError()};
}

/// Row `row` of the matrices for several background efficiencies: each curve is made once.
void FillConfusionRow(const Internal::SortedResponses &responses, int row, const std::vector<double> &sums,
                      const std::vector<double> &efficiencies, std::vector<TMatrixD> &matrices)
{
   for (int column = 0; column < static_cast<int>(sums.size()); ++column) {
      const bool defined = row != column && sums[row] > 0 && sums[column] > 0;
      if (!defined) {
         for (TMatrixD &m : matrices)
            m(row, column) = kUndefined;
         continue;
      }
      const ROCCurve curve(responses, row, column);
      for (std::size_t k = 0; k < efficiencies.size(); ++k)
         matrices[k](row, column) = curve.GetEffSForEffB(efficiencies[k]);
   }
}

MulticlassMetrics Evaluate(const MulticlassSample &sample, const std::vector<double> &efficiencies)
{
   const std::vector<double> sums = SumWeights(sample);
   const int n = static_cast<int>(sums.size());
   MulticlassMetrics metrics;
   metrics.fConfusion.assign(efficiencies.size(), TMatrixD(n, n));
   for (int cls = 0; cls < n; ++cls) {
      const Internal::SortedResponses column(sample.Column(cls));
      metrics.fClasses.push_back(OneVsRest(column, cls, sums));
      FillConfusionRow(column, cls, sums, efficiencies, metrics.fConfusion);
   }
   return metrics;
}

BestCut FindBestCut(const Internal::SortedResponses &column, int cls, const std::vector<double> &sums)
{
   if (!(sums[cls] > 0))
      return {kUndefined, kUndefined, kUndefined};
   const auto &events = column.fEvents;
   BestCut best{0, 0, 0};
   double own = 0, all = 0;
   for (std::size_t i = events.size(); i-- > 0;) {
      all += events[i].fWeight;
      own += events[i].fClass == cls ? events[i].fWeight : 0;
      const double below = i > 0 ? events[i - 1].Response() : std::nextafter(events[i].Response(), -1e38F);
      if (below == events[i].Response()) // passes together with the next
         continue;
      const BestCut cut{below, own / sums[cls], all > 0 ? own / all : 0};
      if (cut.fEfficiency * cut.fPurity > best.fEfficiency * best.fPurity)
         best = cut;
   }
   return best;
}
} // namespace

std::vector<OneVsRestMetrics> EvaluateOneVsRest(const MulticlassSample &sample)
{
   const std::vector<double> sums = SumWeights(sample);
   std::vector<OneVsRestMetrics> metrics;
   for (int cls = 0; cls < static_cast<int>(sums.size()); ++cls)
      metrics.push_back(OneVsRest(Internal::SortedResponses(sample.Column(cls)), cls, sums));
   return metrics;
}

TMatrixD ComputeConfusionMatrix(const MulticlassSample &sample, double backgroundEfficiency)
{
   return Evaluate(sample, {backgroundEfficiency}).fConfusion.front();
}

MulticlassMetrics EvaluateMulticlass(const MulticlassSample &sample)
{
   return Evaluate(sample, {std::begin(kConfusionEfficiencies), std::end(kConfusionEfficiencies)});
}

std::vector<BestCut> ComputeBestCuts(const MulticlassSample &sample)
{
   const std::vector<double> sums = SumWeights(sample);
   std::vector<BestCut> cuts;
   for (int cls = 0; cls < static_cast<int>(sums.size()); ++cls)
      cuts.push_back(FindBestCut(Internal::SortedResponses(sample.Column(cls)), cls, sums));
   return cuts;
}

} // namespace TorchMVA
