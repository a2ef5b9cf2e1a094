#ifndef TORCHMVA_TRANSFORM_VARIABLESTATISTICS_HXX
#define TORCHMVA_TRANSFORM_VARIABLESTATISTICS_HXX

#include "TorchMVA/Data/DataSet.hxx"
#include "TorchMVA/Data/VariableInfo.hxx"

#include <string>
#include <vector>

namespace TorchMVA {

/// TMVA's table of the variables of a sample, all classes together, through Logger `source`:
///
///     Variable        Mean        RMS   [        Min        Max ]
void PrintVariableStatistics(const std::string &source, const std::vector<VariableInfo> &variables,
                             const Sample &sample);

} // namespace TorchMVA

#endif
