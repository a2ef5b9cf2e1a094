#include "TorchMVA/Transform/VariableStatistics.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Data/VariableStatistics.hxx"

#include <algorithm>
#include <cstdio>

namespace TorchMVA {

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
