#ifndef TORCHMVA_SRC_STANDALONE_PIECES_TREES_HXX
#define TORCHMVA_SRC_STANDALONE_PIECES_TREES_HXX

#include <cmath>
#include <cstddef>

namespace TorchMVA {
namespace Standalone {

// ---- text of standalone headers: from here ----

/// A node of a tree: to the right where variable >= cut; a leaf has the variable -1. Children count from the root.
struct Node {
   int fVariable;
   float fCut;
   int fLeft, fRight;
   double fValue;
};

/// Adds the leaves that the L events end in to their sums, over the trees first, first + step, ... of nTrees.
template <int L>
inline void SumTrees(const Node *nodes, const int *roots, int nTrees, int first, int step, const float *x, double *sum)
{
   for (int tree = first; tree < nTrees; tree += step) {
      const Node *const root = nodes + roots[tree];
      for (int l = 0; l < L; ++l) {
         const Node *node = root;
         while (node->fVariable >= 0)
            node = root + (x[node->fVariable * L + l] >= node->fCut ? node->fRight : node->fLeft);
         sum[l] += node->fValue;
      }
   }
}

/// exp(s_k) / sum exp(s_j) of N sums.
template <int L, int N>
inline void SoftmaxOfSums(double *sums, float *y)
{
   for (int l = 0; l < L; ++l) {
      double largest = sums[l], total = 0;
      for (int k = 1; k < N; ++k)
         largest = largest < sums[k * L + l] ? sums[k * L + l] : largest;
      for (int k = 0; k < N; ++k)
         total += sums[k * L + l] = std::exp(sums[k * L + l] - largest);
      for (int k = 0; k < N; ++k)
         y[k * L + l] = static_cast<float>(sums[k * L + l] / total);
   }
}

// ---- text of standalone headers: to here ----

} // namespace Standalone
} // namespace TorchMVA

#endif
