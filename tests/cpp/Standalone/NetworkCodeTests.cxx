// Networks as C++ text: compiled by ROOT's interpreter, they give what the native engine gives.

#include "Standalone/NetworkCode.hxx"
#include "Standalone/StandaloneCode.hxx"
#include "TInterpreter.h"
#include "TROOT.h"
#include "TorchMVA/Network/Network.hxx"

#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace TorchMVA;
using namespace TorchMVA::Internal;
using TorchMVA::Test::ExpectError;

namespace {

constexpr int kLanes = StandaloneCode::kLanes;

/// Makes descriptions: operations with new random parameters.
class Builder {
public:
   explicit Builder(int nInputs, unsigned seed = 1) : fRandom(seed) { fDescription.fNInputs = nInputs; }
   /// Returns the number of the new value. `parameters`: attribute and how many there are.
   int Add(const std::string &type, std::vector<int> inputs, std::vector<int> shape,
           std::map<std::string, std::string> attributes = {},
           const std::vector<std::pair<std::string, int>> &parameters = {})
   {
      for (const auto &[name, n] : parameters) {
         attributes[name] = std::to_string(fDescription.fParameters.size());
         const float width = name == "Weight" ? std::sqrt(float(shape[0]) / float(n)) : 1.f;
         for (int i = 0; i < n; ++i)
            fDescription.fParameters.push_back(std::normal_distribution<float>(0, width)(fRandom));
      }
      fDescription.fOperations.push_back({type, std::move(inputs), std::move(shape), std::move(attributes)});
      return int(fDescription.fOperations.size());
   }
   NetworkDescription fDescription;

private:
   std::mt19937 fRandom;
};

using Function_t = void (*)(float *, float *);

/// Compiles the text; the functions for one event and for kLanes.
std::pair<Function_t, Function_t> Compile(const NetworkDescription &description)
{
   static int number = 0;
   StandaloneCode code;
   WriteNetworkCode(code, description);
   const std::string space = "Code" + std::to_string(++number);
   const std::string text =
      "#include <algorithm>\n#include <cmath>\n#include <cstdint>\n#include <cstring>\n#include <limits>\n"
      "#include <vector>\nnamespace " +
      space + " {\n" + code.Text() +
      "void One(float *x, float *y) { Predict<1>(x, y); }\nvoid Block(float *x, float *y) { Predict<" +
      std::to_string(kLanes) + ">(x, y); }\n}\n";
   EXPECT_TRUE(gInterpreter->Declare(text.c_str())) << text;
   const auto find = [&space](const char *name) {
      return reinterpret_cast<Function_t>(
         gROOT->ProcessLine(("reinterpret_cast<long>(&" + space + "::" + name + ");").c_str()));
   };
   return {find("One"), find("Block")};
}

void ExpectClose(float found, float expected, float scale, const std::string &where)
{
   if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(found)) << where << ": " << found;
   } else if (found != expected) { // also infinite
      EXPECT_NEAR(found, expected, 2e-6 * std::max(scale, std::fabs(expected))) << where;
   }
}

/// The text and the native engine on kLanes events, the last with a NaN.
void ExpectSame(const Builder &builder, float width = 1)
{
   const Network network(builder.fDescription);
   const auto [one, block] = Compile(builder.fDescription);
   ASSERT_TRUE(one && block);
   const int nInputs = network.GetNInputs(), nOutputs = network.GetNOutputs();
   std::mt19937 random(7);
   std::vector<float> rows(kLanes * nInputs), expected(kLanes * nOutputs), lanes(kLanes * nInputs),
      side(kLanes * nOutputs), response(nOutputs);
   for (float &x : rows)
      x = std::normal_distribution<float>(0, width)(random);
   rows.back() = std::numeric_limits<float>::quiet_NaN();
   for (int event = 0; event < kLanes; ++event)
      for (int i = 0; i < nInputs; ++i)
         lanes[i * kLanes + event] = rows[event * nInputs + i];
   network.Evaluate(rows.data(), kLanes, expected.data());
   float scale = 0;
   for (const float y : expected)
      scale = std::isfinite(y) ? std::max(scale, std::fabs(y)) : scale;
   block(lanes.data(), side.data());
   for (int event = 0; event < kLanes; ++event) {
      std::vector<float> row(rows.begin() + event * nInputs, rows.begin() + (event + 1) * nInputs);
      one(row.data(), response.data());
      for (int k = 0; k < nOutputs; ++k) {
         const std::string where = "event " + std::to_string(event) + ", output " + std::to_string(k);
         ExpectClose(response[k], expected[event * nOutputs + k], scale, where);
         ExpectClose(side[k * kLanes + event], expected[event * nOutputs + k], scale, where + ", in a block");
      }
   }
}

} // namespace

TEST(NetworkCode, LinearOfAllWidths)
{
   Builder b(4);
   int x = b.Add("Linear", {0}, {70}, {}, {{"Weight", 280}, {"Bias", 70}}); // 64 and 6 outputs at a time
   x = b.Add("ReLU", {x}, {70});
   x = b.Add("Linear", {x}, {15}, {}, {{"Weight", 70 * 15}});
   x = b.Add("Reshape", {x}, {3, 5});
   x = b.Add("Linear", {x}, {3, 2}, {}, {{"Weight", 10}, {"Bias", 2}}); // on each row
   b.Add("Reshape", {x}, {6});
   ExpectSame(b);
}

TEST(NetworkCode, Activations)
{
   const std::vector<std::pair<std::string, std::map<std::string, std::string>>> types = {
      {"ReLU", {}},
      {"LeakyReLU", {{"Slope", "0.125"}}},
      {"ELU", {{"Alpha", "0.7"}}},
      {"SELU", {}},
      {"GELU", {}},
      {"GELU", {{"Approximate", "tanh"}}},
      {"SiLU", {}},
      {"Sigmoid", {}},
      {"Tanh", {}},
      {"Softplus", {{"Beta", "2"}, {"Threshold", "3"}}},
      {"Softsign", {}},
      {"Clamp", {{"Min", "-0.5"}, {"Max", "0.25"}}},
      {"Clamp", {{"Max", "-0.25"}}},
      {"Hardsigmoid", {}},
      {"Hardswish", {}},
      {"Mish", {}},
      {"LogSigmoid", {}},
      {"Exp", {}},
      {"Log", {}},
      {"Sqrt", {}},
      {"Abs", {}}};
   for (const auto &[type, attributes] : types) {
      SCOPED_TRACE(type);
      Builder b(40);
      b.Add(type, {0}, {40}, attributes);
      ExpectSame(b, 3);
   }
   Builder large(3);
   large.Add("Exp", {0}, {3});
   ExpectSame(large, 80); // to infinity and to zero
   Builder tails(30);
   tails.Add("Tanh", {tails.Add("Sigmoid", {0}, {30})}, {30});
   ExpectSame(tails, 200);
}

TEST(NetworkCode, ElementByElement)
{
   Builder b(12);
   int x = b.Add("Affine", {0}, {12}, {{"Dim", "-1"}, {"Count", "12"}}, {{"Scale", 12}, {"Shift", 12}});
   x = b.Add("Reshape", {x}, {3, 4});
   x = b.Add("Affine", {x}, {3, 4}, {{"Dim", "0"}, {"Count", "3"}}, {{"Scale", 3}});
   x = b.Add("Affine", {x}, {3, 4}, {{"Dim", "-1"}, {"Count", "4"}}, {{"Shift", 4}});
   x = b.Add("Affine", {x}, {3, 4}, {{"Dim", "all"}, {"Count", "12"}}, {{"Scale", 12}});
   x = b.Add("Affine", {x}, {3, 4}, {{"Count", "1"}}, {{"Scale", 1}, {"Shift", 1}});
   const int kept = x;
   x = b.Add("PReLU", {x}, {3, 4}, {{"Count", "3"}}, {{"Slopes", 3}});
   x = b.Add("PReLU", {x}, {3, 4}, {{"Count", "1"}}, {{"Slopes", 1}});
   x = b.Add("Add", {x, kept}, {3, 4});
   x = b.Add("Multiply", {x, kept}, {3, 4});
   x = b.Add("Subtract", {kept, x}, {3, 4});
   x = b.Add("Divide", {x, kept}, {3, 4});
   const int one = b.Add("Slice", {b.Add("Reshape", {kept}, {12})}, {1}, {{"Dim", "0"}, {"Start", "5"}, {"Stop", "6"}});
   x = b.Add("Multiply", {x, one}, {3, 4});
   b.Add("Reshape", {x}, {12});
   ExpectSame(b);
}

TEST(NetworkCode, ShapesAndReductions)
{
   Builder b(24);
   int x = b.Add("Reshape", {0}, {2, 3, 4});
   const int permuted = b.Add("Permute", {x}, {4, 2, 3}, {{"Dims", "2 0 1"}});
   const int slice =
      b.Add("Slice", {permuted}, {4, 2, 2}, {{"Dim", "2"}, {"Start", "0"}, {"Stop", "3"}, {"Step", "2"}});
   const int other = b.Add("Slice", {permuted}, {4, 1, 3}, {{"Dim", "1"}, {"Start", "1"}, {"Stop", "2"}});
   const int mean = b.Add("Mean", {slice}, {4, 2}, {{"Dim", "1"}});
   const int sum = b.Add("Sum", {permuted}, {2, 3}, {{"Dim", "0"}});
   const int largest = b.Add("Max", {other}, {4, 1}, {{"Dim", "2"}});
   x = b.Add("Concatenate", {mean, largest}, {4, 3}, {{"Dim", "1"}});
   x = b.Add("Softmax", {x}, {4, 3}, {{"Dim", "0"}});
   x = b.Add("Concatenate", {x, sum}, {6, 3}, {{"Dim", "0"}});
   x = b.Add("LogSoftmax", {x}, {6, 3}, {{"Dim", "1"}});
   x = b.Add("LayerNorm", {x}, {6, 3}, {{"Dims", "1"}, {"Epsilon", "1e-3"}}, {{"Scale", 3}, {"Shift", 3}});
   x = b.Add("LayerNorm", {x}, {6, 3}, {{"Dims", "2"}, {"Epsilon", "1e-5"}});
   b.Add("Reshape", {x}, {18});
   ExpectSame(b);
}

TEST(NetworkCode, ConvolutionAndPooling)
{
   Builder b(2 * 7 * 8);
   int x = b.Add("Reshape", {0}, {2, 7, 8});
   x = b.Add("Conv2d", {x}, {4, 7, 4}, {{"Kernel", "3 2"}, {"Stride", "1 2"}, {"Padding", "1 0"}, {"Groups", "2"}},
             {{"Weight", 4 * 1 * 6}, {"Bias", 4}});
   x = b.Add("MaxPool2d", {x}, {4, 4, 4}, {{"Kernel", "2 1"}, {"Stride", "2 1"}, {"Padding", "1 0"}});
   x = b.Add("AvgPool2d", {x}, {4, 3, 2},
             {{"Kernel", "2 2"}, {"Stride", "2 2"}, {"Padding", "1 0"}, {"CountIncludePad", "0"}});
   x = b.Add("Reshape", {x}, {4, 6});
   x = b.Add("Conv1d", {x}, {3, 4}, {{"Kernel", "2"}, {"Dilation", "2"}}, {{"Weight", 3 * 4 * 2}});
   x = b.Add("AvgPool1d", {x}, {3, 2}, {{"Kernel", "3"}, {"Stride", "2"}, {"Padding", "1"}});
   x = b.Add("MaxPool1d", {x}, {3, 1}, {{"Kernel", "2"}, {"Stride", "2"}});
   b.Add("Reshape", {x}, {3});
   ExpectSame(b);
}

TEST(NetworkCode, RandomGraphs)
{
   for (unsigned seed = 1; seed <= 15; ++seed) {
      SCOPED_TRACE(seed);
      std::mt19937 random(seed);
      const auto draw = [&random](int n) { return int(random() % unsigned(n)); };
      Builder b(1 + draw(9), seed);
      std::vector<std::pair<int, int>> values = {{0, b.fDescription.fNInputs}}; // number, size
      for (int i = 0; i < 12; ++i) {
         const auto [from, n] =
            values[values.size() - 1 - std::size_t(draw(int(std::min<std::size_t>(values.size(), 3))))];
         const auto [other, m] = values[std::size_t(draw(int(values.size())))];
         static const char *const kPlain[] = {"ReLU", "Tanh", "SiLU", "Sigmoid", "GELU", "Mish"};
         const int kind = draw(4), to = 1 + draw(20);
         if (kind == 0)
            values.emplace_back(b.Add("Linear", {from}, {to}, {}, {{"Weight", to * n}, {"Bias", to}}), to);
         else if (kind == 1)
            values.emplace_back(b.Add("Concatenate", {from, other}, {n + m}, {{"Dim", "0"}}), n + m);
         else if (kind == 2 && (m == n || m == 1))
            values.emplace_back(b.Add(draw(2) != 0 ? "Add" : "Subtract", {from, other}, {n}), n);
         else
            values.emplace_back(b.Add(kPlain[draw(6)], {from}, {n}, {}), n);
      }
      ExpectSame(b);
   }
}

TEST(NetworkCode, ValuesShareMemoryWhenTheyAreNotNeededAnyMore)
{
   Builder b(8);
   int x = 0;
   for (int i = 0; i < 10; ++i) {
      x = b.Add("Linear", {x}, {8}, {}, {{"Weight", 64}, {"Bias", 8}});
      x = b.Add("Tanh", {x}, {8}); // in place
   }
   StandaloneCode code;
   WriteNetworkCode(code, b.fDescription);
   EXPECT_EQ(code.GetNFloats(), 16); // two layers
   ExpectSame(b);
}

TEST(NetworkCode, NumbersReadBackToTheSameBits)
{
   StandaloneCode code;
   const std::vector<float> numbers = {0.1f, -0.f, 1e-42f, 3.4028235e38f, 1, std::numeric_limits<float>::infinity()};
   code.Table("kTable", numbers);
   ASSERT_TRUE(gInterpreter->Declare(("#include <limits>\nnamespace Bits {\n" + code.Text() + "}\n").c_str()));
   const auto *table = reinterpret_cast<const float *>(gROOT->ProcessLine("reinterpret_cast<long>(&Bits::kTable[0]);"));
   EXPECT_EQ(std::memcmp(table, numbers.data(), numbers.size() * sizeof(float)), 0);
}

TEST(NetworkCode, WhatHasNoCodeIsNamed)
{
   Builder b(3);
   b.Add("ReLU", {0}, {3});
   b.Add("Fourier", {1}, {3});
   StandaloneCode code;
   ExpectError(EErrorCode::kMethod, {"1, Fourier"}, [&] { WriteNetworkCode(code, b.fDescription); });
   ExpectError(EErrorCode::kInternal, {"Nothing"}, [&] { code.Use("Nothing"); });
}
