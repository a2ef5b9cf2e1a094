#ifndef TORCHMVA_METHOD_LINEARCOEFFICIENTS_HXX
#define TORCHMVA_METHOD_LINEARCOEFFICIENTS_HXX

#include "RtypesCore.h"
#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Data/VariableInfo.hxx"

#include <string>
#include <utility>
#include <vector>

namespace TorchMVA {
namespace Internal {

class StandaloneCode;

// What the linear methods share: y = c_0 + sum_k c_k x_k, the coefficients in the order c_0, c_1, ..., c_n.

/// y of n rows of nVariables into every stride-th element of `outputs`. Throws Error (kState) if there are not
/// nVariables + 1 coefficients: the method was neither trained nor read.
void ApplyLinear(const std::vector<double> &coefficients, const float *rows, Long64_t n, std::size_t nVariables,
                 float *outputs, std::size_t stride, const char *method);

/// TMVA's table: a line a variable, then the offset.
void PrintCoefficients(const Logger &logger, const std::string &title, const std::vector<VariableInfo> &variables,
                       const std::vector<double> &coefficients);

/// The `<Coefficient>` elements of `<Weights>`, addressed by integer attributes: `axes` are the attributes with the
/// number of values of each, slowest first. Throws Error (kWeightFile) unless each combination is there once with a
/// finite number.
std::vector<double> ReadCoefficients(const XmlNode &weights,
                                     const std::vector<std::pair<std::string, std::size_t>> &axes);

/// WritePrediction of a linear method: coefficients of each output.
void WriteLinearCode(StandaloneCode &code, const std::vector<std::vector<double>> &coefficients);

} // namespace Internal
} // namespace TorchMVA

#endif
