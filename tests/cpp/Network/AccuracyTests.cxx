// The elementary functions of every instruction set against those of the C++ library in double precision.

#include "TorchMVA/Network/Network.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using namespace TorchMVA;

namespace {

constexpr int kWidth = 1000;

struct Function {
   std::string fType;
   std::function<double(double)> fReference;
   double fLow, fHigh;
   double fRelative;
};

double NormalProbability(double x)
{
   return 0.5 * std::erfc(-x / std::sqrt(2.));
}

/// Everywhere, then around 0, where differences lose digits.
std::vector<float> Points(const Function &function)
{
   std::vector<float> points;
   constexpr int n = 50 * kWidth;
   for (int i = 0; i < n; ++i)
      points.push_back(float(function.fLow + (function.fHigh - function.fLow) * (i + 0.5) / n));
   for (int i = 0; i < n; ++i) {
      const double x = std::pow(10., -10 + 11. * i / n);
      points.push_back(float(std::min(x, function.fHigh)));
      points.push_back(float(std::max(-x, function.fLow)));
   }
   return points;
}

double LargestError(const Function &function, const std::string &instructions)
{
   const Network network(NetworkDescription{kWidth, {{function.fType, {0}, {kWidth}, {}}}, {}}, instructions);
   const std::vector<float> points = Points(function);
   std::vector<float> found(points.size());
   network.Evaluate(points.data(), Long64_t(points.size()) / kWidth, found.data());
   double largest = 0;
   for (std::size_t i = 0; i < points.size(); ++i) {
      const double expected = function.fReference(points[i]);
      if (std::fabs(expected) >= std::numeric_limits<float>::min() && std::isfinite(float(expected)))
         largest = std::max(largest, std::fabs(found[i] - expected) / std::fabs(expected));
   }
   return largest;
}

} // namespace

TEST(Accuracy, ElementaryFunctions)
{
   const std::vector<Function> functions = {
      {"Exp", [](double x) { return std::exp(x); }, -87, 88.7, 1.5e-7},
      {"Log", [](double x) { return std::log(x); }, 1e-37, 1e37, 1.5e-7},
      {"Sqrt", [](double x) { return std::sqrt(x); }, 0, 1e37, 6e-8},
      {"Tanh", [](double x) { return std::tanh(x); }, -20, 20, 2.5e-7},
      {"Sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }, -87, 87, 2.5e-7},
      {"SiLU", [](double x) { return x / (1 + std::exp(-x)); }, -80, 80, 2.5e-7},
      {"GELU", [](double x) { return x * NormalProbability(x); }, -4, 10, 1e-6},
      {"Mish", [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, -80, 80, 4e-7},
      {"ELU", [](double x) { return x > 0 ? x : std::expm1(x); }, -80, 5, 1.5e-7},
      {"LogSigmoid", [](double x) { return -std::log1p(std::exp(-x)); }, -80, 80, 3e-7},
      {"Softplus", [](double x) { return std::log1p(std::exp(x)); }, -80, 80, 3e-7}};
   for (const std::string &instructions : Network::GetInstructionSets()) {
      for (const Function &function : functions) {
         const double error = LargestError(function, instructions);
         EXPECT_LT(error, function.fRelative) << function.fType << ", " << instructions;
         EXPECT_GT(error, 0) << function.fType << ", " << instructions; // floats are no doubles
         RecordProperty(function.fType + "_" + instructions, std::to_string(error * 1e7) + "e-7");
      }
   }
}

/// Far below zero, where the result is tiny, GELU is off by no more than torch, which takes a difference.
TEST(Accuracy, TheTailOfGelu)
{
   const Network network(NetworkDescription{1, {{"GELU", {0}, {1}, {}}}, {}});
   for (float x = -4; x > -14; x -= 0.01f) {
      float y = 0;
      network.Evaluate(&x, 1, &y);
      const double expected = x * NormalProbability(x);
      EXPECT_NEAR(y, expected, 1e-5 * std::fabs(expected) + 1e-38) << x;
   }
   const float infinity = std::numeric_limits<float>::infinity();
   float y = 0;
   network.Evaluate(&infinity, 1, &y);
   EXPECT_EQ(y, infinity);
}
