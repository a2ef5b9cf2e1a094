#include "NormalizeStep.hxx"

#include "NumberList.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <algorithm>
#include <cmath>
#include <limits>

namespace TorchMVA {
namespace Internal {

void NormalizeStep::Fit(const FitSample &sample)
{
   const std::size_t n = NSlots();
   constexpr float kBig = std::numeric_limits<float>::max();
   fNSets = sample.NSets();
   fActive = ActiveSet(fNSets);
   fRanges.assign(fNSets * n, Range{kBig, -kBig});
   for (std::size_t k = 0; k < n; ++k) {
      for (Long64_t row = 0; row < sample.fRows.fRows; ++row) {
         const float x = sample.fRows.Get(row, Slots()[k]);
         const int set = sample.ClassSet(row);
         Range &range = fRanges[(set >= 0 ? set : fNSets - 1) * n + k];
         range.fMin = std::min(range.fMin, x);
         range.fMax = std::max(range.fMax, x);
      }
      Range &all = fRanges[(fNSets - 1) * n + k];
      for (int set = 0; set + 1 < fNSets; ++set) {
         all.fMin = std::min(all.fMin, fRanges[set * n + k].fMin);
         all.fMax = std::max(all.fMax, fRanges[set * n + k].fMax);
      }
      if (all.fMin > all.fMax)
         throw Error(EErrorCode::kData, "Normalize: no event to determine the range of " + Describe(k));
      for (int set = 0; set + 1 < fNSets; ++set) {
         Range &range = fRanges[set * n + k];
         if (range.fMin > range.fMax) // a class without events
            range = all;
      }
      if (ActiveRange(k).fMin == ActiveRange(k).fMax)
         Logger("Normalize").Warning(Describe(k) + " is constant: its normalised value is 0. Please remove it.");
   }
}

void NormalizeStep::Apply(ColumnBlock &block) const
{
   for (int k = 0; k < NSlots(); ++k) {
      float *x = ColumnOf(block, k);
      if (!x)
         continue;
      const double min = ActiveRange(k).fMin, width = double(ActiveRange(k).fMax) - min;
      const double scale = width > 0 ? 2 / width : 0, offset = width > 0 ? 1 : 0;
      for (int g = 0; g < block.fStride; g += kLanes) {
         for (int r = 0; r < kLanes; ++r)
            x[g + r] = static_cast<float>((x[g + r] - min) * scale - offset);
      }
   }
}

void NormalizeStep::Invert(ColumnBlock &block) const
{
   for (int k = 0; k < NSlots(); ++k) {
      float *y = ColumnOf(block, k);
      if (!y)
         continue;
      const double min = ActiveRange(k).fMin, halfWidth = 0.5 * (double(ActiveRange(k).fMax) - min);
      for (int g = 0; g < block.fStride; g += kLanes) {
         for (int r = 0; r < kLanes; ++r)
            y[g + r] = static_cast<float>(min + (y[g + r] + 1.0) * halfWidth);
      }
   }
}

void NormalizeStep::WritePayload(const XmlNode &transform) const
{
   for (int set = 0; set < fNSets; ++set) {
      const XmlNode cls = transform.AddChild("Class");
      cls.SetAttribute("ClassIndex", static_cast<long long>(set));
      const XmlNode ranges = cls.AddChild("Ranges");
      for (int k = 0; k < NSlots(); ++k) {
         const Range &range = fRanges[static_cast<std::size_t>(set) * NSlots() + k];
         const XmlNode node = ranges.AddChild("Range");
         node.SetAttribute("Index", static_cast<long long>(k));
         node.SetAttribute("Min", static_cast<double>(range.fMin));
         node.SetAttribute("Max", static_cast<double>(range.fMax));
      }
   }
}

void NormalizeStep::ReadPayload(const XmlNode &transform)
{
   transform.RequireKnown({"Name", "ReferenceClass", "UseOffsetOrNot"}, {"Selection", "Class"});
   // Newer releases of TMVA can scale without an offset; files without the attribute have one.
   if (transform.Attribute("UseOffsetOrNot", "UseOffset") != "UseOffset")
      FailReading(transform, "attribute UseOffsetOrNot: expected UseOffset, the only supported scaling, found \"" +
                                transform.Attribute("UseOffsetOrNot") + "\"");
   const auto sets = transform.Children("Class");
   if (sets.empty())
      FailReading(transform, "expected one <Class> with <Ranges> per class, found none");
   fNSets = RequireSets(transform, sets.size());
   fActive = ActiveSet(fNSets);
   const std::size_t n = NSlots();
   fRanges.assign(fNSets * n, Range{0, 0});
   std::vector<bool> isSeen(fNSets, false);
   for (const XmlNode &cls : sets) {
      cls.RequireKnown({"ClassIndex"}, {"Ranges"});
      cls.RequiredChild("Ranges").RequireKnown({}, {"Range"});
      const long long set = CountAttribute(cls, "ClassIndex", 0, fNSets - 1);
      const auto ranges = cls.RequiredChild("Ranges").Children("Range");
      if (isSeen[set] || ranges.size() != n)
         FailReading(cls, "expected class " + std::to_string(set) + " once with " + std::to_string(n) +
                             " ranges, found " +
                             (isSeen[set] ? "it twice" : std::to_string(ranges.size()) + " ranges"));
      isSeen[set] = true;
      std::vector<bool> isFilled(n, false);
      for (const XmlNode &node : ranges) {
         const long long k = CountAttribute(node, "Index", 0, static_cast<long long>(n) - 1);
         node.RequireKnown({"Index", "Min", "Max"});
         const Range range{FloatAttribute(node, "Min"), FloatAttribute(node, "Max")};
         if (isFilled[k] || !(range.fMin <= range.fMax))
            FailReading(node, "expected each index once and Min <= Max, found Index=\"" + std::to_string(k) +
                                 "\" Min=\"" + node.Attribute("Min") + "\" Max=\"" + node.Attribute("Max") + "\"");
         isFilled[k] = true;
         fRanges[set * n + k] = range;
      }
   }
}

} // namespace Internal
} // namespace TorchMVA
