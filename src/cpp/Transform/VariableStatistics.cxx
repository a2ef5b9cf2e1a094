#include "TorchMVA/Transform/VariableStatistics.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace TorchMVA {

std::vector<VariableStatistics> ComputeVariableStatistics(MatrixView<const float> rows, const float *weights)
{
   std::vector<VariableStatistics> result(rows.fColumns);
   if (rows.fRows == 0)
      return result;
   double sum = 0;
   for (Long64_t i = 0; i < rows.fRows; ++i)
      sum += weights ? weights[i] : 1.0;
   for (Long64_t c = 0; c < rows.fColumns; ++c) {
      VariableStatistics &s = result[c];
      s.fMin = s.fMax = rows(0, c);
      double mean = 0, square = 0;
      for (Long64_t i = 0; i < rows.fRows; ++i) {
         const double x = rows(i, c);
         mean += (weights ? weights[i] : 1.0) * x;
         s.fMin = std::min(s.fMin, x);
         s.fMax = std::max(s.fMax, x);
      }
      if (sum == 0)
         continue;
      s.fMean = mean / sum;
      for (Long64_t i = 0; i < rows.fRows; ++i) {
         const double d = rows(i, c) - s.fMean;
         square += (weights ? weights[i] : 1.0) * d * d;
      }
      s.fRMS = std::sqrt(std::max(0.0, square / sum));
   }
   return result;
}

void PrintVariableStatistics(const std::string &source, const std::vector<VariableInfo> &variables,
                             const Sample &sample)
{
   const auto statistics = ComputeVariableStatistics(sample.fVariables, sample.fWeights);
   if (statistics.size() != variables.size())
      throw Error(EErrorCode::kArgument, "expected names of " + std::to_string(statistics.size()) +
                                            " variables, found " + std::to_string(variables.size()));
   int width = 8; // of "Variable"
   for (const VariableInfo &info : variables)
      width = std::max(width, info.GetLabel().Length());
   std::vector<char> line(width + 128);
   std::snprintf(line.data(), line.size(), "%*s %11s %11s   [ %11s %11s ]", width + 1, "Variable", "Mean", "RMS", "Min",
                 "Max");
   const Logger logger(source);
   const std::string head = line.data(), rule(head.size(), '-');
   logger.Header(head);
   logger.Info(rule);
   for (std::size_t c = 0; c < variables.size(); ++c) {
      const VariableStatistics &s = statistics[c];
      std::snprintf(line.data(), line.size(), "%*s: %#11.5g %#11.5g   [ %#11.5g %#11.5g ]", width,
                    variables[c].GetLabel().Data(), s.fMean, s.fRMS, s.fMin, s.fMax);
      logger.Info(line.data());
   }
   logger.Info(rule);
}

} // namespace TorchMVA
