// The evaluator of decision trees: against a walk that follows one node after the other, and by hand.

#include "Method/TreeEnsemble.hxx"

#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

using namespace TorchMVA;
using namespace TorchMVA::Internal;
using TorchMVA::Test::ExpectError;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// x0 >= 1 ? 30 : (x1 >= -0.5 ? 20 : 10)
const std::vector<TreeNode> kSmallTree = {
   {0, 1, 1, 2, 0}, {1, -0.5f, 4, 3, 0}, {-1, 0, -1, -1, 30}, {-1, 0, -1, -1, 20}, {-1, 0, -1, -1, 10}};

double WalkOneByOne(const std::vector<TreeNode> &nodes, const float *row)
{
   int at = 0;
   while (!nodes[at].IsLeaf())
      at = row[nodes[at].fVariable] >= nodes[at].fCut ? nodes[at].fRight : nodes[at].fLeft;
   return nodes[at].fValue;
}

/// A tree that grows at random places, so that its leaves have many depths; nodes in the order of their making.
std::vector<TreeNode> RandomTree(std::mt19937 &random, int nCuts, int nVariables)
{
   std::vector<TreeNode> nodes(1);
   std::vector<int> leaves = {0};
   for (int i = 0; i < nCuts; ++i) {
      const std::size_t chosen = random() % leaves.size();
      const int left = static_cast<int>(nodes.size());
      nodes[leaves[chosen]] = {int(random() % nVariables), float(random() % 9) / 4 - 1, left, left + 1, 0};
      leaves[chosen] = left;
      leaves.push_back(left + 1);
      nodes.resize(nodes.size() + 2);
   }
   for (const int leaf : leaves)
      nodes[leaf].fValue = double(random() % 1000) / 7;
   return nodes;
}

} // namespace

TEST(TreeEnsemble, CutsAndMissingValuesAreTakenAsDocumented)
{
   TreeEnsemble trees;
   trees.AddTree(kSmallTree, 2);
   EXPECT_EQ(trees.GetNVariables(), 2);
   EXPECT_EQ(trees.SumOfWeights(), 2);
   const float rows[][2] = {{1, 0},
                            {std::nextafter(1.f, 0.f), -0.5f},
                            {0, std::nextafter(-0.5f, -1.f)},
                            {kNaN, 0},
                            {kNaN, kNaN},
                            {kInfinity, kNaN},
                            {-kInfinity, 3}};
   const double expected[] = {60, 40, 20, 40, 20, 60, 40};
   double sums[7];
   trees.Sum(rows[0], 7, 2, 0, 1, sums);
   for (int i = 0; i < 7; ++i)
      EXPECT_EQ(sums[i], expected[i]) << i;
}

TEST(TreeEnsemble, AgreesWithAWalkFromNodeToNode)
{
   std::mt19937 random(3);
   constexpr int kVariables = 5, kTrees = 12;
   constexpr Long64_t n = TreeEnsemble::kBlockRows - 3; // no multiple of the rows that are taken together
   std::vector<float> rows(n * kVariables);
   for (float &x : rows)
      x = random() % 50 == 0 ? kNaN : float(random() % 17) / 8 - 1; // often on a cut
   std::vector<std::vector<TreeNode>> made;
   TreeEnsemble trees;
   for (int t = 0; t < kTrees; ++t) {
      made.push_back(RandomTree(random, t * t, kVariables)); // from a single leaf to more than 30 levels
      trees.AddTree(made.back());
   }
   ASSERT_EQ(trees.Size(), std::size_t(kTrees));
   for (const int step : {1, 3}) {
      for (int first = 0; first < step; ++first) {
         std::vector<double> sums(n);
         trees.Sum(rows.data(), n, kVariables, first, step, sums.data());
         for (Long64_t i = 0; i < n; ++i) {
            double expected = 0;
            for (int t = first; t < kTrees; t += step)
               expected += WalkOneByOne(made[t], &rows[i * kVariables]);
            ASSERT_EQ(sums[i], expected) << "row " << i;
         }
      }
   }
}

TEST(TreeEnsemble, AChainAsDeepAsItsNodesIsWalkedToTheEnd)
{
   std::vector<TreeNode> nodes;
   constexpr int kDepth = 100;
   for (int d = 0; d < kDepth; ++d) { // x >= d goes on
      nodes.push_back({0, float(d), 2 * d + 1, 2 * d + 2, 0});
      nodes.push_back({-1, 0, -1, -1, double(d)});
   }
   nodes.push_back({-1, 0, -1, -1, double(kDepth)});
   TreeEnsemble trees;
   trees.AddTree(nodes);
   std::vector<float> rows;
   for (int i = 0; i <= kDepth; ++i)
      rows.push_back(i - 0.5f);
   std::vector<double> sums(rows.size());
   trees.Sum(rows.data(), rows.size(), 1, 0, 1, sums.data());
   for (int i = 0; i <= kDepth; ++i)
      EXPECT_EQ(sums[i], i);
}

TEST(TreeEnsemble, GivesBackTheTreesItGot)
{
   TreeEnsemble trees;
   trees.AddTree({TreeNode{-1, 0, -1, -1, 7}}, 3);
   trees.AddTree(kSmallTree);
   EXPECT_EQ(trees.GetWeight(0), 3);
   ASSERT_EQ(trees.GetNodes(0).size(), 1u);
   EXPECT_EQ(trees.GetNodes(0)[0].fValue, 7);
   const auto nodes = trees.GetNodes(1);
   ASSERT_EQ(nodes.size(), kSmallTree.size());
   for (const float x : {-2.f, 0.f, 2.f}) {
      for (const float y : {-1.f, 1.f}) {
         const float row[] = {x, y};
         EXPECT_EQ(WalkOneByOne(nodes, row), WalkOneByOne(kSmallTree, row));
      }
   }
}

TEST(TreeEnsemble, WhatIsNoTreeIsRefused)
{
   const TreeNode leaf;
   TreeEnsemble trees;
   for (const auto &[nodes, word] :
        std::vector<std::pair<std::vector<TreeNode>, std::string>>{{{}, "0 nodes"},
                                                                   {{{0, 1, 1, 1, 0}, leaf}, "node 1"},
                                                                   {{{0, 1, 1, 0, 0}, leaf}, "node 0"},
                                                                   {{{0, 1, 1, 3, 0}, leaf, leaf}, "node 3"},
                                                                   {{{0, 1, 1, -1, 0}, leaf, leaf}, "node -1"},
                                                                   {{{0, 1, 1, 2, 0}, leaf, leaf, leaf}, "nobody"}})
      ExpectError(EErrorCode::kInternal, {word}, [&, tree = nodes] { trees.AddTree(tree); });
}
