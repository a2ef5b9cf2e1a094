#include "LinearStep.hxx"
#include "NumberList.hxx"

#include "TMatrixDSym.h"
#include "TMatrixDSymEigen.h"
#include "TMatrixD.h"
#include "TVectorD.h"
#include "TorchMVA/Core/Error.hxx"

#include <cmath>

namespace TorchMVA {
namespace Internal {

namespace {
/// Smallest eigenvalue of a correlation matrix that counts as different from 0. Single precision data that depend on
/// each other linearly give about 1e-14.
constexpr double kSingular = 1e-11;
} // namespace

std::vector<double> DecorrelateStep::InverseRoot(const Moments &moments, std::string &why) const
{
   const int n = NSlots();
   const auto &cov = moments.fCovariance;
   TMatrixDSym correlation(n), covariance(n);
   for (int i = 0; i < n; ++i) {
      if (!(cov[i * n + i] > 0)) {
         why = std::isfinite(cov[i * n + i]) ? Describe(i) + " is constant"
                                             : Describe(i) + " has values that are not finite";
         return {};
      }
      for (int j = 0; j < n; ++j) {
         covariance(i, j) = cov[i * n + j];
         correlation(i, j) = cov[i * n + j] / std::sqrt(cov[i * n + i] * cov[j * n + j]);
      }
   }
   // Whether a matrix is singular is a question to the correlations: covariances depend on the units.
   const TMatrixDSymEigen relation(correlation);
   if (!(relation.GetEigenValues()(n - 1) > kSingular)) {
      why = "these depend on each other linearly:";
      for (int i = 0; i < n; ++i) {
         if (std::abs(relation.GetEigenVectors()(i, n - 1)) > 0.05)
            why += " " + Describe(i) + ",";
      }
      why.pop_back();
      return {};
   }
   const TMatrixDSymEigen eigen(covariance);
   std::vector<double> root(n * n, 0.0);
   for (int e = 0; e < n; ++e) {
      const double value = eigen.GetEigenValues()(e);
      if (!(value > 0)) {
         why = "the ranges differ by too many orders of magnitude; use \"N,D\"";
         return {};
      }
      for (int i = 0; i < n; ++i) {
         for (int j = 0; j < n; ++j)
            root[i * n + j] += eigen.GetEigenVectors()(i, e) * eigen.GetEigenVectors()(j, e) / std::sqrt(value);
      }
   }
   return root;
}

void DecorrelateStep::Fit(const FitSample &sample)
{
   const auto moments = ComputeMoments(sample, Slots(), true);
   const int nSets = sample.NSets(), active = ActiveSet(nSets);
   fMaps.assign(nSets, Map{{}, std::vector<double>(NSlots(), 0.0)});
   for (int set = nSets - 1; set >= 0; --set) {
      std::string why;
      fMaps[set].fMatrix = InverseRoot(moments[set], why);
      if (!fMaps[set].fMatrix.empty())
         continue;
      if (set == active || set == nSets - 1)
         throw Error(EErrorCode::kData, "Decorrelate: the covariance matrix of the training events is singular: " + why,
                     {{"events", set == nSets - 1 ? "all classes" : "class " + std::to_string(set)}});
      // A set that is not used: something that can be written and read.
      fMaps[set].fMatrix = fMaps.back().fMatrix;
   }
   Prepare();
}

void DecorrelateStep::WritePayload(const XmlNode &transform) const
{
   for (const Map &map : fMaps) {
      const XmlNode matrix = transform.AddChild("Matrix", FormatNumbers(map.fMatrix));
      matrix.SetAttribute("Rows", static_cast<long long>(NSlots()));
      matrix.SetAttribute("Columns", static_cast<long long>(NSlots()));
   }
}

void DecorrelateStep::ReadPayload(const XmlNode &transform)
{
   const long long n = NSlots();
   transform.RequireKnown({"Name", "ReferenceClass"}, {"Selection", "Matrix"});
   fMaps.clear();
   for (const XmlNode &matrix : transform.Children("Matrix")) {
      matrix.RequireKnown({"Rows", "Columns"});
      CountAttribute(matrix, "Rows", n, n);
      CountAttribute(matrix, "Columns", n, n);
      fMaps.push_back(Map{ParseNumbers<double>(matrix, n * n), std::vector<double>(n, 0.0)});
   }
   if (fMaps.empty())
      FailReading(transform, "expected one <Matrix> per class, found none");
   RequireSets(transform, fMaps.size());
   Prepare();
}

} // namespace Internal
} // namespace TorchMVA
