#include "TorchMVA/Data/VariableStatistics.hxx"

#include <algorithm>
#include <cmath>

namespace TorchMVA {

std::vector<VariableStatistics> ComputeVariableStatistics(MatrixView<const float> rows, const float *weights)
{
   const Long64_t columns = rows.fColumns;
   std::vector<VariableStatistics> result(columns);
   if (rows.fRows == 0)
      return result;
   double sum = 0;
   for (Long64_t i = 0; weights && i < rows.fRows; ++i)
      sum += weights[i];
   const bool weighted = sum != 0;
   if (!weighted)
      sum = rows.fRows;
   // Around the first row, so that a large offset does not eat the digits of the spread.
   const std::vector<double> origin(rows.Row(0), rows.Row(0) + columns);
   std::vector<double> squares(columns, 0.);
   for (Long64_t j = 0; j < columns; ++j)
      result[j].fMin = result[j].fMax = origin[j];
   for (Long64_t i = 0; i < rows.fRows; ++i) {
      const float *row = rows.Row(i);
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

} // namespace TorchMVA
