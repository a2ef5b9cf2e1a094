#ifndef TORCHMVA_TRANSFORM_LINEARSTEP_HXX
#define TORCHMVA_TRANSFORM_LINEARSTEP_HXX

#include "Moments.hxx"
#include "TransformStep.hxx"

namespace TorchMVA {
namespace Internal {

/// y = M (x - c), with one matrix M and one centre c per parameter set.
class LinearStep : public TransformStep {
public:
   using TransformStep::TransformStep;
   bool MixesColumns() const override { return true; }
   void Apply(ColumnBlock &block) const override;
   void Invert(ColumnBlock &block) const override;
   void WriteCode(StandaloneCode &code, const std::string &name, ECodeFor what) const override;

protected:
   struct Map {
      std::vector<double> fMatrix; ///< row-major, n x n
      std::vector<double> fCenter; ///< n
   };
   /// Chooses the set that is used and prepares both directions. Throws Error (kData) if there is no way back although
   /// targets need one.
   void Prepare();
   std::vector<Map> fMaps; ///< one a class, then all classes

private:
   void Multiply(ColumnBlock &block, const std::vector<double> &matrix, const std::vector<double> &offset) const;

   std::vector<double> fForward, fForwardOffset;   ///< of the active set: y = A x + offset
   std::vector<double> fBackward, fBackwardOffset; ///< only if targets are transformed
};

/// D: y = C^(-1/2) x, C the weighted covariance matrix, its symmetric root from the eigenvalues. Not centred.
class DecorrelateStep final : public LinearStep {
public:
   using LinearStep::LinearStep;
   const char *ShortName() const override { return "Deco"; }
   const char *XmlName() const override { return "Decorrelation"; }
   void Fit(const FitSample &sample) override;
   void WritePayload(const XmlNode &transform) const override;
   void ReadPayload(const XmlNode &transform) override;

private:
   /// C^(-1/2); empty, with the reason in `why`, if C is singular.
   std::vector<double> InverseRoot(const Moments &moments, std::string &why) const;
};

/// P: y = E^T (x - mean), E the eigenvectors of the unweighted covariance matrix, largest eigenvalue first.
class PCAStep final : public LinearStep {
public:
   using LinearStep::LinearStep;
   const char *ShortName() const override { return "PCA"; }
   const char *XmlName() const override { return "PCA"; }
   void Fit(const FitSample &sample) override;
   void WritePayload(const XmlNode &transform) const override;
   void ReadPayload(const XmlNode &transform) override;
};

} // namespace Internal
} // namespace TorchMVA

#endif
