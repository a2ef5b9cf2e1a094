#include "FrameTree.hxx"

#include "ROOT/RTTreeDS.hxx"
#include "TBranch.h"
#include "TLeaf.h"
#include "TTree.h"

namespace TorchMVA {
namespace Internal {

namespace {

/// The way to a data frame's source of data, which RInterface keeps to itself.
class Opened : public ROOT::RDF::RNode {
public:
   explicit Opened(const ROOT::RDF::RNode &node) : ROOT::RDF::RNode(node) {}
   ROOT::RDF::RDataSource *Source() const { return GetDataSource(); }
};

} // namespace

TTree *TreeOf(const ROOT::RDF::RNode &node)
{
   auto *source = dynamic_cast<ROOT::Internal::RDF::RTTreeDS *>(Opened(node).Source());
   return source ? source->GetTree() : nullptr;
}

const TLeaf *LeafOf(TTree &tree, const std::string &column)
{
   if (tree.GetReadEntry() < 0)
      tree.LoadTree(0);
   TBranch *branch = tree.GetBranch(column.c_str());
   if (branch && branch->GetListOfLeaves()->GetEntriesFast() == 1)
      return static_cast<const TLeaf *>(branch->GetListOfLeaves()->At(0));
   return branch ? nullptr : tree.FindLeaf(column.c_str());
}

} // namespace Internal
} // namespace TorchMVA
