#include "Standalone/ActivationCode.hxx"

#include "Standalone/StandaloneCode.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <charconv>
#include <map>

namespace TorchMVA {
namespace Internal {

namespace {

/// Those without attributes.
const std::map<std::string, std::string> kPlain = {
   {"ReLU", "x < 0 ? 0.f : x"},
   {"SELU", "1.0507009873554805f * (x > 0 ? x : 1.6732632423543772f * ExpMinus1(x))"},
   {"SiLU", "x * Sigmoid(x)"},
   {"Sigmoid", "Sigmoid(x)"},
   {"Tanh", "Tanh(x)"},
   {"Softsign", "x / (1.f + std::fabs(x))"},
   {"Hardsigmoid", "x < -3.f ? 0.f : x > 3.f ? 1.f : (x + 3.f) / 6.f"},
   {"Hardswish", "x < -3.f ? 0.f : x > 3.f ? x : x * (x + 3.f) / 6.f"},
   {"Mish", "x * Tanh(x > 20.f ? x : LogOnePlusExp(x))"},
   {"LogSigmoid", "-LogOnePlusExp(-x)"},
   {"Exp", "Exp(x)"},
   {"Log", "std::log(x)"},
   {"Sqrt", "std::sqrt(x)"},
   {"Abs", "std::fabs(x)"},
};

std::string ClampCode(const NetworkOperation &operation)
{
   std::string text = "x";
   if (operation.fAttributes.count("Max") > 0) {
      const std::string most = FloatLiteral(static_cast<float>(NumberOf(operation, "Max", 0)));
      text = "x > " + most + " ? " + most + " : " + text;
   }
   if (operation.fAttributes.count("Min") > 0) {
      const std::string least = FloatLiteral(static_cast<float>(NumberOf(operation, "Min", 0)));
      text = "x < " + least + " ? " + least + " : " + text;
   }
   return text;
}

} // namespace

double NumberOf(const NetworkOperation &operation, const std::string &attribute, double missing)
{
   const auto found = operation.fAttributes.find(attribute);
   if (found == operation.fAttributes.end())
      return missing;
   double number = 0;
   const char *end = found->second.data() + found->second.size();
   const auto result = std::from_chars(found->second.data(), end, number);
   if (result.ec != std::errc() || result.ptr != end)
      throw Error(EErrorCode::kMethod, "expected a number, found " + attribute + "=\"" + found->second + "\"",
                  {{"operation", operation.fType}});
   return number;
}

std::string ActivationCode(const NetworkOperation &operation)
{
   const auto number = [&operation](const char *attribute, double missing) {
      return FloatLiteral(static_cast<float>(NumberOf(operation, attribute, missing)));
   };
   const std::string &type = operation.fType;
   if (const auto found = kPlain.find(type); found != kPlain.end())
      return found->second;
   if (type == "LeakyReLU")
      return "x > 0 ? x : " + number("Slope", 0.01) + " * x";
   if (type == "ELU")
      return "x > 0 ? x : " + number("Alpha", 1) + " * ExpMinus1(x)";
   if (type == "Softplus") {
      const std::string beta = number("Beta", 1);
      return "x * " + beta + " > " + number("Threshold", 20) + " ? x : LogOnePlusExp(x * " + beta + ") / " + beta;
   }
   if (type == "Clamp")
      return ClampCode(operation);
   if (type == "GELU") {
      const auto approximate = operation.fAttributes.find("Approximate");
      return approximate != operation.fAttributes.end() && approximate->second == "tanh"
                ? "x * Sigmoid(1.5957691216057308f * (x + 0.044715f * x * x * x))" // (1 + tanh) / 2 without cancellation
                : "x * NormalProbability(x)";
   }
   return "";
}

} // namespace Internal
} // namespace TorchMVA
