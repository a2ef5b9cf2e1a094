#ifndef TORCHMVA_SRC_METHOD_TREEENSEMBLE_HXX
#define TORCHMVA_SRC_METHOD_TREEENSEMBLE_HXX

#include "RtypesCore.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// A node as trees are built from. To the right where variable >= cut, else to the left; so NaN goes to the left.
struct TreeNode {
   int fVariable = -1; ///< -1: a leaf
   float fCut = 0;
   int fLeft = -1; ///< number of the child within the tree
   int fRight = -1;
   double fValue = 0; ///< of a leaf
   bool IsLeaf() const { return fVariable < 0; }
};

/// Trained binary decision trees, laid out to be evaluated fast: 12 bytes a node, children of a node side by side, so
/// that a step down is `left + (x >= cut)` without a branch. Const calls are thread safe.
class TreeEnsemble {
public:
   /// Rows that Sum takes at a time: with a few ten variables they and a tree stay in the first-level cache.
   static constexpr Long64_t kBlockRows = 256;

   /// Adds a tree; its root is nodes[0]. Throws Error (kInternal) unless every other node is the child of exactly one
   /// node.
   void AddTree(const std::vector<TreeNode> &nodes, double weight = 1);
   std::size_t Size() const { return fTrees.size(); }
   double GetWeight(std::size_t tree) const { return fTrees[tree].fWeight; }
   double SumOfWeights() const;
   /// The nodes of a tree, root first, children of a node side by side.
   std::vector<TreeNode> GetNodes(std::size_t tree) const;
   /// 1 + the largest variable number, 0 without cuts.
   int GetNVariables() const { return fNVariables; }

   /// sums[i] = sum of weight * leaf value of row i over the trees first, first + step, ... in that order;
   /// n <= kBlockRows rows of `stride` floats.
   void Sum(const float *rows, Long64_t n, Long64_t stride, std::size_t first, std::size_t step, double *sums) const;

private:
   /// A leaf is its own left child and its cut is NaN: a step stays where it is.
   struct Node {
      float fCut;
      std::int32_t fVariable;
      std::int32_t fLeft;
   };
   struct Tree {
      std::int32_t fRoot;
      std::int32_t fDepth;
      double fWeight;
   };
   /// Leaves that `kLanes` rows end in.
   template <int kLanes>
   void Walk(const Tree &tree, const float *rows, Long64_t stride, std::int32_t *leaves) const;

   std::vector<Node> fNodes;
   std::vector<double> fValues; ///< a node
   std::vector<Tree> fTrees;
   int fNVariables = 0;
};

} // namespace Internal
} // namespace TorchMVA

#endif
