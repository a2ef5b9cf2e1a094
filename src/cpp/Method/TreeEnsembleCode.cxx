#include "Method/TreeEnsembleCode.hxx"

#include "Standalone/StandaloneCode.hxx"

namespace TorchMVA {
namespace Internal {

namespace {

/// "kNodes" and "kRoots".
void WriteNodes(StandaloneCode &code, const TreeEnsemble &trees, double scale)
{
   std::vector<int> roots;
   int nNodes = 0;
   code.Out() << "inline constexpr Node kNodes[] = {\n";
   for (std::size_t t = 0; t < trees.Size(); ++t) {
      const double factor = scale * trees.GetWeight(t);
      roots.push_back(nNodes);
      for (const TreeNode &node : trees.GetNodes(t)) {
         code.Out() << "   {" << node.fVariable << ", " << FloatLiteral(node.fCut) << ", " << node.fLeft << ", "
                    << node.fRight << ", " << DoubleLiteral(factor * node.fValue) << "},\n";
         ++nNodes;
      }
   }
   code.Out() << "};\n\n";
   code.Table("kRoots", roots);
}

} // namespace

void WriteTreeCode(StandaloneCode &code, const TreeEnsemble &trees, const TreeCode &what)
{
   code.Use("Trees");
   WriteNodes(code, trees, what.fScale);
   const std::string nOutputs = std::to_string(what.fNOutputs), nTrees = std::to_string(trees.Size());
   code.Out() << "template <int L>\ninline void Predict(float *x, float *y)\n{\n   double sum[" << nOutputs
              << " * L];\n   for (int i = 0; i < " << nOutputs
              << " * L; ++i)\n      sum[i] = " << DoubleLiteral(what.fStart) << ";\n   for (int k = 0; k < " << nOutputs
              << "; ++k)\n      SumTrees<L>(kNodes, kRoots, " << nTrees << ", k, " << nOutputs
              << ", x, sum + k * L);\n";
   if (what.fNOutputs > 1)
      code.Out() << "   SoftmaxOfSums<L, " << nOutputs << ">(sum, y);\n}\n";
   else
      code.Out() << "   for (int l = 0; l < L; ++l)\n      y[l] = static_cast<float>("
                 << (what.fIsTanh ? "std::tanh(sum[l])" : "sum[l]") << ");\n}\n";
}

} // namespace Internal
} // namespace TorchMVA
