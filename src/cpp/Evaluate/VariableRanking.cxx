#include "TorchMVA/Evaluate/VariableRanking.hxx"

#include "TorchMVA/Evaluate/Classification.hxx"

#include <algorithm>
#include <cmath>

namespace TorchMVA {

VariableBinning ComputeVariableBinning(const VariableStatistics &statistics, int bins, double timesRms)
{
   double low = std::max(statistics.fMin, statistics.fMean - timesRms * statistics.fRMS);
   double high = std::min(statistics.fMax, statistics.fMean + timesRms * statistics.fRMS);
   if (!(high > low)) {
      low = statistics.fMin;
      high = statistics.fMax > low ? statistics.fMax : low + 1;
   }
   return {bins, low, high + (high - low) / bins};
}

std::vector<double> ComputeVariableSeparations(MatrixView<const float> variables, const float *weights,
                                               const int *classes, int signalClass, int bins, double timesRms)
{
   const Long64_t columns = variables.fColumns;
   const auto statistics = ComputeVariableStatistics(variables, weights);
   std::vector<VariableBinning> binnings;
   for (const VariableStatistics &column : statistics)
      binnings.push_back(ComputeVariableBinning(column, bins, timesRms));
   std::vector<std::vector<double>> histograms[2]; // background, signal
   for (auto &side : histograms)
      side.assign(columns, std::vector<double>(bins, 0.));
   for (Long64_t i = 0; i < variables.fRows; ++i) {
      auto &side = histograms[classes[i] == signalClass ? 1 : 0];
      const double w = weights ? weights[i] : 1.0;
      for (Long64_t j = 0; j < columns; ++j) {
         const VariableBinning &binning = binnings[j];
         const double position = (variables(i, j) - binning.fLow) / (binning.fHigh - binning.fLow) * bins;
         if (position >= 0 && position < bins)
            side[j][static_cast<int>(position)] += w;
      }
   }
   std::vector<double> separations(columns);
   for (Long64_t j = 0; j < columns; ++j)
      separations[j] = ComputeSeparation(histograms[1][j], histograms[0][j]);
   return separations;
}

std::vector<double> ComputeTargetCorrelations(MatrixView<const float> variables, MatrixView<const float> targets,
                                              const float *weights)
{
   const auto xs = ComputeVariableStatistics(variables, weights), ys = ComputeVariableStatistics(targets, weights);
   const std::size_t columns = variables.fColumns, nTargets = targets.fColumns;
   std::vector<double> covariances(columns * nTargets, 0.);
   double sum = 0;
   for (Long64_t i = 0; i < variables.fRows; ++i) {
      const double w = weights ? weights[i] : 1.0;
      sum += w;
      for (std::size_t j = 0; j < columns; ++j)
         for (std::size_t k = 0; k < nTargets; ++k)
            covariances[j * nTargets + k] += w * (variables(i, j) - xs[j].fMean) * (targets(i, k) - ys[k].fMean);
   }
   std::vector<double> correlations(columns, 0.);
   for (std::size_t j = 0; j < columns; ++j)
      for (std::size_t k = 0; k < nTargets; ++k) {
         const double norm = sum * xs[j].fRMS * ys[k].fRMS;
         if (norm != 0)
            correlations[j] = std::max(correlations[j], std::abs(covariances[j * nTargets + k] / norm));
      }
   return correlations;
}

} // namespace TorchMVA
