#include "LinearStep.hxx"
#include "NumberList.hxx"

#include "TMatrixD.h"
#include "TMatrixDSym.h"
#include "TMatrixDSymEigen.h"
#include "TVectorD.h"
#include "TorchMVA/Core/Error.hxx"

#include <cmath>

namespace TorchMVA {
namespace Internal {

void PCAStep::Fit(const FitSample &sample)
{
   const int n = NSlots();
   const auto moments = ComputeMoments(sample, Slots(), false);
   fMaps.assign(moments.size(), Map{});
   for (std::size_t set = 0; set < moments.size(); ++set) {
      const auto &cov = moments[set].fCovariance;
      double trace = 0;
      for (int i = 0; i < n; ++i)
         trace += cov[i * n + i];
      if (!std::isfinite(trace))
         throw Error(EErrorCode::kData, "PCA: a column has values that are not finite");
      // Scaled as TPrincipal does, whose signs of the eigenvectors result from it.
      TMatrixDSym covariance(n);
      for (int i = 0; i < n * n; ++i)
         covariance(i / n, i % n) = trace > 0 ? cov[i] / trace : 0;
      const TMatrixDSymEigen eigen(covariance);
      fMaps[set].fCenter = moments[set].fMean;
      fMaps[set].fMatrix.resize(n * n);
      for (int i = 0; i < n; ++i) {
         for (int j = 0; j < n; ++j)
            fMaps[set].fMatrix[j * n + i] = eigen.GetEigenVectors()(i, j);
      }
   }
   Prepare();
}

void PCAStep::WritePayload(const XmlNode &transform) const
{
   const int n = NSlots(), nSets = static_cast<int>(fMaps.size());
   const auto setName = [nSets](int set) { return set == nSets - 1 ? "Combined" : set == 0 ? "Signal" : "Background"; };
   for (int set = 0; set < nSets; ++set) {
      const XmlNode node = transform.AddChild("Statistics", FormatNumbers(fMaps[set].fCenter));
      node.SetAttribute("Class", setName(set));
      node.SetAttribute("ClassIndex", static_cast<long long>(set));
      node.SetAttribute("NRows", static_cast<long long>(n));
   }
   for (int set = 0; set < nSets; ++set) {
      std::vector<double> eigenvectors(n * n);
      for (int i = 0; i < n * n; ++i)
         eigenvectors[i] = fMaps[set].fMatrix[(i % n) * n + i / n];
      const XmlNode node = transform.AddChild("Eigenvectors", FormatNumbers(eigenvectors));
      node.SetAttribute("Class", setName(set));
      node.SetAttribute("ClassIndex", static_cast<long long>(set));
      node.SetAttribute("NRows", static_cast<long long>(n));
      node.SetAttribute("NCols", static_cast<long long>(n));
   }
}

void PCAStep::ReadPayload(const XmlNode &transform)
{
   const long long n = NSlots();
   transform.RequireKnown({"Name", "ReferenceClass"}, {"Selection", "Statistics", "Eigenvectors"});
   const auto means = transform.Children("Statistics");
   const auto vectors = transform.Children("Eigenvectors");
   if (means.empty() || means.size() != vectors.size())
      FailReading(transform, "expected as many <Statistics> as <Eigenvectors>, found " + std::to_string(means.size()) +
                                " and " + std::to_string(vectors.size()));
   fMaps.assign(RequireSets(transform, means.size()), Map{});
   const long long last = static_cast<long long>(means.size()) - 1;
   for (const XmlNode &node : means) {
      node.RequireKnown({"Class", "ClassIndex", "NRows"});
      CountAttribute(node, "NRows", n, n);
      fMaps[CountAttribute(node, "ClassIndex", 0, last)].fCenter = ParseNumbers<double>(node, n);
   }
   for (const XmlNode &node : vectors) {
      node.RequireKnown({"Class", "ClassIndex", "NRows", "NCols"});
      CountAttribute(node, "NRows", n, n);
      CountAttribute(node, "NCols", n, n);
      const auto eigenvectors = ParseNumbers<double>(node, n * n);
      auto &matrix = fMaps[CountAttribute(node, "ClassIndex", 0, last)].fMatrix;
      matrix.resize(n * n);
      for (long long i = 0; i < n * n; ++i)
         matrix[(i % n) * n + i / n] = eigenvectors[i];
   }
   for (const Map &map : fMaps) {
      if (map.fCenter.empty() || map.fMatrix.empty())
         FailReading(transform, "expected each ClassIndex once, found one missing");
   }
   Prepare();
}

} // namespace Internal
} // namespace TorchMVA
