#include "Method/TreeEnsembleCode.hxx"

#include "Core/ExactNumber.hxx"

#include <ostream>

namespace TorchMVA {
namespace Internal {

namespace {

/// With @CLASS@ replaced.
std::string Named(std::string text, const std::string &className)
{
   for (std::size_t at = 0; (at = text.find("@CLASS@", at)) != std::string::npos; at += className.size())
      text.replace(at, 7, className);
   return text;
}

constexpr const char *kNodeType = R"(
// A node of a tree: to the right where variable >= cut; a leaf has the variable -1. Children count from the root.
struct @CLASS@Node {
   int fVariable;
   float fCut;
   int fLeft, fRight;
   double fValue;
};
)";

constexpr const char *kClassEnd = R"(};

inline void @CLASS@::Initialize() {}

inline void @CLASS@::Clear() {}

inline double @CLASS@::GetMvaValue__(const std::vector<double> &inputValues) const
{
   double sum = 0;
   for (std::size_t tree = 0; tree < sizeof k@CLASS@Roots / sizeof *k@CLASS@Roots; ++tree) {
      const @CLASS@Node *const root = k@CLASS@Nodes + k@CLASS@Roots[tree];
      const @CLASS@Node *node = root;
      while (node->fVariable >= 0)
         node = root + (static_cast<float>(inputValues[node->fVariable]) >= node->fCut ? node->fRight : node->fLeft);
      sum += node->fValue;
   }
   return )";

} // namespace

void WriteTreeConstants(std::ostream &out, const std::string &className, const TreeEnsemble &trees, double scale)
{
   out << Named(kNodeType, className) << "\nstatic const " << className << "Node k" << className << "Nodes[] = {\n";
   std::string roots;
   std::size_t nNodes = 0;
   for (std::size_t t = 0; t < trees.Size(); ++t) {
      const double factor = scale * trees.GetWeight(t);
      roots += (t == 0 ? "" : t % 20 == 0 ? ",\n   " : ", ") + std::to_string(nNodes);
      for (const TreeNode &node : trees.GetNodes(t)) {
         out << "   {" << node.fVariable << ", " << ExactNumber(node.fCut) << ", " << node.fLeft << ", " << node.fRight
             << ", " << ExactNumber(factor * node.fValue) << "},\n";
         ++nNodes;
      }
   }
   out << "};\n\nstatic const int k" << className << "Roots[] = {\n   " << roots << "};\n";
}

void WriteTreeClass(std::ostream &out, const std::string &className, bool isGradientBoosted)
{
   out << Named(kClassEnd, className)
       << (isGradientBoosted ? "std::tanh(sum); // 2/(1 + exp(-2 sum)) - 1\n}\n" : "sum;\n}\n");
}

} // namespace Internal
} // namespace TorchMVA
