// The functions of standalone headers, compiled as the headers they are in the repository.

#include "Standalone/Pieces/Cumulative.hxx"
#include "Standalone/Pieces/Elementwise.hxx"
#include "Standalone/Pieces/Functions.hxx"
#include "Standalone/Pieces/Images.hxx"
#include "Standalone/Pieces/Linear.hxx"
#include "Standalone/Pieces/Reductions.hxx"
#include "Standalone/Pieces/Softmax.hxx"
#include "Standalone/Pieces/Trees.hxx"
#include "Standalone/StandaloneCode.hxx"
#include "Transform/CumulativeTable.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace TorchMVA::Standalone;
using TorchMVA::Internal::StandalonePiece;

namespace {

/// The largest |f - exact| relative to max(|exact|, floor) on 200001 points.
template <typename Function, typename Exact>
double WorstError(Function f, Exact exact, float low, float high, double floor)
{
   double worst = 0;
   for (int i = 0; i <= 200000; ++i) {
      const float x = low + (high - low) * float(i) / 200000;
      const double expected = exact(double(x));
      worst = std::max(worst, std::fabs(f(x) - expected) / std::max(std::fabs(expected), floor));
   }
   return worst;
}

} // namespace

TEST(Pieces, FunctionsAreAccurate)
{
   constexpr float kInfinity = std::numeric_limits<float>::infinity();
   EXPECT_LT(WorstError(Exp, [](double x) { return std::exp(x); }, -87.3f, 88.7f, 0), 3e-7);
   EXPECT_NEAR(Exp(-100.f) / std::exp(-100.), 1, 0.05); // below the smallest normal number
   EXPECT_LT(WorstError(ExpMinus1, [](double x) { return std::expm1(x); }, -5, 5, 0), 5e-7);
   EXPECT_LT(WorstError(Tanh, [](double x) { return std::tanh(x); }, -12, 12, 0), 3e-7);
   EXPECT_LT(WorstError(Sigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, -80, 80, 0), 4e-7);
   const auto probability = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.)); };
   EXPECT_LT(WorstError(NormalProbability, probability, -1, 12, 0), 4e-7);
   EXPECT_LT(WorstError(NormalProbability, probability, -12, -1, 0), 8e-6); // rounding of x^2 in the exponent
   EXPECT_LT(WorstError(LogOnePlusExp, [](double x) { return std::log1p(std::exp(x)); }, -80, 80, 0), 5e-7);
   EXPECT_EQ(Exp(-kInfinity), 0);
   EXPECT_EQ(Exp(kInfinity), kInfinity);
   EXPECT_EQ(Exp(0), 1);
   for (const auto function : {Exp, ExpMinus1, Tanh, Sigmoid, NormalProbability, LogOnePlusExp})
      EXPECT_TRUE(std::isnan(function(std::numeric_limits<float>::quiet_NaN())));
}

TEST(Pieces, CumulativeHasTheBitsOfTheTransformation)
{
   TorchMVA::Internal::CumulativeHistogram histogram;
   for (int i = 0; i <= 40; ++i)
      histogram.fEdges.push_back(std::sinh(float(i - 20) / 5));
   for (int i = 0; i < 40; ++i)
      histogram.fContent.push_back(float(i + 1) / 40);
   const TorchMVA::Internal::CumulativeTable expected(histogram);
   const Cumulative found(histogram.fEdges.data(), histogram.fContent.data(), 40);
   for (float x = -40; x < 40; x += 0.0625f) {
      EXPECT_EQ(found.Value(x), expected.Value(x));
      const float y = found.Uniform(x);
      EXPECT_EQ(found.InvertUniform(y), float(expected.Inverse(y)));
   }
   EXPECT_TRUE(std::isnan(found.Gauss(std::numeric_limits<float>::quiet_NaN())));
   EXPECT_NEAR(found.InvertGauss(found.Gauss(1.5f)), 1.5f, 1e-5);
}

TEST(Pieces, EveryHeaderIsEmbeddedAsText)
{
   for (const char *name : {"Cumulative", "Elementwise", "Functions", "Images", "InverseNormal", "Linear", "Reductions",
                            "Softmax", "Trees"}) {
      const std::string text = StandalonePiece(name);
      EXPECT_NE(text.find("///"), std::string::npos) << name;
      EXPECT_EQ(text.find("#include"), std::string::npos) << name;
      EXPECT_EQ(text.find("namespace"), std::string::npos) << name;
   }
   EXPECT_EQ(StandalonePiece("Nothing"), "");
}
