#include "ShortFriends.hxx"

#include "FormulaParts.hxx"
#include "TreeSession.hxx"
#include "TBranch.h"
#include "TFriendElement.h"
#include "TLeaf.h"
#include "TList.h"
#include "TTree.h"
#include "TVirtualIndex.h"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <limits>

namespace TorchMVA {
namespace Internal {

namespace {

bool Reads(const TTreeFormula &formula, const TTree &tree)
{
   for (const TObject *leaf : FormulaParts::LeavesOf(formula)) {
      if (static_cast<const TLeaf *>(leaf)->GetBranch()->GetTree() == &tree)
         return true;
   }
   const auto parts = FormulaParts::Of(formula);
   return std::any_of(parts.begin(), parts.end(), [&tree](const auto *part) { return Reads(*part, tree); });
}

} // namespace

ShortFriends::ShortFriends(const TreeSession &session, Long64_t offset)
   : fSession(&session), fFirstMissing(std::numeric_limits<Long64_t>::max())
{
   TTree &tree = session.Tree();
   Collect(tree, tree.GetEntries(), 0, 0);
   if (tree.GetTree() && tree.GetTree() != &tree)
      Collect(*tree.GetTree(), tree.GetTree()->GetEntries(), offset, 0);
   for (const Friend &other : fFriends)
      fFirstMissing = std::min(fFirstMissing, other.fFirstMissing);
}

void ShortFriends::Collect(TTree &tree, Long64_t wanted, Long64_t offset, int depth)
{
   if (!tree.GetListOfFriends() || depth == kMaxFriendDepth)
      return;
   for (TObject *object : *tree.GetListOfFriends()) {
      TTree *other = static_cast<TFriendElement *>(object)->GetTree();
      if (!other)
         continue;
      const Long64_t entries = other->GetEntries();
      if (other->GetTreeIndex()) { // entries that are missing are known to be so
         Collect(*other, entries, 0, depth + 1);
         continue;
      }
      if (entries < wanted)
         fFriends.push_back({other, object->GetName(), entries, wanted, offset + entries});
      Collect(*other, wanted, offset, depth + 1);
   }
}

void ShortFriends::Require(Long64_t entry, const TTreeFormula &formula, const std::string &what) const
{
   for (const Friend &other : fFriends) {
      if (entry < other.fFirstMissing ||
          !Reads(formula, other.fTree->GetTree() ? *other.fTree->GetTree() : *other.fTree))
         continue;
      const std::string tree = fSession->Tree().GetName();
      auto where = fSession->Where(entry);
      where.emplace_back("friend", other.fName);
      throw Error(EErrorCode::kTree,
                  what + " reads the friend '" + other.fName + "', which has " + std::to_string(other.fEntries) +
                     " entries, while the tree '" + tree + "' has " + std::to_string(other.fWanted) +
                     ": expected an entry of the friend for each of the tree (or BuildIndex), found none for entry " +
                     std::to_string(entry),
                  where);
   }
}

} // namespace Internal
} // namespace TorchMVA
