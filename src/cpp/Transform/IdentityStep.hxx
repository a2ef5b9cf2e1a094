#ifndef TORCHMVA_TRANSFORM_IDENTITYSTEP_HXX
#define TORCHMVA_TRANSFORM_IDENTITYSTEP_HXX

#include "TransformStep.hxx"

namespace TorchMVA {
namespace Internal {

/// y = x.
class IdentityStep final : public TransformStep {
public:
   using TransformStep::TransformStep;
   const char *ShortName() const override { return "Id"; }
   const char *XmlName() const override { return nullptr; }
   bool IsIdentity() const override { return true; }
   void Fit(const FitSample &) override {}
   void Apply(ColumnBlock &) const override {}
   void Invert(ColumnBlock &) const override {}
   void WritePayload(const XmlNode &) const override {}
   void ReadPayload(const XmlNode &) override {}
   void WriteCode(StandaloneCode &, const std::string &, ECodeFor) const override {}
};

} // namespace Internal
} // namespace TorchMVA

#endif
