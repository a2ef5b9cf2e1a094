#ifndef TORCHMVA_DATA_BASKETLIST_HXX
#define TORCHMVA_DATA_BASKETLIST_HXX

#include "RtypesCore.h"

#include <memory>
#include <string>
#include <vector>

class TBranch;

namespace TorchMVA {
namespace Internal {

/// Where the baskets of a branch of fixed-size values lie in a local file, and how to get at their values without
/// ROOT's I/O state: nothing of the user's file, tree or branch changes, and any number of threads may read.
///
/// ROOT's own bulk reading goes through the branch's one current basket and ROOT's locks, so it cannot do that.
class BasketList {
public:
   /// nullptr if not all baskets of the branch are complete in a local file that is only read. `valueSize` is the
   /// number of bytes of one entry. The file must stay open as long as the list is used.
   static std::shared_ptr<const BasketList> Make(TBranch &branch, Long64_t valueSize);

   /// Number of the basket that holds an entry, which must exist.
   std::size_t Find(Long64_t entry) const;
   Long64_t First(std::size_t basket) const { return fEntry[basket]; }
   Long64_t Count(std::size_t basket) const { return fEntry[basket + 1] - fEntry[basket]; }

   /// Memory for loading baskets, one per reader.
   struct Buffer {
      std::vector<unsigned char> fStored;
      std::vector<unsigned char> fUnpacked;
   };
   /// The values of a basket as stored (high byte first). Valid until the buffer is used again. Throws Error (kFile)
   /// if the file is damaged. Thread safe.
   const char *Load(std::size_t basket, Buffer &buffer) const;

private:
   BasketList() = default;
   [[noreturn]] void Fail(std::size_t basket, const std::string &what) const;

   int fDescriptor = -1;
   Long64_t fValueSize = 0;
   std::vector<Long64_t> fSeek;
   std::vector<Int_t> fBytes;
   std::vector<Long64_t> fEntry; ///< first entry of each basket, and the number of entries at the end
   std::string fBranchName;
   std::string fFileName;
};

} // namespace Internal
} // namespace TorchMVA

#endif
