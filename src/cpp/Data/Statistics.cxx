#include "Statistics.hxx"

#include <cmath>
#include <vector>

namespace TorchMVA {
namespace Internal {

namespace {

std::vector<double> ClassMeans(const Sample &sample, int cls, double &sum)
{
   const Long64_t n = sample.fVariables.fColumns;
   std::vector<double> means(n, 0.);
   sum = 0;
   for (Long64_t i = 0; i < sample.Size(); ++i) {
      if (sample.fClasses[i] != cls)
         continue;
      const double w = sample.fWeights[i];
      const float *row = sample.fVariables.Row(i);
      sum += w;
      for (Long64_t j = 0; j < n; ++j)
         means[j] += w * row[j];
   }
   for (auto &mean : means)
      mean = sum != 0 ? mean / sum : 0;
   return means;
}

} // namespace

TMatrixD Correlations(const Sample &sample, int cls)
{
   const Long64_t n = sample.fVariables.fColumns;
   double sum = 0;
   const auto means = ClassMeans(sample, cls, sum);
   std::vector<double> covariance(n * n, 0.);
   std::vector<double> centred(n);
   for (Long64_t i = 0; i < sample.Size(); ++i) {
      if (sample.fClasses[i] != cls)
         continue;
      const double w = sample.fWeights[i];
      const float *row = sample.fVariables.Row(i);
      for (Long64_t j = 0; j < n; ++j)
         centred[j] = row[j] - means[j];
      for (Long64_t j = 0; j < n; ++j) {
         const double scaled = w * centred[j];
         double *target = covariance.data() + j * n;
         for (Long64_t k = j; k < n; ++k)
            target[k] += scaled * centred[k];
      }
   }
   TMatrixD correlation(n, n);
   for (Long64_t j = 0; j < n; ++j) {
      correlation(j, j) = 1;
      for (Long64_t k = j + 1; k < n; ++k) {
         const double variances = covariance[j * n + j] * covariance[k * n + k];
         correlation(j, k) = correlation(k, j) = variances > 0 ? covariance[j * n + k] / std::sqrt(variances) : 0;
      }
   }
   return correlation;
}

} // namespace Internal
} // namespace TorchMVA
