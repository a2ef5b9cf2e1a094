#include "LinearCoefficients.hxx"

#include "Core/ExactNumber.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cmath>
#include <ostream>

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

void WriteLinearClass(std::ostream &out, const TString &className, const std::vector<double> &coefficients)
{
   out << "\nprivate:\n"
          "   std::vector<double> fCoefficients; // the offset first\n"
          "};\n\n"
          "inline void "
       << className << "::Initialize()\n{\n";
   for (const double c : coefficients)
      out << "   fCoefficients.push_back(" << ExactNumber(c) << ");\n";
   out << "}\n\n"
          "inline void "
       << className
       << "::Clear()\n{\n   fCoefficients.clear();\n}\n\n"
          "inline double "
       << className
       << "::GetMvaValue__(const std::vector<double> &inputValues) const\n"
          "{\n"
          "   double value = fCoefficients[0];\n"
          "   for (std::size_t k = 0; k < inputValues.size(); ++k)\n"
          "      value += fCoefficients[k + 1] * inputValues[k];\n"
          "   return value;\n"
          "}\n";
}

} // namespace Internal
} // namespace TorchMVA
