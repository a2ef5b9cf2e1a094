#include "LinearCoefficients.hxx"

#include "Standalone/StandaloneCode.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cmath>

namespace TorchMVA {
namespace Internal {

void ApplyLinear(const std::vector<double> &coefficients, const float *rows, Long64_t n, std::size_t nVariables,
                 float *outputs, std::size_t stride, const char *method)
{
   if (coefficients.size() != nVariables + 1)
      throw Error(EErrorCode::kState, "the method is used before it was trained or read", {{"method", method}});
   const double *const c = coefficients.data();
   for (Long64_t i = 0; i < n; ++i, rows += nVariables) {
      double sum = c[0];
      for (std::size_t k = 0; k < nVariables; ++k)
         sum += c[k + 1] * rows[k];
      outputs[i * stride] = static_cast<float>(sum);
   }
}

void PrintCoefficients(const Logger &logger, const std::string &title, const std::vector<VariableInfo> &variables,
                       const std::vector<double> &coefficients)
{
   Int_t width = 8; // of "Variable" and "(offset)"
   for (const VariableInfo &info : variables)
      width = std::max(width, info.GetLabel().Length());
   const std::string rule(width + 15, '-');
   logger.Header(title);
   logger.Info(rule);
   logger.Info(TString::Format("%*s:  %s", width, "Variable", "Coefficient:").Data());
   logger.Info(rule);
   for (std::size_t k = 0; k < variables.size(); ++k)
      logger.Info(TString::Format("%*s:  %+12.3f", width, variables[k].GetLabel().Data(), coefficients[k + 1]).Data());
   logger.Info(TString::Format("%*s:  %+12.3f", width, "(offset)", coefficients[0]).Data());
   logger.Info(rule);
}

std::vector<double> ReadCoefficients(const XmlNode &weights,
                                     const std::vector<std::pair<std::string, std::size_t>> &axes)
{
   if (!weights)
      throw Error(EErrorCode::kWeightFile, "expected an element <Weights> with coefficients, found none");
   const auto fail = [&weights](const std::string &message) {
      throw Error(EErrorCode::kWeightFile, message, {{"file", weights.Document()->Path()}, {"element", "<Weights>"}});
   };
   std::size_t n = 1;
   for (const auto &axis : axes)
      n *= axis.second;
   const auto nodes = weights.Children("Coefficient");
   if (nodes.size() != n)
      fail("expected " + std::to_string(n) + " coefficients, found " + std::to_string(nodes.size()));
   std::vector<double> coefficients(n, std::nan(""));
   for (const XmlNode &node : nodes) {
      node.RequireKnown({"Index", "IndexOut", "IndexCoeff", "Value"});
      std::size_t position = 0;
      for (const auto &[name, size] : axes) {
         const long long k = node.IntAttribute(name);
         if (k < 0 || k >= static_cast<long long>(size))
            fail("expected " + name + " from 0 to " + std::to_string(size - 1) + ", found " + node.Attribute(name));
         position = position * size + k;
      }
      if (!std::isnan(coefficients[position]))
         fail("expected each coefficient once, found " + axes.back().first + " " + node.Attribute(axes.back().first) +
              " twice");
      coefficients[position] = node.DoubleAttribute("Value");
      if (!std::isfinite(coefficients[position]))
         fail("expected finite coefficients, found " + node.Attribute("Value"));
   }
   return coefficients;
}

void WriteLinearCode(StandaloneCode &code, const std::vector<std::vector<double>> &coefficients)
{
   std::vector<double> all;
   for (const auto &output : coefficients)
      all.insert(all.end(), output.begin(), output.end());
   code.Table("kCoefficients", all); // of each output the offset first
   std::string body = R"(template <int L>
inline void Predict(float *x, float *y)
{
   constexpr int n = @N@;
   for (int k = 0; k < @OUTPUTS@; ++k) {
      const double *c = kCoefficients + k * (n + 1);
      double sum[L];
      for (int l = 0; l < L; ++l)
         sum[l] = c[0];
      for (int i = 0; i < n; ++i)
         for (int l = 0; l < L; ++l)
            sum[l] += c[i + 1] * double(x[i * L + l]);
      for (int l = 0; l < L; ++l)
         y[k * L + l] = static_cast<float>(sum[l]);
   }
}
)";
   ReplaceAll(body, "@N@", std::to_string(coefficients.at(0).size() - 1));
   ReplaceAll(body, "@OUTPUTS@", std::to_string(coefficients.size()));
   code.Out() << body;
}

} // namespace Internal
} // namespace TorchMVA
