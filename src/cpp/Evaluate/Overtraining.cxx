#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Evaluate/Classification.hxx"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>

namespace TorchMVA {

namespace {
constexpr int kExperiments = 1000;
constexpr unsigned kToySeed = 4357;

double Sum(const std::vector<double> &v)
{
   return std::accumulate(v.begin(), v.end(), 0.0);
}

/// Largest distance of the cumulative distributions of two histograms with sums `sumA`, `sumB`.
template <typename T>
double Distance(const std::vector<T> &a, T sumA, const std::vector<T> &b, T sumB)
{
   double cumA = 0, cumB = 0, distance = 0;
   for (std::size_t i = 0; i < a.size(); ++i) {
      cumA += static_cast<double>(a[i]);
      cumB += static_cast<double>(b[i]);
      distance = std::max(distance, std::abs(cumA / static_cast<double>(sumA) - cumB / static_cast<double>(sumB)));
   }
   return distance;
}

/// `n` events over the bins with the given probabilities: a multinomial draw, bin by bin.
void Draw(std::mt19937_64 &random, const std::vector<double> &probabilities, long n, std::vector<long> &counts)
{
   double left = 1;
   for (std::size_t i = 0; i < probabilities.size(); ++i) {
      const double p = left > 0 ? std::clamp(probabilities[i] / left, 0.0, 1.0) : 0.0;
      const bool last = i + 1 == probabilities.size();
      counts[i] = last ? n : (n > 0 ? std::binomial_distribution<long>(n, p)(random) : 0);
      n -= counts[i];
      left -= probabilities[i];
   }
}
} // namespace

double KolmogorovProbability(const std::vector<double> &first, const std::vector<double> &firstSumw2,
                             const std::vector<double> &second, const std::vector<double> &secondSumw2)
{
   if (first.size() != second.size() || first.size() != firstSumw2.size() || first.size() != secondSumw2.size())
      throw Error(EErrorCode::kArgument, "expected two histograms with equal bins and errors, found " +
                                            std::to_string(first.size()) + " and " + std::to_string(second.size()) +
                                            " bins");
   const double sum1 = Sum(first), sum2 = Sum(second);
   if (!(sum1 > 0) || !(sum2 > 0))
      return -1;
   // effective numbers of unweighted events
   const long n1 = static_cast<long>(sum1 * sum1 / Sum(firstSumw2));
   const long n2 = static_cast<long>(sum2 * sum2 / Sum(secondSumw2));
   if (n1 < 1 || n2 < 1)
      return -1;
   const double observed = Distance(first, sum1, second, sum2);

   std::vector<double> probabilities(first.size());
   double total = 0;
   for (std::size_t i = 0; i < first.size(); ++i)
      total += probabilities[i] = std::max(0.0, first[i]);
   for (double &p : probabilities)
      p /= total;
   std::mt19937_64 random(kToySeed);
   std::vector<long> toy1(first.size()), toy2(first.size());
   int larger = 0;
   for (int i = 0; i < kExperiments; ++i) {
      Draw(random, probabilities, n1, toy1);
      Draw(random, probabilities, n2, toy2);
      larger += Distance(toy1, n1, toy2, n2) > observed;
   }
   return static_cast<double>(larger) / kExperiments;
}

OvertrainingTest ComputeOvertraining(const ScoredSample &test, const ScoredSample &training, int signalClass, int bins)
{
   const ResponseStatistics range = ComputeResponseStatistics(test, signalClass);
   const ResponseHistograms h = FillResponseHistograms(test, signalClass, range, bins);
   const ResponseHistograms t = FillResponseHistograms(training, signalClass, range, bins);
   OvertrainingTest result;
   result.fSignal = KolmogorovProbability(h.fSignal, h.fSignalSumw2, t.fSignal, t.fSignalSumw2);
   result.fBackground = KolmogorovProbability(h.fBackground, h.fBackgroundSumw2, t.fBackground, t.fBackgroundSumw2);
   return result;
}

} // namespace TorchMVA
