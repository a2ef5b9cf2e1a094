#ifndef TORCHMVA_DATA_SHORTFRIENDS_HXX
#define TORCHMVA_DATA_SHORTFRIENDS_HXX

#include "RtypesCore.h"
#include "TreeSession.hxx"

#include <string>
#include <vector>

class TTree;
class TTreeFormula;

namespace TorchMVA {
namespace Internal {

/// The friends of a tree, and their friends, that have fewer entries than the tree and no index: where they have none,
/// ROOT repeats their last values and says nothing.
class ShortFriends {
public:
   /// Looks at the friends of the tree and of its present subtree, which begins at entry `offset`.
   ShortFriends(const TreeSession &session, Long64_t offset);

   /// Whether some friend has no such entry.
   bool MayMiss(Long64_t entry) const { return entry >= fFirstMissing; }
   /// Throws Error (kTree) if the formula reads a friend that has no such entry. `what`: "variable 'x'".
   void Require(Long64_t entry, const TTreeFormula &formula, const std::string &what) const;

private:
   struct Friend {
      TTree *fTree;
      std::string fName;
      Long64_t fEntries;      ///< that it has
      Long64_t fWanted;       ///< that the tree has to which it belongs
      Long64_t fFirstMissing; ///< entry of the session's tree
   };

   void Collect(TTree &tree, Long64_t wanted, Long64_t offset, int depth);

   const TreeSession *fSession;
   std::vector<Friend> fFriends;
   Long64_t fFirstMissing; ///< of all
};

} // namespace Internal
} // namespace TorchMVA

#endif
