// Every operation against numbers of torch (tests/data/golden/networks/make.py), with every instruction set that this
// processor has.

#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Network/Network.hxx"

#include "support/ExpectError.hxx"
#include "support/Golden.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <vector>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

namespace {

/// Not through a stream, which reads neither nan nor inf.
std::vector<float> Numbers(const std::string &text)
{
   std::vector<float> numbers;
   const char *at = text.c_str();
   for (char *end = nullptr;; at = end) {
      const double number = std::strtod(at, &end);
      if (end == at)
         return numbers;
      numbers.push_back(static_cast<float>(number));
   }
}

struct Case {
   std::string fName;
   XmlNode fNetwork;
   std::vector<float> fRows, fExpected;
   double fRelative, fAbsolute;
};

class Operation : public testing::TestWithParam<std::string> {
protected:
   static void SetUpTestSuite()
   {
      static const XmlDocument document =
         XmlDocument::Read(TorchMVA::Test::DataDir() + "/golden/networks/operations.xml");
      if (fgCases.empty()) {
         for (const XmlNode &node : document.Root().Children("Case")) {
            fgCases.push_back({node.Attribute("Name"), node.RequiredChild("Network"),
                               Numbers(node.RequiredChild("Rows").Content()),
                               Numbers(node.RequiredChild("Expected").Content()), node.DoubleAttribute("Relative"),
                               node.DoubleAttribute("Absolute")});
         }
      }
   }
   static std::vector<Case> fgCases;
};
std::vector<Case> Operation::fgCases;

void ExpectAsTorch(const Case &golden, const std::vector<float> &found)
{
   double largest = 0;
   for (const float e : golden.fExpected)
      largest = std::isfinite(e) ? std::max(largest, std::fabs(double(e))) : largest;
   for (std::size_t i = 0; i < found.size(); ++i) {
      const double expected = golden.fExpected[i], value = found[i];
      const double allowed = golden.fRelative * std::fabs(expected) + golden.fAbsolute * largest +
                             std::numeric_limits<float>::min(); // torch's own floats may be 0 there
      const bool isSame = std::isnan(expected) ? std::isnan(value) : value == expected;
      EXPECT_TRUE(isSame || std::fabs(value - expected) <= allowed)
         << golden.fName << ", output " << i << ": expected " << expected << ", found " << value;
   }
}

Network NetworkOf(const Case &golden, const std::string &instructions)
{
   return Network(Network::Read(golden.fNetwork).GetDescription(), instructions);
}

} // namespace

TEST_P(Operation, AsTorch)
{
   ASSERT_GT(fgCases.size(), 90u);
   for (const Case &golden : fgCases) {
      const Network network = NetworkOf(golden, GetParam());
      const auto n = static_cast<Long64_t>(golden.fRows.size()) / network.GetNInputs();
      ASSERT_EQ(std::size_t(n * network.GetNInputs()), golden.fRows.size());
      ASSERT_EQ(std::size_t(n * network.GetNOutputs()), golden.fExpected.size());
      std::vector<float> found(golden.fExpected.size());
      network.Evaluate(golden.fRows.data(), n, found.data());
      ExpectAsTorch(golden, found);
   }
}

TEST_P(Operation, OneEventAtATimeHasTheSameBits)
{
   for (const Case &golden : fgCases) {
      const Network network = NetworkOf(golden, GetParam());
      const int nIn = network.GetNInputs(), nOut = network.GetNOutputs();
      const auto n = static_cast<Long64_t>(golden.fRows.size()) / nIn;
      std::vector<float> block(n * nOut), single(n * nOut);
      network.Evaluate(golden.fRows.data(), n, block.data());
      for (Long64_t i = 0; i < n; ++i)
         network.Evaluate(golden.fRows.data() + i * nIn, 1, single.data() + i * nOut);
      for (std::size_t i = 0; i < block.size(); ++i)
         EXPECT_TRUE(block[i] == single[i] || (std::isnan(block[i]) && std::isnan(single[i]))) << golden.fName;
   }
}

TEST_P(Operation, LinearOfEveryWidthAndNumberOfEvents)
{
   constexpr int kInputs = 5, kMost = 140, kEvents = 11;
   NetworkDescription description{kInputs, {}, {}};
   for (int i = 0; i < (kInputs + 1) * kMost; ++i)
      description.fParameters.push_back(float(std::sin(3. * i)));
   std::vector<float> rows;
   for (int i = 0; i < kInputs * kEvents; ++i)
      rows.push_back(float(std::cos(5. * i)));
   for (int width = 1; width <= kMost; ++width) {
      const std::string bias = std::to_string(kInputs * width);
      description.fOperations = {{"Linear", {0}, {width}, {{"Weight", "0"}, {"Bias", bias}}}};
      const Network network(description, GetParam());
      for (const int n : {1, 2, 3, 4, kEvents}) {
         std::vector<float> found(n * width);
         network.Evaluate(rows.data(), n, found.data());
         for (int i = 0; i < n * width; ++i) {
            const float *row = &rows[i / width * kInputs];
            const float *weights = &description.fParameters[i % width * kInputs];
            const double expected = std::inner_product(row, row + kInputs, weights,
                                                       double(description.fParameters[kInputs * width + i % width]));
            ASSERT_NEAR(found[i], expected, 1e-6) << width << " outputs, " << n << " events, number " << i;
         }
      }
   }
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, Operation, testing::ValuesIn(Network::GetInstructionSets()),
                         [](const auto &parameter) { return parameter.param; });

TEST(Operations, EveryTypeHasAReference)
{
   const std::vector<std::string> types = {
      "Linear",     "ReLU",      "LeakyReLU", "ELU",         "SELU",      "GELU",      "SiLU", "Sigmoid",  "Tanh",
      "Softplus",   "Softsign",  "Clamp",     "Hardsigmoid", "Hardswish", "Mish",      "Exp",  "Log",      "Sqrt",
      "LogSigmoid", "Abs",       "PReLU",     "Softmax",     "Affine",    "LayerNorm", "Add",  "Subtract", "Multiply",
      "LogSoftmax", "Divide",    "Slice",     "Concatenate", "Reshape",   "Permute",   "Sum",  "Mean",     "Max",
      "Conv1d",     "MaxPool1d", "AvgPool1d", "Conv2d",      "MaxPool2d", "AvgPool2d"};
   const XmlDocument document = XmlDocument::Read(TorchMVA::Test::DataDir() + "/golden/networks/operations.xml");
   std::set<std::string> found;
   for (const XmlNode &node : document.Root().Children("Case")) {
      for (const XmlNode &operation : node.RequiredChild("Network").Children("Operation"))
         found.insert(operation.Attribute("Type"));
   }
   EXPECT_EQ(found, std::set<std::string>(types.begin(), types.end()));
}

TEST(Operations, NoneAcceptsAShapeThatIsNotThatOfItsResult)
{
   const std::string file = TorchMVA::Test::ReadText(TorchMVA::Test::DataDir() + "/golden/networks/operations.xml");
   const std::string end = "</Network>";
   int tried = 0;
   for (auto at = file.find("<Network "); at != std::string::npos; at = file.find("<Network ", at + 1)) {
      const std::string network = file.substr(at, file.find(end, at) + end.size() - at);
      for (auto shape = network.find("Shape="); shape != std::string::npos; shape = network.find("Shape=", shape + 1)) {
         const auto first = shape + 7, last = network.find('"', first);
         const std::string wrong = network.substr(first, last - first) + " 2";
         ExpectError(EErrorCode::kWeightFile, {"operation: ", "'" + wrong + "'"},
                     [&] { Network::FromXml(network.substr(0, first) + wrong + network.substr(last)); });
         ++tried;
      }
   }
   EXPECT_GT(tried, 60);
}

TEST(Operations, OneMayHaveManyInputs)
{
   constexpr int kTimes = 40;
   const std::vector<int> inputs(kTimes, 0);
   const Network network(NetworkDescription{3, {{"Concatenate", inputs, {3 * kTimes}, {{"Dim", "0"}}}}, {}});
   const std::vector<float> rows = {1, 2, 3, 4, 5, 6};
   std::vector<float> found(2 * 3 * kTimes);
   network.Evaluate(rows.data(), 2, found.data());
   for (int i = 0; i < int(found.size()); ++i)
      EXPECT_EQ(found[i], rows[i / (3 * kTimes) * 3 + i % 3]) << i;
}

TEST(Operations, WhatDoesNotFitIsRefused)
{
   const auto slice = [](const std::string &start, int size) {
      return NetworkDescription{4, {{"Slice", {0}, {size}, {{"Dim", "0"}, {"Start", start}, {"Stop", "4"}}}}, {}};
   };
   EXPECT_NO_THROW(Network(slice("3", 1)));
   ExpectError(EErrorCode::kWeightFile, {"Slice", "Start"}, [&] { Network(slice("4", 1)); });
   ExpectError(EErrorCode::kWeightFile, {"Slice"}, [&] { Network(slice("3", 2)); });
   const NetworkDescription both{4, {{"Concatenate", {0, 0}, {7}, {{"Dim", "0"}}}}, {}};
   ExpectError(EErrorCode::kWeightFile, {"Concatenate", "8"}, [&] { Network network(both); });
}
