#include "FisherDiscriminant.hxx"

#include "WeightedCovariance.hxx"

#include <cmath>

namespace TorchMVA {
namespace Internal {

FisherMoments ComputeFisherMoments(MatrixView<const float> rows, const float *weights, const int *classes,
                                   int signalClass, int backgroundClass)
{
   const auto n = static_cast<Int_t>(rows.fColumns);
   FisherMoments m;
   m.fWithin.ResizeTo(n, n);
   m.fBetween.ResizeTo(n, n);
   const auto add = [&](int cls, double &sum, std::vector<double> &mean) {
      const EventSelection events{weights, classes, cls};
      sum = ComputeMean(rows, events, mean);
      const TMatrixD covariance = ComputeCovariance(rows, mean, rows, mean, events, sum);
      for (Int_t k = 0; k < n; ++k)
         for (Int_t l = 0; l < n; ++l)
            m.fWithin(k, l) += covariance(k, l);
   };
   add(signalClass, m.fSumSignal, m.fMeanSignal);
   add(backgroundClass, m.fSumBackground, m.fMeanBackground);
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
   const TMatrixDSym inverse = InvertCovariance(matrix, names, source);
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
