#ifndef TORCHMVA_TRANSFORM_CUMULATIVESTEP_HXX
#define TORCHMVA_TRANSFORM_CUMULATIVESTEP_HXX

#include "CumulativeTable.hxx"
#include "TransformStep.hxx"

namespace TorchMVA {
namespace Internal {

/// U: y = F(x), and G: y = sqrt(2) erf^-1(2 F(x) - 1), F the smoothed cumulative distribution of each column
/// (CumulativeTable). U is limited to [1e-9, 1 - 1e-9], the argument of erf^-1 to +-0.99999999, so |y| <= 5.7307.
class CumulativeStep final : public TransformStep {
public:
   using TransformStep::TransformStep;
   const char *ShortName() const override { return IsGauss() ? "Gauss" : "Uniform"; }
   const char *XmlName() const override { return "Gauss"; }
   void Fit(const FitSample &sample) override;
   void Apply(ColumnBlock &block) const override;
   void Invert(ColumnBlock &block) const override;
   void WritePayload(const XmlNode &transform) const override;
   void ReadPayload(const XmlNode &transform) override;
   void WriteCode(StandaloneCode &code, const std::string &name, ECodeFor what) const override;

private:
   bool IsGauss() const { return Spec().fType == ETransform::kGauss; }
   /// Histograms of one slot for all sets.
   void FitSlot(const FitSample &sample, const std::vector<SumOfWeights> &sums, int k);
   void BuildTables();

   int fNSets = 0;
   std::vector<std::vector<CumulativeHistogram>> fHistograms; ///< [slot][set]
   std::vector<CumulativeTable> fTables;                      ///< [slot], of the active set
};

} // namespace Internal
} // namespace TorchMVA

#endif
