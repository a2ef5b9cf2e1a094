#include "CumulativeStep.hxx"

#include "InverseNormal.hxx"
#include "NumberList.hxx"
#include "SortedOrder.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <algorithm>
#include <cmath>
#include <limits>

namespace TorchMVA {
namespace Internal {

namespace {
constexpr double kUniformMargin = 1e-9;
constexpr double kMaxErf = 0.99999999;
constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr int kWarnSlots = 200;
/// Bins that a histogram of a file may have: far above what BuildCumulative makes.
constexpr long long kMaxBins = 10000000;
} // namespace

void CumulativeStep::Fit(const FitSample &sample)
{
   if (static_cast<unsigned long long>(sample.fRows.fRows) > std::numeric_limits<std::uint32_t>::max())
      throw Error(EErrorCode::kData, std::string(ShortName()) + ": more than 2^32 events");
   if (NSlots() > kWarnSlots)
      Logger(ShortName()).Warning("transforms " + std::to_string(NSlots()) + " columns: the weight file will be large");
   fNSets = sample.NSets();
   fHistograms.assign(NSlots(), {});
   std::vector<SumOfWeights> sums(fNSets);
   for (Long64_t row = 0; row < sample.fRows.fRows; ++row) {
      const auto weight = static_cast<float>(sample.Weight(row));
      const int set = sample.ClassSet(row);
      if (set >= 0)
         sums[set].Add(weight);
      sums.back().Add(weight);
   }
   for (int k = 0; k < NSlots(); ++k)
      FitSlot(sample, sums, k);
   BuildTables();
}

void CumulativeStep::FitSlot(const FitSample &sample, const std::vector<SumOfWeights> &sums, int k)
{
   std::vector<float> column(sample.fRows.fRows);
   for (Long64_t row = 0; row < sample.fRows.fRows; ++row)
      column[row] = sample.fRows.Get(row, Slots()[k]);
   const auto sorted = SortedOrder(column);
   if (!sorted.empty() && !(std::isfinite(sorted.front().fValue) && std::isfinite(sorted.back().fValue)))
      throw Error(EErrorCode::kData, std::string(ShortName()) + ": " + Describe(k) + " has values that are not finite");
   std::vector<std::vector<WeightedValue>> values(fNSets);
   for (auto &v : values)
      v.reserve(sorted.size() / std::max(1, fNSets - 1) + 1);
   for (const OrderedValue &item : sorted) {
      const WeightedValue value{item.fValue, static_cast<float>(sample.Weight(item.fRow))};
      const int set = sample.ClassSet(item.fRow);
      if (set >= 0)
         values[set].push_back(value);
      values.back().push_back(value);
   }
   const int active = ActiveSet(fNSets);
   auto &histograms = fHistograms[k];
   histograms.resize(fNSets);
   for (int set = fNSets - 1; set >= 0; --set) {
      histograms[set] = BuildCumulative(values[set], sums[set]);
      if (!histograms[set].fContent.empty())
         continue;
      if (set == active || set == fNSets - 1)
         throw Error(EErrorCode::kData, std::string(ShortName()) + ": the distribution of " + Describe(k) +
                                           " cannot be determined: expected events with a positive sum of weights, "
                                           "found " +
                                           std::to_string(values[set].size()) + " events without one");
      histograms[set] = histograms.back(); // a set that is not used
   }
   if (histograms[active].fContent.size() == 1)
      Logger(ShortName()).Warning(Describe(k) + " is constant: its transformed value is constant. Please remove it.");
}

void CumulativeStep::BuildTables()
{
   const int active = ActiveSet(fNSets);
   fTables.clear();
   for (const auto &histograms : fHistograms)
      fTables.emplace_back(histograms[active]);
}

void CumulativeStep::Apply(ColumnBlock &block) const
{
   const bool isGauss = IsGauss();
   for (int k = 0; k < NSlots(); ++k) {
      float *x = ColumnOf(block, k);
      if (!x)
         continue;
      const CumulativeTable &table = fTables[k];
      if (isGauss) {
         for (int r = 0; r < block.fRows; ++r) {
            double q = table.Value(x[r]) - 0.5; // comparisons that leave NaN as they are
            q = q > 0.5 * kMaxErf ? 0.5 * kMaxErf : q;
            q = q < -0.5 * kMaxErf ? -0.5 * kMaxErf : q;
            x[r] = static_cast<float>(InverseNormal(q));
         }
      } else {
         for (int r = 0; r < block.fRows; ++r) {
            double f = table.Value(x[r]);
            f = f > 1 - kUniformMargin ? 1 - kUniformMargin : f;
            f = f < kUniformMargin ? kUniformMargin : f;
            x[r] = static_cast<float>(f);
         }
      }
   }
}

void CumulativeStep::Invert(ColumnBlock &block) const
{
   const bool isGauss = IsGauss();
   for (int k = 0; k < NSlots(); ++k) {
      float *y = ColumnOf(block, k);
      if (!y)
         continue;
      for (int r = 0; r < block.fRows; ++r) {
         const double f = isGauss ? 0.5 * (std::erf(y[r] * kSqrtHalf) + 1) : y[r];
         y[r] = std::isnan(f) ? y[r] : static_cast<float>(fTables[k].Inverse(f));
      }
   }
}

void CumulativeStep::WritePayload(const XmlNode &transform) const
{
   transform.SetAttribute("FlatOrGauss", IsGauss() ? "Gauss" : "Flat");
   for (int k = 0; k < NSlots(); ++k) {
      const XmlNode variable = transform.AddChild("Variable");
      variable.SetAttribute("VarIndex", static_cast<long long>(k));
      for (int set = 0; set < fNSets; ++set) {
         const CumulativeHistogram &h = fHistograms[k][set];
         const std::string var = std::to_string(k), cls = std::to_string(set);
         const XmlNode pdf = variable.AddChild("CumulativePDF_cls" + cls).AddChild("PDF");
         pdf.SetAttribute("Name", "GaussTransform var" + var + " cls" + cls);
         pdf.SetAttribute("MinNSmooth", 0LL);
         pdf.SetAttribute("MaxNSmooth", 0LL);
         pdf.SetAttribute("InterpolMethod", 1LL);
         pdf.SetAttribute("KDE_type", 0LL);
         pdf.SetAttribute("KDE_iter", 1LL);
         pdf.SetAttribute("KDE_border", 1LL);
         pdf.SetAttribute("KDE_finefactor", 0.0);
         const XmlNode histogram = pdf.AddChild("Histogram", FormatNumbers(h.fContent));
         histogram.SetAttribute("Name", "Cumulative_Var" + var + "_cls" + cls + "_original");
         histogram.SetAttribute("NBins", static_cast<long long>(h.fContent.size()));
         histogram.SetAttribute("XMin", static_cast<double>(h.fEdges.front()));
         histogram.SetAttribute("XMax", static_cast<double>(h.fEdges.back()));
         histogram.SetAttribute("HasEquidistantBins", 0LL);
         pdf.AddChild("HistogramBinning", FormatNumbers(h.fEdges))
            .SetAttribute("NBins", static_cast<long long>(h.fContent.size()));
      }
   }
}

namespace {

/// `<PDF>` of a cumulative distribution.
CumulativeHistogram ReadHistogram(const XmlNode &pdf)
{
   RequireKnownPdf(pdf);
   if (pdf.HasAttribute("InterpolMethod"))
      CountAttribute(pdf, "InterpolMethod", 1, 1);
   const XmlNode node = pdf.RequiredChild("Histogram");
   node.RequireKnown({"Name", "NBins", "XMin", "XMax", "HasEquidistantBins"});
   const long long nBins = CountAttribute(node, "NBins", 1, kMaxBins);
   CumulativeHistogram h;
   h.fContent = ParseNumbers<float>(node, nBins);
   if (CountAttribute(node, "HasEquidistantBins", 0, 1) == 1) {
      const double low = FiniteAttribute(node, "XMin"), high = FiniteAttribute(node, "XMax");
      for (long long i = 0; i <= nBins; ++i)
         h.fEdges.push_back(static_cast<float>(low + (high - low) * i / nBins));
   } else {
      const XmlNode binning = pdf.RequiredChild("HistogramBinning");
      binning.RequireKnown({"NBins"});
      CountAttribute(binning, "NBins", nBins, nBins);
      h.fEdges = ParseNumbers<float>(binning, nBins + 1);
   }
   for (std::size_t i = 1; i < h.fEdges.size(); ++i) {
      if (!(h.fEdges[i] > h.fEdges[i - 1]) || !std::isfinite(h.fEdges[i]) || !std::isfinite(h.fEdges[i - 1]))
         FailReading(node, "expected increasing bin edges, found " + std::to_string(h.fEdges[i - 1]) + " before " +
                              std::to_string(h.fEdges[i]));
   }
   return h;
}

} // namespace

void CumulativeStep::ReadPayload(const XmlNode &transform)
{
   transform.RequireKnown({"Name", "ReferenceClass", "FlatOrGauss"}, {"Selection", "Variable"});
   const auto variables = transform.Children("Variable");
   if (static_cast<int>(variables.size()) != NSlots())
      FailReading(transform,
                  "expected " + std::to_string(NSlots()) + " <Variable>, found " + std::to_string(variables.size()));
   fHistograms.assign(NSlots(), {});
   fNSets = 0;
   for (const XmlNode &variable : variables) {
      auto &histograms = fHistograms[CountAttribute(variable, "VarIndex", 0, NSlots() - 1)];
      if (!histograms.empty())
         FailReading(variable, "expected each VarIndex once, found " + variable.Attribute("VarIndex") + " twice");
      const auto nodes = variable.Children();
      fNSets = RequireSets(variable, nodes.size());
      for (const XmlNode &node : nodes) {
         const std::string expected = "CumulativePDF_cls" + std::to_string(histograms.size());
         if (node.Name() != expected)
            FailReading(variable, "expected <" + expected + "> next, found <" + node.Name() + ">");
         node.RequireKnown({}, {"PDF"});
         histograms.push_back(ReadHistogram(node.RequiredChild("PDF")));
      }
   }
   BuildTables();
}

} // namespace Internal
} // namespace TorchMVA
