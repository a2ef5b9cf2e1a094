#include "CumulativeTable.hxx"

#include "TH1.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr int kTargetBins = 2000;
constexpr int kMinEventsPerBin = 10;
constexpr double kFirstBinWidth = 1e-4;

std::vector<float> ChooseEdges(const std::vector<WeightedValue> &sorted, float sum)
{
   float smallest = std::numeric_limits<float>::max();
   for (const WeightedValue &v : sorted)
      smallest = std::min(smallest, std::abs(v.fWeight));
   const float target = std::max(sum / kTargetBins, kMinEventsPerBin * smallest);
   const float first = sorted.front().fValue;
   float low = static_cast<float>(first - kFirstBinWidth);
   if (!(low < first)) // large numbers, of which 1e-4 is no part any more
      low = std::nextafter(first, -std::numeric_limits<float>::infinity());
   std::vector<float> edges = {low, first};
   float running = 0; // in single precision, as the sum that it is compared with
   for (const WeightedValue &v : sorted) {
      running += std::abs(v.fWeight);
      if (running >= target && v.fValue > edges.back()) {
         edges.push_back(v.fValue);
         running = 0;
      }
   }
   if (running > 0 && sorted.back().fValue > edges.back())
      edges.push_back(sorted.back().fValue);
   return edges;
}

/// Sum of weights in each bin; values at the last edge belong to no bin.
std::vector<double> FillBins(const std::vector<WeightedValue> &sorted, const std::vector<float> &edges)
{
   std::vector<double> content(edges.size() - 1, 0.0);
   std::size_t bin = 0;
   for (const WeightedValue &v : sorted) {
      while (bin < content.size() && v.fValue >= edges[bin + 1])
         ++bin;
      if (bin == content.size())
         break;
      content[bin] += v.fWeight;
   }
   return content;
}

} // namespace

void SumOfWeights::Add(float weight)
{
   fSingle += std::abs(weight);
   fExact += std::abs(weight);
}

float SumOfWeights::Get() const
{
   constexpr double rounding = 1e-3; // more than that is no rounding
   return std::abs(fSingle - fExact) > rounding * fExact ? static_cast<float>(fExact) : fSingle;
}

CumulativeHistogram BuildCumulative(const std::vector<WeightedValue> &sorted, const SumOfWeights &sum)
{
   if (sorted.empty())
      return {};
   CumulativeHistogram result;
   result.fEdges = ChooseEdges(sorted, sum.Get());
   if (result.fEdges.size() == 2) { // no value but one
      result.fContent = {0.5f};
      return result;
   }
   std::vector<double> content = FillBins(sorted, result.fEdges);
   for (double &c : content) // contents of a TH1F
      c = static_cast<float>(c);
   if (content.size() >= 3)
      TH1::SmoothArray(static_cast<Int_t>(content.size()), content.data(), 1);
   double total = 0;
   for (double &c : content) {
      c = std::max(0.0, static_cast<double>(static_cast<float>(c)));
      total += c;
   }
   if (!(total > 0))
      return {};
   double running = 0;
   for (double c : content) {
      running += c;
      result.fContent.push_back(static_cast<float>(running / total));
   }
   return result;
}

CumulativeTable::CumulativeTable(const CumulativeHistogram &histogram)
   : fValues(kBins), fLow(histogram.fEdges.front()), fHigh(histogram.fEdges.back())
{
   const auto &edges = histogram.fEdges;
   const std::size_t n = histogram.fContent.size();
   const double width = (fHigh - fLow) / kBins;
   fFirstCenter = fLow + 0.5 * width;
   fBinsPerUnit = 1 / width;
   fLastBin = kBins - 2;
   const auto center = [&edges](std::size_t i) { return 0.5 * (double(edges[i]) + edges[i + 1]); };
   std::size_t below = 0; // the centre to the left of x, or the first one
   for (int bin = 0; bin < kBins; ++bin) {
      const double x = fLow + (bin + 0.5) * width;
      while (below + 2 < n && center(below + 1) <= x)
         ++below;
      double y = histogram.fContent[below];
      if (n > 1) {
         const double slope = (double(histogram.fContent[below + 1]) - y) / (center(below + 1) - center(below));
         y += (x - center(below)) * slope;
      }
      fValues[bin] = static_cast<float>(std::max(y, kFloor));
   }
}

double CumulativeTable::Inverse(double f) const
{
   // First value that is not below f; the solution lies between it and the one before.
   const auto above = std::lower_bound(fValues.begin(), fValues.end(), f);
   const int i = std::clamp(static_cast<int>(above - fValues.begin()) - 1, 0, kBins - 2);
   const double low = fValues[i], slope = double(fValues[i + 1]) - low;
   const double t = slope > 0 ? i + (f - low) / slope : i;
   return std::clamp(fFirstCenter + t / fBinsPerUnit, fLow, fHigh);
}

} // namespace Internal
} // namespace TorchMVA
