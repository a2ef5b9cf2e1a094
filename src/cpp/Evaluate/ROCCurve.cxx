#include "TorchMVA/Evaluate/ROCCurve.hxx"

#include "TGraph.h"
#include "Evaluate/ResponseCheck.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

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
   std::vector<Entry> entries;
   entries.reserve(mvaValues.size());
   for (std::size_t i = 0; i < mvaValues.size(); ++i)
      entries.push_back({mvaValues[i], mvaWeights[i], mvaTargets[i]});
   Build(std::move(entries));
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
   std::vector<Entry> entries;
   entries.reserve(mvaSignal.size() + mvaBackground.size());
   for (std::size_t i = 0; i < mvaSignal.size(); ++i)
      entries.push_back({mvaSignal[i], mvaSignalWeights[i], true});
   for (std::size_t i = 0; i < mvaBackground.size(); ++i)
      entries.push_back({mvaBackground[i], mvaBackgroundWeights[i], false});
   Build(std::move(entries));
}

ROCCurve::ROCCurve(const ScoredSample &sample, int signalClass, int backgroundClass)
{
   std::vector<Entry> entries;
   entries.reserve(sample.fN);
   for (Long64_t i = 0; i < sample.fN; ++i) {
      const int cls = sample.Class(i);
      if (cls == signalClass || backgroundClass < 0 || cls == backgroundClass)
         entries.push_back({sample.Response(i), static_cast<float>(sample.Weight(i)), cls == signalClass});
   }
   Build(std::move(entries));
}

void ROCCurve::Build(std::vector<Entry> entries)
{
   double sumS = 0, sumB = 0;
   for (std::size_t i = 0; i < entries.size(); ++i) {
      Internal::RequireFinite(entries[i].fResponse, "response", i);
      Internal::RequireFinite(entries[i].fWeight, "weight", i);
      (entries[i].fIsSignal ? sumS : sumB) += entries[i].fWeight;
   }
   Internal::RequirePositiveSum(sumS, "signal");
   Internal::RequirePositiveSum(sumB, "background");
   std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) { return a.fResponse < b.fResponse; });

   fCuts.push_back(-std::numeric_limits<float>::infinity());
   fSensitivity.push_back(1);
   fSpecificity.push_back(0);
   double belowS = 0, belowB = 0;
   for (std::size_t i = 0; i < entries.size();) {
      const float response = entries[i].fResponse;
      for (; i < entries.size() && entries[i].fResponse == response; ++i)
         (entries[i].fIsSignal ? belowS : belowB) += entries[i].fWeight;
      fCuts.push_back(response);
      fSensitivity.push_back(1 - belowS / sumS);
      fSpecificity.push_back(belowB / sumB);
   }
   // exact ends, whatever the rounding of the sums
   fSensitivity.back() = 0;
   fSpecificity.back() = 1;
}

Double_t ROCCurve::GetROCIntegral(UInt_t) const
{
   double area = 0;
   for (std::size_t i = 1; i < fSensitivity.size(); ++i)
      area += 0.5 * (fSensitivity[i] + fSensitivity[i - 1]) * (fSpecificity[i] - fSpecificity[i - 1]);
   return area;
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
