// Every operation against numbers of torch (tests/data/golden/networks/make.py), with every instruction set that this
// processor has.

#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Network/Network.hxx"

#include "support/Golden.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

using namespace TorchMVA;

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
