// Random networks of all operations: instruction sets agree, an event has the same bits in any block and any thread.

#include "TorchMVA/Network/Network.hxx"

#include "Network/RandomNetwork.hxx"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

using namespace TorchMVA;

namespace {

constexpr int kNetworks = 300;

std::vector<float> Normal(std::size_t n, unsigned seed)
{
   std::mt19937 random(seed);
   std::normal_distribution<float> normal;
   std::vector<float> numbers(n);
   for (float &x : numbers)
      x = normal(random);
   return numbers;
}

std::vector<float> Evaluated(const Network &network, const std::vector<float> &rows)
{
   const Long64_t n = Long64_t(rows.size()) / network.GetNInputs();
   std::vector<float> outputs(n * network.GetNOutputs());
   network.Evaluate(rows.data(), n, outputs.data());
   return outputs;
}

bool HaveSameBits(const std::vector<float> &a, const std::vector<float> &b)
{
   return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// Linear layers with ReLU between them, of those widths.
NetworkDescription Layers(const std::vector<int> &widths)
{
   NetworkDescription description;
   description.fNInputs = widths[0];
   int value = 0;
   for (std::size_t i = 1; i < widths.size(); ++i) {
      const int inputs = widths[i - 1], outputs = widths[i];
      const std::string weight = std::to_string(description.fParameters.size());
      for (const float x : Normal(inputs * outputs, unsigned(i)))
         description.fParameters.push_back(x / std::sqrt(float(inputs)));
      if (i > 1)
         description.fOperations.push_back({"ReLU", {value}, {inputs}, {}}), ++value;
      description.fOperations.push_back({"Linear", {value++}, {outputs}, {{"Weight", weight}}});
   }
   return description;
}

} // namespace

TEST(RandomNetwork, InstructionSetsAgree)
{
   double largest = 0;
   for (unsigned seed = 0; seed < kNetworks; ++seed) {
      const NetworkDescription description = TorchMVA::Test::RandomNetwork(seed).Make(int(2 + seed % 20));
      const std::vector<float> rows = Normal(13 * description.fNInputs, seed);
      const std::vector<float> expected = Evaluated(Network(description, "baseline"), rows);
      for (const std::string &instructions : Network::GetInstructionSets()) {
         const std::vector<float> found = Evaluated(Network(description, instructions), rows);
         ASSERT_EQ(found.size(), expected.size());
         for (std::size_t i = 0; i < found.size(); ++i) {
            ASSERT_TRUE(std::isfinite(expected[i])) << "seed " << seed;
            const double difference = std::fabs(double(found[i]) - expected[i]) / (1 + std::fabs(expected[i]));
            largest = std::max(largest, difference);
            EXPECT_LT(difference, 1e-5) << instructions << ", seed " << seed;
         }
      }
   }
   RecordProperty("largest", std::to_string(largest));
}

TEST(RandomNetwork, BitsDoNotDependOnTheBlock)
{
   for (const std::string &instructions : Network::GetInstructionSets()) {
      for (unsigned seed = 0; seed < kNetworks; ++seed) {
         const Network network(TorchMVA::Test::RandomNetwork(seed).Make(int(2 + seed % 20)), instructions);
         const int nIn = network.GetNInputs(), nOut = network.GetNOutputs(), n = 61;
         const std::vector<float> rows = Normal(n * nIn, seed);
         const std::vector<float> expected = Evaluated(network, rows);
         for (const int block : {1, 2, 3, 7, 60}) {
            std::vector<float> found(expected.size());
            for (int first = 0; first < n; first += block)
               network.Evaluate(&rows[first * nIn], std::min(block, n - first), &found[first * nOut]);
            EXPECT_TRUE(HaveSameBits(found, expected)) << instructions << ", seed " << seed << ", blocks of " << block;
         }
      }
   }
}

TEST(RandomNetwork, BitsDoNotDependOnTheBlockOfWideNetworks)
{
   for (const std::string &instructions : Network::GetInstructionSets()) {
      for (const auto &widths :
           {std::vector<int>{4, 64, 2}, {28, 300, 300, 1}, {3, 129, 17, 9, 8}, {1, 1}, {7, 500, 5}}) {
         const Network network(Layers(widths), instructions);
         const int nIn = network.GetNInputs(), nOut = network.GetNOutputs(), n = 1001;
         const std::vector<float> rows = Normal(n * nIn, 1);
         const std::vector<float> expected = Evaluated(network, rows);
         for (const int block : {1, 5, 6, 97, 1000}) {
            std::vector<float> found(expected.size());
            for (int first = 0; first < n; first += block)
               network.Evaluate(&rows[first * nIn], std::min(block, n - first), &found[first * nOut]);
            EXPECT_TRUE(HaveSameBits(found, expected)) << instructions << ", blocks of " << block;
         }
      }
   }
}

/// The memory after the outputs is not touched, whatever the number of rows.
TEST(RandomNetwork, WritesOnlyItsOutputs)
{
   for (const std::string &instructions : Network::GetInstructionSets()) {
      for (const int outputs : {1, 2, 3, 5, 9, 15, 16, 17, 31, 33, 63, 65}) {
         const Network network(Layers({6, outputs}), instructions);
         for (int n = 1; n < 15; ++n) {
            const std::vector<float> rows = Normal(n * 6, 2);
            std::vector<float> found(n * outputs + 64, -12345.f);
            network.Evaluate(rows.data(), n, found.data());
            for (std::size_t i = n * outputs; i < found.size(); ++i)
               ASSERT_EQ(found[i], -12345.f) << instructions << ", " << outputs << " outputs of " << n << " rows";
         }
      }
   }
}

/// Threads that share networks, large and small calls mixed, get what one thread gets.
TEST(RandomNetwork, ThreadsShareANetwork)
{
   std::vector<Network> networks = {Network(Layers({4, 64, 2})), Network(Layers({28, 300, 300, 1}))};
   for (unsigned seed = 0; seed < 6; ++seed)
      networks.emplace_back(TorchMVA::Test::RandomNetwork(seed).Make(15));
   constexpr int kRows = 200;
   std::vector<std::vector<float>> rows, expected;
   for (const Network &network : networks) {
      rows.push_back(Normal(kRows * network.GetNInputs(), 3));
      expected.push_back(Evaluated(network, rows.back()));
   }
   std::atomic<int> nWrong{0};
   std::vector<std::thread> threads;
   for (unsigned t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
         std::mt19937 random(t);
         for (int i = 0; i < 300; ++i) {
            const std::size_t k = random() % networks.size();
            const int nIn = networks[k].GetNInputs(), nOut = networks[k].GetNOutputs();
            const int first = int(random() % kRows), n = 1 + int(random() % unsigned(kRows - first));
            std::vector<float> found(n * nOut);
            networks[k].Evaluate(&rows[k][first * nIn], n, found.data());
            nWrong += std::memcmp(found.data(), &expected[k][first * nOut], found.size() * sizeof(float)) != 0;
         }
      });
   }
   for (std::thread &thread : threads)
      thread.join();
   EXPECT_EQ(nWrong, 0);
}

/// The file keeps networks to the last bit.
TEST(RandomNetwork, TheFileKeepsTheBits)
{
   for (unsigned seed = 0; seed < 30; ++seed) {
      const Network network(TorchMVA::Test::RandomNetwork(seed).Make(12));
      const Network copy = Network::FromXml(network.ToXml());
      const std::vector<float> rows = Normal(5 * network.GetNInputs(), seed);
      EXPECT_TRUE(HaveSameBits(Evaluated(network, rows), Evaluated(copy, rows))) << "seed " << seed;
   }
}
