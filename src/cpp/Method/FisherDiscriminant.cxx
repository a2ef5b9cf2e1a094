#include "FisherDiscriminant.hxx"

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

double WeightOf(const float *weights, Long64_t row)
{
   return weights ? weights[row] : 1;
}

/// Sum of w and means of the rows of one class.
double ComputeMean(MatrixView<const float> rows, const float *weights, const int *classes, int cls,
                   std::vector<double> &mean)
{
   mean.assign(rows.fColumns, 0.0);
   double sum = 0;
   for (Long64_t i = 0; i < rows.fRows; ++i) {
      if (classes[i] != cls)
         continue;
      const double w = WeightOf(weights, i);
      sum += w;
      for (Long64_t k = 0; k < rows.fColumns; ++k)
         mean[k] += w * rows(i, k);
   }
   if (!(sum > 0))
      throw Error(EErrorCode::kData, "Fisher: expected a positive sum of weights in each class, found " +
                                        std::to_string(sum) + " in class " + std::to_string(cls));
   for (double &m : mean)
      m /= sum;
   return sum;
}

/// Adds the covariance of one class.
void AddCovariance(MatrixView<const float> rows, const float *weights, const int *classes, int cls, double sum,
                   const std::vector<double> &mean, TMatrixDSym &covariance)
{
   const Long64_t n = rows.fColumns;
   std::vector<double> scatter(n * n, 0.0), delta(n);
   for (Long64_t i = 0; i < rows.fRows; ++i) {
      if (classes[i] != cls)
         continue;
      const double w = WeightOf(weights, i);
      for (Long64_t k = 0; k < n; ++k)
         delta[k] = rows(i, k) - mean[k];
      for (Long64_t k = 0; k < n; ++k) {
         const double wd = w * delta[k];
         for (Long64_t l = k; l < n; ++l)
            scatter[k * n + l] += wd * delta[l];
      }
   }
   for (Long64_t k = 0; k < n; ++k) {
      for (Long64_t l = 0; l < n; ++l)
         covariance(k, l) += scatter[k <= l ? k * n + l : l * n + k] / sum;
   }
}

/// Throws if the matrix is singular, and says because of which variables.
void RequireRegular(const TMatrixDSym &matrix, const std::vector<std::string> &names)
{
   const Int_t n = matrix.GetNrows();
   TMatrixDSym correlation(n);
   for (Int_t k = 0; k < n; ++k) {
      if (!std::isfinite(matrix(k, k)) || !(matrix(k, k) > 0))
         throw Error(EErrorCode::kData, "Fisher: the covariance matrix is singular: variable \"" + names[k] + "\" " +
                                           (std::isfinite(matrix(k, k)) ? "is constant" : "is not finite"));
      for (Int_t l = 0; l < n; ++l)
         correlation(k, l) = matrix(k, l) / std::sqrt(matrix(k, k)) / std::sqrt(matrix(l, l));
   }
   const TMatrixDSymEigen eigen(correlation);
   if (eigen.GetEigenValues()(n - 1) > kSingular)
      return;
   std::string dependent;
   for (Int_t k = 0; k < n; ++k) {
      if (std::abs(eigen.GetEigenVectors()(k, n - 1)) > 0.05)
         dependent += (dependent.empty() ? "\"" : ", \"") + names[k] + "\"";
   }
   throw Error(EErrorCode::kData, "Fisher: the covariance matrix is singular: these variables depend on each other "
                                  "linearly: " +
                                     dependent);
}

} // namespace

FisherMoments ComputeFisherMoments(MatrixView<const float> rows, const float *weights, const int *classes,
                                   int signalClass, int backgroundClass)
{
   const auto n = static_cast<Int_t>(rows.fColumns);
   FisherMoments m;
   m.fWithin.ResizeTo(n, n);
   m.fBetween.ResizeTo(n, n);
   m.fSumSignal = ComputeMean(rows, weights, classes, signalClass, m.fMeanSignal);
   m.fSumBackground = ComputeMean(rows, weights, classes, backgroundClass, m.fMeanBackground);
   AddCovariance(rows, weights, classes, signalClass, m.fSumSignal, m.fMeanSignal, m.fWithin);
   AddCovariance(rows, weights, classes, backgroundClass, m.fSumBackground, m.fMeanBackground, m.fWithin);
   // Both means lie at opposite sides of the common one: N_S (m_S - m)(m_S - m)^T + N_B (...) over N_S + N_B.
   const double sum = m.fSumSignal + m.fSumBackground;
   const double scale = m.fSumSignal / sum * (m.fSumBackground / sum);
   for (Int_t k = 0; k < n; ++k) {
      for (Int_t l = 0; l < n; ++l)
         m.fBetween(k, l) =
            scale * (m.fMeanSignal[k] - m.fMeanBackground[k]) * (m.fMeanSignal[l] - m.fMeanBackground[l]);
   }
   return m;
}

std::vector<double> ComputeFisherCoefficients(const FisherMoments &moments, bool isMahalanobis,
                                              const std::vector<std::string> &names, const std::string &source)
{
   TMatrixDSym matrix(moments.fWithin);
   if (isMahalanobis)
      matrix += moments.fBetween;
   const Int_t n = matrix.GetNrows();
   RequireRegular(matrix, names);
   double determinant = 0;
   TMatrixDSym inverse(matrix);
   inverse.Invert(&determinant);
   char text[32];
   std::snprintf(text, sizeof(text), "%.3g", determinant);
   if (!(std::abs(determinant) >= kDeterminantError))
      throw Error(EErrorCode::kData, std::string("Fisher: the covariance matrix is singular: its determinant is ") +
                                        text + ". Are some variables linearly dependent, or of very different size?");
   if (std::abs(determinant) < kDeterminantWarning)
      Logger(source).Warning(std::string("The covariance matrix is almost singular: its determinant is ") + text +
                             ". Are some variables linearly dependent, or of very different size?");
   const double sum = moments.fSumSignal + moments.fSumBackground;
   const double factor = std::sqrt(moments.fSumSignal * moments.fSumBackground) / sum;
   std::vector<double> coefficients(n + 1, 0.0);
   for (Int_t k = 0; k < n; ++k) {
      for (Int_t l = 0; l < n; ++l)
         coefficients[k + 1] += inverse(k, l) * (moments.fMeanSignal[l] - moments.fMeanBackground[l]);
      coefficients[k + 1] *= factor;
      coefficients[0] -= 0.5 * coefficients[k + 1] * (moments.fMeanSignal[k] + moments.fMeanBackground[k]);
   }
   return coefficients;
}

std::vector<double> ComputeDiscriminatingPower(const FisherMoments &moments)
{
   std::vector<double> power;
   for (Int_t k = 0; k < moments.fWithin.GetNrows(); ++k) {
      const double total = moments.fWithin(k, k) + moments.fBetween(k, k);
      power.push_back(total > 0 ? moments.fBetween(k, k) / total : 0);
   }
   return power;
}

} // namespace Internal
} // namespace TorchMVA
