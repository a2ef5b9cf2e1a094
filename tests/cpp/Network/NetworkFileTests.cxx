// The <Network> element: what is written is read, and every damage is refused with words that name it.

#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Network/Network.hxx"

#include "Network/RandomNetwork.hxx"
#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

namespace {

/// Linear 2-3, ReLU, Linear 3-2 without bias, Softmax; numbers that base64 must keep to the last bit.
NetworkDescription SmallNetwork()
{
   NetworkDescription description;
   description.fNInputs = 2;
   description.fParameters = {0.1f, -0.2f, 1e-42f, 3.4e38f, -0.f, 7, 0.5f, 0, -1, 1, 2, 3, 4, 5, 6};
   description.fOperations = {{"Linear", {0}, {3}, {{"Weight", "0"}, {"Bias", "6"}}},
                              {"LeakyReLU", {1}, {3}, {{"Slope", "0.125"}}},
                              {"Linear", {2}, {2}, {{"Weight", "9"}}},
                              {"Softmax", {3}, {2}, {{"Dim", "0"}}}};
   return description;
}

std::string Replaced(std::string text, const std::string &from, const std::string &to)
{
   const auto at = text.find(from);
   EXPECT_NE(at, std::string::npos) << from;
   return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// Reads the small network with one change of its text.
void ExpectRefused(const std::string &from, const std::string &to, std::initializer_list<std::string> words)
{
   const std::string text = Replaced(Network(SmallNetwork()).ToXml(), from, to);
   SCOPED_TRACE(to);
   ExpectError(EErrorCode::kWeightFile, words, [&] { Network::FromXml(text); });
}

} // namespace

TEST(NetworkFile, WhatIsWrittenIsRead)
{
   const Network network(SmallNetwork());
   XmlDocument document = XmlDocument::Create("Weights");
   network.Write(document.Root());
   const XmlDocument again = XmlDocument::Parse(document.Text());
   const Network copy = Network::Read(again.Root().RequiredChild("Network"));
   EXPECT_EQ(copy.GetNInputs(), 2);
   EXPECT_EQ(copy.GetNOutputs(), 2);
   const NetworkDescription &expected = network.GetDescription(), &found = copy.GetDescription();
   ASSERT_EQ(found.fParameters.size(), expected.fParameters.size());
   for (std::size_t i = 0; i < expected.fParameters.size(); ++i) {
      EXPECT_EQ(found.fParameters[i], expected.fParameters[i]);
      EXPECT_EQ(std::signbit(found.fParameters[i]), std::signbit(expected.fParameters[i]));
   }
   ASSERT_EQ(found.fOperations.size(), expected.fOperations.size());
   for (std::size_t i = 0; i < expected.fOperations.size(); ++i) {
      EXPECT_EQ(found.fOperations[i].fType, expected.fOperations[i].fType);
      EXPECT_EQ(found.fOperations[i].fInputs, expected.fOperations[i].fInputs);
      EXPECT_EQ(found.fOperations[i].fShape, expected.fOperations[i].fShape);
      EXPECT_EQ(found.fOperations[i].fAttributes, expected.fOperations[i].fAttributes);
   }
   EXPECT_EQ(copy.ToXml(), network.ToXml());
}

TEST(NetworkFile, ParametersAreLittleEndianWithTheChecksumOfTheBytes)
{
   // python: base64.b64encode(struct.pack("<3f", 1, -2, 0.5)), hashlib.md5 of the same bytes
   const Network network = Network::FromXml(R"(<Network Version="1" NInputs="1" NOutputs="1" Size="3"
      Md5="dd117f208e2f0d0a3164e7b345e068be">
      <Operation Type="Affine" Inputs="0" Shape="1" Scale="1" Shift="2"/>
      <Parameters>
        AACAPwAA
        AMAAAAA/
      </Parameters></Network>)");
   EXPECT_EQ(network.GetDescription().fParameters, (std::vector<float>{1, -2, 0.5f}));
   float x = 3, y = 0;
   network.Evaluate(&x, 1, &y);
   EXPECT_EQ(y, -5.5f);
}

TEST(NetworkFile, DamageIsNamed)
{
   ExpectRefused("Version=\"1\"", "Version=\"2\"", {"Version 2", "newer"});
   ExpectRefused("Version=\"1\"", "Version=\"0\"", {"Version 0"});
   ExpectRefused("Version=\"1\"", "", {"attribute 'Version'"});
   ExpectRefused("NInputs=\"2\"", "NInputs=\"8\"", {"operation: 0", "Linear", "Weight"});
   ExpectRefused("NInputs=\"2\"", "NInputs=\"-1\"", {"NInputs", "-1"});
   ExpectRefused("NInputs=\"2\"", "NInputs=\"many\"", {"NInputs", "many"});
   ExpectRefused("NOutputs=\"2\"", "NOutputs=\"3\"", {"NOutputs", "found 3"});
   ExpectRefused("Size=\"15\"", "Size=\"16\"", {"64 bytes", "<Parameters>"});
   ExpectRefused("Size=\"15\"", "Size=\"-1\"", {"Size", "-1"});
   ExpectRefused("Size=\"15\"", "Size=\"1000000000000\"", {"Size", "1000000000000"});
   ExpectRefused("Md5=\"", "Md5=\"0", {"damaged", "MD5"});
   ExpectRefused("<Parameters>", "<Parameters>A", {"base64", "characters"});
   ExpectRefused("<Parameters>z", "<Parameters>A", {"damaged", "MD5"});
   ExpectRefused("<Parameters>z", "<Parameters>%", {"base64", "'%'"});
   ExpectRefused("<Operation Type=\"Softmax\"", "<Operations Type=\"Softmax\"", {"<Operation>", "<Operations>"});
}

TEST(NetworkFile, DamagedOperationsAreNamed)
{
   ExpectRefused("Type=\"LeakyReLU\"", "Type=\"LeakyRelu\"", {"operation: 1", "LeakyRelu", "did you mean"});
   ExpectRefused("Type=\"LeakyReLU\"", "", {"attribute 'Type'"});
   ExpectRefused("Inputs=\"3\"", "Inputs=\"4\"", {"operation: 3", "Softmax", "from 0 to 3", "found 4"});
   ExpectRefused("Inputs=\"3\"", "Inputs=\"-1\"", {"operation: 3", "Inputs", "-1"});
   ExpectRefused("Inputs=\"3\"", "Inputs=\"\"", {"operation: 3", "input"});
   ExpectRefused("Inputs=\"3\"", "Inputs=\"3 2\"", {"operation: 3", "expected 1 inputs, found 2"});
   ExpectRefused("Shape=\"3\" Bias=\"6\" Weight=\"0\"", "Shape=\"4\" Bias=\"6\" Weight=\"0\"", {"operation: 1", "'4'"});
   ExpectRefused("Inputs=\"3\" Shape=\"2\"", "Inputs=\"3\" Shape=\"2 1\"", {"operation: 3", "'2 1'"});
   ExpectRefused("Inputs=\"3\" Shape=\"2\"", "Inputs=\"3\" Shape=\"\"", {"operation: 3", "Shape"});
   ExpectRefused("Inputs=\"3\" Shape=\"2\"", "Inputs=\"3\" Shape=\"0\"", {"operation: 3", "positive"});
   ExpectRefused("Inputs=\"3\" Shape=\"2\"", "Inputs=\"3\" Shape=\"60000 60000 60000\"", {"operation: 3", "60000"});
   ExpectRefused("Weight=\"9\"", "Weight=\"10\"", {"operation: 2", "Weight", "15 parameters", "'10'"});
   ExpectRefused("Weight=\"9\"", "Weight=\"-1\"", {"operation: 2", "Weight", "'-1'"});
   ExpectRefused("Weight=\"9\"", "Weight=\"nine\"", {"operation: 2", "Weight", "'nine'"});
   ExpectRefused("Weight=\"9\"", "", {"operation: 2", "Weight", "found none"});
   ExpectRefused("Bias=\"6\"", "Bias=\"13\"", {"operation: 0", "Bias", "'13'"});
   ExpectRefused("Slope=\"0.125\"", "Slope=\"steep\"", {"operation: 1", "Slope", "'steep'"});
   ExpectRefused("Slope=\"0.125\"", "Slop=\"0.125\"", {"operation: 1", "Slop", "not known"});
   ExpectRefused("Dim=\"0\"", "Dim=\"1\"", {"operation: 3", "Dim", "'1'"});
   ExpectRefused("Dim=\"0\"", "Dim=\"0 0\"", {"operation: 3", "Dim", "'0 0'"});
   ExpectRefused("Dim=\"0\"", "", {"operation: 3", "Dim"});
}

/// Random damage of the text: an Error, or a network that can be evaluated.
TEST(NetworkFile, AnyDamageIsAnErrorOrHarmless)
{
   std::mt19937 random(1);
   int nRefused = 0;
   for (unsigned seed = 0; seed < 400; ++seed) {
      std::string text = Network(TorchMVA::Test::RandomNetwork(seed).Make(int(1 + seed % 12))).ToXml();
      const auto end = text.find("<Parameters>");
      const std::string characters = "0123456789- \"<>aDW";
      for (int i = 0; i < 5; ++i) {
         std::string damaged = text;
         damaged[random() % end] = characters[random() % characters.size()];
         try {
            const Network network = Network::FromXml(damaged);
            if (network.GetNInputs() < 10000 && network.GetNOutputs() < 10000) {
               std::vector<float> rows(7 * network.GetNInputs(), 0.5f), outputs(7 * network.GetNOutputs());
               network.Evaluate(rows.data(), 7, outputs.data());
            }
         } catch (const Error &error) {
            EXPECT_EQ(error.GetCode(), EErrorCode::kWeightFile) << error.what();
            ++nRefused;
         }
      }
   }
   EXPECT_GT(nRefused, 1000);
   EXPECT_LT(nRefused, 2000);
}

TEST(NetworkFile, EmptyNetworksAreRefused)
{
   ExpectError(EErrorCode::kWeightFile, {"operation", "none"}, [] { Network(NetworkDescription{2, {}, {}}); });
   NetworkDescription description = SmallNetwork();
   description.fNInputs = 0;
   ExpectError(EErrorCode::kWeightFile, {"input", "found 0"}, [&] { Network network(description); });
   ExpectError(EErrorCode::kWeightFile, {"<Network>", "Weights"}, [] { Network::FromXml("<Weights/>"); });
}

TEST(NetworkFile, WrongCallsAreRefused)
{
   const Network network(SmallNetwork());
   float x[2] = {}, y[2] = {};
   ExpectError(EErrorCode::kArgument, {"-1"}, [&] { network.Evaluate(x, -1, y); });
   ExpectError(EErrorCode::kArgument, {"rows", "null"}, [&] { network.Evaluate(nullptr, 1, y); });
   ExpectError(EErrorCode::kArgument, {"outputs", "null"}, [&] { network.Evaluate(x, 1, nullptr); });
   network.Evaluate(nullptr, 0, nullptr);
   ExpectError(EErrorCode::kArgument, {"mmx", "baseline"}, [] { Network(SmallNetwork(), "mmx"); });
}

TEST(NetworkFile, TheEnvironmentChoosesTheInstructions)
{
   const std::vector<std::string> sets = Network::GetInstructionSets();
   EXPECT_EQ(sets.front(), "baseline");
   EXPECT_EQ(Network(SmallNetwork()).GetInstructions(), sets.back());
   setenv("TORCHMVA_INSTRUCTIONS", "baseline", 1);
   EXPECT_EQ(Network(SmallNetwork()).GetInstructions(), "baseline");
   EXPECT_EQ(Network(SmallNetwork(), sets.back()).GetInstructions(), sets.back());
   setenv("TORCHMVA_INSTRUCTIONS", "mmx", 1);
   ExpectError(EErrorCode::kArgument, {"mmx", "TORCHMVA_INSTRUCTIONS"}, [] { Network network(SmallNetwork()); });
   unsetenv("TORCHMVA_INSTRUCTIONS");
}
