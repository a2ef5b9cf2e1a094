#ifndef TORCHMVA_TRANSFORM_NORMALIZESTEP_HXX
#define TORCHMVA_TRANSFORM_NORMALIZESTEP_HXX

#include "TransformStep.hxx"

namespace TorchMVA {
namespace Internal {

/// N: y = 2 (x - min) / (max - min) - 1, with the range of the training events (weights do not count). Values outside
/// of the range map outside of [-1, 1]. A constant column becomes 0.
class NormalizeStep final : public TransformStep {
public:
   using TransformStep::TransformStep;
   const char *ShortName() const override { return "Norm"; }
   const char *XmlName() const override { return "Normalize"; }
   void Fit(const FitSample &sample) override;
   void Apply(ColumnBlock &block) const override;
   void Invert(ColumnBlock &block) const override;
   void WritePayload(const XmlNode &transform) const override;
   void ReadPayload(const XmlNode &transform) override;
   void WriteCode(StandaloneCode &code, const std::string &name, ECodeFor what) const override;

private:
   struct Range {
      float fMin;
      float fMax;
   };
   const Range &ActiveRange(int k) const { return fRanges[static_cast<std::size_t>(fActive) * NSlots() + k]; }

   int fNSets = 0;
   int fActive = 0;
   std::vector<Range> fRanges; ///< set by set, one for each slot
};

} // namespace Internal
} // namespace TorchMVA

#endif
