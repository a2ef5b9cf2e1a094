#include "TorchMVA/Evaluate/ROCCurve.hxx"

#include "TGraph.h"
#include "Evaluate/ResponseCheck.hxx"
#include "Evaluate/SortedResponses.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace TorchMVA {

namespace {
/// Vertices beyond this number are not worth drawing.
constexpr std::size_t kMaxGraphPoints = 10000;

void RequireSameLength(std::size_t expected, std::size_t found, const char *what)
{
   if (expected != found)
      throw Error(EErrorCode::kArgument, "expected " + std::to_string(expected) + " " + what +
                                            ", one per response, found " + std::to_string(found));
}

constexpr int kSignal = 1, kBackground = 0;

Internal::SortedResponses Sorted(const std::vector<Float_t> &values, const std::vector<Float_t> &weights,
                                 const std::vector<int> &classes)
{
   return Internal::SortedResponses(
      {values.data(), static_cast<Long64_t>(values.size()), 1, weights.data(), classes.data()});
}

/// Sums over the events of one class.
struct ClassWeights {
   std::size_t fN = 0;
   double fSum = 0, fSquares = 0;
   void Add(double weight)
   {
      ++fN;
      fSum += weight;
      fSquares += weight * weight;
   }
   /// Variance of a weighted mean whose squared deviations, each times its squared weight, sum to `deviations`.
   double VarianceOfMean(double deviations) const
   {
      const double n = fSum * fSum / fSquares; // effective number
      return n > 1 + 1e-9 ? n / (n - 1) * deviations / (fSum * fSum) : std::numeric_limits<double>::quiet_NaN();
   }
};

/// Mean of a curve before and at vertex i: an event counts half of those with its own response.
double Middle(const std::vector<double> &curve, std::size_t i)
{
   return 0.5 * (curve[i - 1] + curve[i]);
}

/// Vertices on which the curve turns; the others lie on a horizontal or vertical run.
std::vector<std::size_t> Corners(const std::vector<double> &x, const std::vector<double> &y)
{
   std::vector<std::size_t> corners;
   for (std::size_t i = 0; i < x.size(); ++i) {
      const bool inside = i > 0 && i + 1 < x.size();
      if (inside && ((x[i - 1] == x[i] && x[i] == x[i + 1]) || (y[i - 1] == y[i] && y[i] == y[i + 1])))
         continue;
      corners.push_back(i);
   }
   return corners;
}
} // namespace

ROCCurve::ROCCurve(const std::vector<Float_t> &mvaValues, const std::vector<Bool_t> &mvaTargets)
   : ROCCurve(mvaValues, mvaTargets, std::vector<Float_t>(mvaValues.size(), 1.F))
{
}

ROCCurve::ROCCurve(const std::vector<Float_t> &mvaValues, const std::vector<Bool_t> &mvaTargets,
                   const std::vector<Float_t> &mvaWeights)
{
   RequireSameLength(mvaValues.size(), mvaTargets.size(), "targets");
   RequireSameLength(mvaValues.size(), mvaWeights.size(), "weights");
   std::vector<int> classes(mvaTargets.size());
   for (std::size_t i = 0; i < classes.size(); ++i)
      classes[i] = mvaTargets[i] ? kSignal : kBackground;
   Build(Sorted(mvaValues, mvaWeights, classes), kSignal, kBackground);
}

ROCCurve::ROCCurve(const std::vector<Float_t> &mvaSignal, const std::vector<Float_t> &mvaBackground)
   : ROCCurve(mvaSignal, mvaBackground, std::vector<Float_t>(mvaSignal.size(), 1.F),
              std::vector<Float_t>(mvaBackground.size(), 1.F))
{
}

ROCCurve::ROCCurve(const std::vector<Float_t> &mvaSignal, const std::vector<Float_t> &mvaBackground,
                   const std::vector<Float_t> &mvaSignalWeights, const std::vector<Float_t> &mvaBackgroundWeights)
{
   RequireSameLength(mvaSignal.size(), mvaSignalWeights.size(), "signal weights");
   RequireSameLength(mvaBackground.size(), mvaBackgroundWeights.size(), "background weights");
   std::vector<Float_t> values = mvaSignal, weights = mvaSignalWeights;
   values.insert(values.end(), mvaBackground.begin(), mvaBackground.end());
   weights.insert(weights.end(), mvaBackgroundWeights.begin(), mvaBackgroundWeights.end());
   std::vector<int> classes(mvaSignal.size(), kSignal);
   classes.resize(values.size(), kBackground);
   Build(Sorted(values, weights, classes), kSignal, kBackground);
}

ROCCurve::ROCCurve(const ScoredSample &sample, int signalClass, int backgroundClass)
   : ROCCurve(Internal::SortedResponses(sample), signalClass, backgroundClass)
{
}

ROCCurve::ROCCurve(const Internal::SortedResponses &sorted, int signalClass, int backgroundClass)
{
   Build(sorted, signalClass, backgroundClass);
}

void ROCCurve::Build(const Internal::SortedResponses &sorted, int signalClass, int backgroundClass)
{
   const auto isBackground = [=](int cls) {
      return cls != signalClass && (backgroundClass < 0 || cls == backgroundClass);
   };
   ClassWeights signal, background;
   for (const Internal::SortedEvent &event : sorted.fEvents)
      if (event.fClass == signalClass)
         signal.Add(event.fWeight);
      else if (isBackground(event.fClass))
         background.Add(event.fWeight);
   Internal::RequirePositiveSum(signal.fSum, "signal");
   Internal::RequirePositiveSum(background.fSum, "background");

   const std::size_t n = signal.fN + background.fN;
   std::vector<std::pair<double, double>> squares; // of signal and background weights at each vertex
   fCuts.reserve(n + 1);
   fSensitivity.reserve(n + 1);
   fSpecificity.reserve(n + 1);
   squares.reserve(n + 1);
   fCuts.push_back(-std::numeric_limits<float>::infinity());
   fSensitivity.push_back(1);
   fSpecificity.push_back(0);
   squares.emplace_back(0, 0);
   double belowS = 0, belowB = 0;
   for (const Internal::SortedEvent &event : sorted.fEvents) {
      const bool isSignal = event.fClass == signalClass;
      if (!isSignal && !isBackground(event.fClass))
         continue;
      const float response = event.Response();
      if (response != fCuts.back()) { // a new vertex
         fCuts.push_back(response);
         fSensitivity.push_back(0);
         fSpecificity.push_back(0);
         squares.emplace_back(0, 0);
      }
      (isSignal ? belowS : belowB) += event.fWeight;
      (isSignal ? squares.back().first : squares.back().second) += static_cast<double>(event.fWeight) * event.fWeight;
      fSensitivity.back() = 1 - belowS / signal.fSum;
      fSpecificity.back() = belowB / background.fSum;
   }
   // exact ends, whatever the rounding of the sums
   fSensitivity.back() = 0;
   fSpecificity.back() = 1;
   for (std::size_t i = 1; i < fCuts.size(); ++i)
      fIntegral += Middle(fSensitivity, i) * (fSpecificity[i] - fSpecificity[i - 1]);
   double deviationS = 0, deviationB = 0;
   for (std::size_t i = 1; i < fCuts.size(); ++i) {
      deviationS += squares[i].first * std::pow(Middle(fSpecificity, i) - fIntegral, 2);
      deviationB += squares[i].second * std::pow(Middle(fSensitivity, i) - fIntegral, 2);
   }
   fIntegralError = std::sqrt(signal.VarianceOfMean(deviationS) + background.VarianceOfMean(deviationB));
}

Double_t ROCCurve::GetROCIntegral(UInt_t) const
{
   return fIntegral;
}

TGraph *ROCCurve::GetROCCurve(UInt_t points) const
{
   const std::vector<std::size_t> corners = Corners(fSensitivity, fSpecificity);
   const std::size_t nMax = std::max<std::size_t>(points, kMaxGraphPoints);
   const std::size_t n = std::min(corners.size(), nMax);
   auto graph = std::make_unique<TGraph>(static_cast<Int_t>(n));
   for (std::size_t i = 0; i < n; ++i) {
      // from the tightest cut, so that x rises
      const std::size_t j = corners[(corners.size() - 1) - i * (corners.size() - 1) / (n - 1)];
      graph->SetPoint(static_cast<Int_t>(i), fSensitivity[j], fSpecificity[j]);
   }
   return graph.release();
}

Double_t ROCCurve::GetEffSForEffB(Double_t effB, UInt_t) const
{
   if (!(effB >= 0 && effB <= 1))
      throw Error(EErrorCode::kArgument,
                  "expected a background efficiency between 0 and 1, found " + std::to_string(effB));
   // from the loosest cut: the first vertex that reaches the rejection has the largest signal efficiency
   const double rejection = 1 - effB;
   std::size_t i = 0;
   while (i + 1 < fSpecificity.size() && fSpecificity[i] < rejection)
      ++i;
   if (i == 0 || fSpecificity[i] == fSpecificity[i - 1])
      return fSensitivity[i];
   const double t = (rejection - fSpecificity[i - 1]) / (fSpecificity[i] - fSpecificity[i - 1]);
   return fSensitivity[i - 1] + t * (fSensitivity[i] - fSensitivity[i - 1]);
}

} // namespace TorchMVA
