#include "Method/TreeEnsemble.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <limits>

namespace TorchMVA {
namespace Internal {

void TreeEnsemble::AddTree(const std::vector<TreeNode> &nodes, double weight)
{
   const auto root = static_cast<std::int32_t>(fNodes.size());
   if (nodes.empty() || nodes.size() > std::size_t(std::numeric_limits<std::int32_t>::max() - root))
      throw Error(EErrorCode::kInternal, "a tree of " + std::to_string(nodes.size()) + " nodes cannot be used");
   // breadth first: order[i] is the node that gets number root + i
   std::vector<int> order = {0};
   std::vector<bool> isTaken(nodes.size(), false);
   isTaken[0] = true;
   std::int32_t depth = 0;
   for (std::size_t begin = 0, end = 1; begin < end; begin = end, end = order.size(), ++depth) {
      for (std::size_t i = begin; i < end; ++i) {
         const TreeNode &node = nodes[order[i]];
         if (node.IsLeaf()) {
            fNodes.push_back({std::numeric_limits<float>::quiet_NaN(), 0, root + std::int32_t(i)});
         } else {
            fNodes.push_back({node.fCut, node.fVariable, root + std::int32_t(order.size())});
            fNVariables = std::max(fNVariables, node.fVariable + 1);
            for (const int child : {node.fLeft, node.fRight}) {
               if (child < 0 || child >= int(nodes.size()) || isTaken[child])
                  throw Error(EErrorCode::kInternal, "node " + std::to_string(child) + " is no proper child in a tree");
               isTaken[child] = true;
               order.push_back(child);
            }
         }
         fValues.push_back(node.fValue);
      }
   }
   if (order.size() != nodes.size())
      throw Error(EErrorCode::kInternal, "a tree has nodes that are nobody's children");
   fTrees.push_back({root, depth - 1, weight});
}

double TreeEnsemble::SumOfWeights() const
{
   double sum = 0;
   for (const Tree &tree : fTrees)
      sum += tree.fWeight;
   return sum;
}

std::vector<TreeNode> TreeEnsemble::GetNodes(std::size_t tree) const
{
   const std::int32_t begin = fTrees.at(tree).fRoot;
   const std::int32_t end = tree + 1 < fTrees.size() ? fTrees[tree + 1].fRoot : std::int32_t(fNodes.size());
   std::vector<TreeNode> nodes;
   for (std::int32_t i = begin; i < end; ++i) {
      const Node &node = fNodes[i];
      const std::int32_t left = node.fLeft - begin;
      if (node.fLeft == i)
         nodes.push_back({-1, 0, -1, -1, fValues[i]});
      else
         nodes.push_back({node.fVariable, node.fCut, left, left + 1, fValues[i]});
   }
   return nodes;
}

template <int kLanes>
void TreeEnsemble::Walk(const Tree &tree, const float *rows, Long64_t stride, std::int32_t *leaves) const
{
   const Node *const nodes = fNodes.data();
   std::int32_t at[kLanes];
   std::fill_n(at, kLanes, tree.fRoot);
   // Several rows at a time: their steps do not wait for each other. Rows that have arrived wait in their leaf.
   constexpr std::int32_t kUnchecked = 8; // in deeper trees it pays to see whether all have arrived
   bool isMoving = true;
   for (std::int32_t depth = 0; depth < tree.fDepth && isMoving; ++depth) {
      std::int32_t moved = 0;
#pragma GCC unroll 8
      for (int lane = 0; lane < kLanes; ++lane) {
         const Node &node = nodes[at[lane]];
         const std::int32_t next = node.fLeft + (rows[lane * stride + node.fVariable] >= node.fCut);
         moved |= next ^ at[lane];
         at[lane] = next;
      }
      isMoving = depth < kUnchecked || moved != 0;
   }
   std::copy_n(at, kLanes, leaves);
}

void TreeEnsemble::Sum(const float *rows, Long64_t n, Long64_t stride, std::size_t first, std::size_t step,
                       double *sums) const
{
   constexpr int kLanes = 8;
   std::fill_n(sums, n, 0.);
   for (std::size_t t = first; t < fTrees.size(); t += step) {
      const Tree &tree = fTrees[t];
      std::int32_t leaves[kLanes];
      Long64_t i = 0;
      for (; i + kLanes <= n; i += kLanes) {
         Walk<kLanes>(tree, rows + i * stride, stride, leaves);
         for (int lane = 0; lane < kLanes; ++lane)
            sums[i + lane] += tree.fWeight * fValues[leaves[lane]];
      }
      for (; i < n; ++i) {
         Walk<1>(tree, rows + i * stride, stride, leaves);
         sums[i] += tree.fWeight * fValues[leaves[0]];
      }
   }
}

} // namespace Internal
} // namespace TorchMVA
