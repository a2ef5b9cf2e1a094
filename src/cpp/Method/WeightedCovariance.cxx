#include "WeightedCovariance.hxx"

#include "TMatrixDSymEigen.h"
#include "TVectorD.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <cmath>
#include <cstdio>

namespace TorchMVA {
namespace Internal {

namespace {

/// TMVA's limits on the determinant.
constexpr double kDeterminantWarning = 1e-23;
constexpr double kDeterminantError = 1e-119;
/// Smallest eigenvalue of a correlation matrix that counts as different from 0.
constexpr double kSingular = 1e-11;

/// Throws if the matrix is singular, and says because of which variables.
void RequireRegular(const TMatrixDSym &matrix, const std::vector<std::string> &names, const std::string &source)
{
   const auto fail = [&source](const std::string &reason) {
      throw Error(EErrorCode::kData, "the covariance matrix is singular: " + reason, {{"method", source}});
   };
   const Int_t n = matrix.GetNrows();
   for (Int_t k = 0; k < n; ++k)
      if (!std::isfinite(matrix(k, k)) || !(matrix(k, k) > 0))
         fail("variable \"" + names[k] + "\" " + (std::isfinite(matrix(k, k)) ? "is constant" : "is not finite"));
   TMatrixDSym correlation(n);
   for (Int_t k = 0; k < n; ++k)
      for (Int_t l = 0; l < n; ++l)
         correlation(k, l) = matrix(k, l) / std::sqrt(matrix(k, k)) / std::sqrt(matrix(l, l));
   const TMatrixDSymEigen eigen(correlation);
   if (eigen.GetEigenValues()(n - 1) > kSingular)
      return;
   std::string dependent;
   for (Int_t k = 0; k < n; ++k) {
      if (std::abs(eigen.GetEigenVectors()(k, n - 1)) > 0.05)
         dependent += (dependent.empty() ? "\"" : ", \"") + names[k] + "\"";
   }
   fail("these variables depend on each other linearly: " + dependent);
}

} // namespace

double ComputeMean(MatrixView<const float> rows, const EventSelection &events, std::vector<double> &mean)
{
   mean.assign(rows.fColumns, 0.0);
   double sum = 0;
   for (Long64_t i = 0; i < rows.fRows; ++i) {
      if (!events.Has(i))
         continue;
      const double w = events.Weight(i);
      sum += w;
      for (Long64_t k = 0; k < rows.fColumns; ++k)
         mean[k] += w * rows(i, k);
   }
   if (!(sum > 0))
      throw Error(EErrorCode::kData, "expected a positive sum of weights, found " + std::to_string(sum) +
                                        (events.fClasses ? " in class " + std::to_string(events.fClass) : ""));
   for (double &m : mean)
      m /= sum;
   return sum;
}

TMatrixD ComputeCovariance(MatrixView<const float> a, const std::vector<double> &meanA, MatrixView<const float> b,
                           const std::vector<double> &meanB, const EventSelection &events, double sumOfWeights)
{
   const Long64_t nA = a.fColumns, nB = b.fColumns;
   const bool isSymmetric = a.fData == b.fData && nA == nB;
   std::vector<double> scatter(nA * nB, 0.0), delta(nB);
   for (Long64_t i = 0; i < a.fRows; ++i) {
      if (!events.Has(i))
         continue;
      const double w = events.Weight(i);
      for (Long64_t l = 0; l < nB; ++l)
         delta[l] = b(i, l) - meanB[l];
      for (Long64_t k = 0; k < nA; ++k) {
         const double wd = w * (a(i, k) - meanA[k]);
         for (Long64_t l = isSymmetric ? k : 0; l < nB; ++l)
            scatter[k * nB + l] += wd * delta[l];
      }
   }
   TMatrixD covariance(nA, nB);
   for (Long64_t k = 0; k < nA; ++k)
      for (Long64_t l = 0; l < nB; ++l)
         covariance(k, l) = scatter[isSymmetric && l < k ? l * nB + k : k * nB + l] / sumOfWeights;
   return covariance;
}

TMatrixDSym InvertCovariance(const TMatrixDSym &matrix, const std::vector<std::string> &names,
                             const std::string &source)
{
   RequireRegular(matrix, names, source);
   double determinant = 0;
   TMatrixDSym inverse(matrix);
   inverse.Invert(&determinant);
   char text[32];
   std::snprintf(text, sizeof(text), "%.3g", determinant);
   if (!(std::abs(determinant) >= kDeterminantError))
      throw Error(EErrorCode::kData,
                  std::string("the covariance matrix is singular: its determinant is ") + text +
                     ". Are some variables linearly dependent, or of very different size?",
                  {{"method", source}});
   if (std::abs(determinant) < kDeterminantWarning)
      Logger(source).Warning(std::string("The covariance matrix is almost singular: its determinant is ") + text +
                             ". Are some variables linearly dependent, or of very different size?");
   return inverse;
}

} // namespace Internal
} // namespace TorchMVA
