#include "Statistics.hxx"

#include <algorithm>
#include <cmath>
#include <limits>

namespace TorchMVA {
namespace Internal {

std::vector<ColumnSummary> Summarise(MatrixView<const float> values, const float *weights)
{
   const Long64_t columns = values.fColumns;
   constexpr double big = std::numeric_limits<float>::max();
   std::vector<ColumnSummary> result(columns, {big, -big, 0., 0.});
   double sum = 0;
   for (Long64_t i = 0; i < values.fRows; ++i)
      sum += weights[i];
   const bool weighted = sum != 0;
   if (!weighted)
      sum = std::max<Long64_t>(values.fRows, 1);
   // Around the first row, so that a large offset does not eat the digits of the spread.
   std::vector<double> origin(columns, 0.);
   if (values.fRows > 0)
      origin.assign(values.Row(0), values.Row(0) + columns);
   std::vector<double> squares(columns, 0.);
   for (Long64_t i = 0; i < values.fRows; ++i) {
      const float *row = values.Row(i);
      const double w = weighted ? weights[i] : 1.0;
      for (Long64_t j = 0; j < columns; ++j) {
         const double x = row[j];
         const double d = x - origin[j];
         result[j].fMin = std::min(result[j].fMin, x);
         result[j].fMax = std::max(result[j].fMax, x);
         result[j].fMean += w * d;
         squares[j] += w * d * d;
      }
   }
   for (Long64_t j = 0; j < columns; ++j) {
      const double mean = result[j].fMean / sum;
      result[j].fRMS = std::sqrt(std::max(squares[j] / sum - mean * mean, 0.));
      result[j].fMean = origin[j] + mean;
   }
   return result;
}

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
