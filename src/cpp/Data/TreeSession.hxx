#ifndef TORCHMVA_DATA_TREESESSION_HXX
#define TORCHMVA_DATA_TREESESSION_HXX

#include "RtypesCore.h"
#include "TorchMVA/Core/Error.hxx"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

class TBranch;
class TChain;
class TTree;

namespace TorchMVA {
namespace Internal {

/// How deep friends of friends are looked at: they may be friends of each other.
inline constexpr int kMaxFriendDepth = 8;

/// Lends a user's tree for reading and leaves it as it was.
///
/// A chain is read through a chain of our own over the same files. In a tree all branches are enabled and read into
/// ROOT's own buffers: the variables that the user's addresses point to may be long gone. The destructor restores
/// addresses, branch status and read entry.
class TreeSession {
public:
   explicit TreeSession(TTree &tree);
   ~TreeSession();
   TreeSession(const TreeSession &) = delete;
   TreeSession &operator=(const TreeSession &) = delete;

   TTree &Tree() const { return *fTree; }
   /// Name of the file of the present (sub)tree, "memory" if there is none.
   std::string FileName() const;
   /// Another number whenever the tree or one of its friends has moved to another file: formulas must be updated then.
   std::uint64_t FileStamp() const;
   /// Tree, file and entry, for an Error.
   Error::Context_t Where(Long64_t entry) const;

private:
   void Borrow(TTree &tree);

   std::unique_ptr<TChain> fOwnChain;
   TTree *fTree;
   Long64_t fReadEntry = -1;
   std::vector<std::pair<TBranch *, char *>> fAddresses;
   std::vector<TBranch *> fDisabled;
};

} // namespace Internal
} // namespace TorchMVA

#endif
