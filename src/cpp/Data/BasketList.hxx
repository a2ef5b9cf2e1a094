#ifndef TORCHMVA_DATA_BASKETLIST_HXX
#define TORCHMVA_DATA_BASKETLIST_HXX

#include "RtypesCore.h"

#include <memory>
#include <mutex>
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
   /// One reader's place in the branch: the basket that it reads.
   struct Cursor {
      std::size_t fBasket = 0;
      Long64_t fFirst = 0;                                ///< first entry of the basket
      Long64_t fEnd = 0;                                  ///< entry after its last
      Long64_t fSeek = 0;                                 ///< file position of its first value, if not compressed
      std::shared_ptr<const std::vector<char>> fUnpacked; ///< all its values, if compressed
      std::vector<char> fRead;                            ///< the values asked for last, if not compressed
   };

   /// nullptr if not all baskets of the branch are complete in a local file that is only read. `valueSize` is the
   /// number of bytes of one entry. The file must stay open as long as the list is used.
   static std::shared_ptr<BasketList> Make(TBranch &branch, Long64_t valueSize);

   /// The values of the entries [first, first + n), as stored (high byte first); n becomes less if their basket ends
   /// before. Valid until the cursor is used again. Throws Error (kFile) if the file is damaged. Several threads may
   /// call this, each with its own cursor; they share what is unpacked.
   const char *Read(Long64_t first, Long64_t &n, Cursor &cursor);

private:
   using Bytes_t = std::vector<char>;

   BasketList() = default;
   void MoveTo(std::size_t basket, Cursor &cursor);
   std::shared_ptr<const Bytes_t> Unpack(std::size_t basket, Long64_t keyLength, Long64_t size);
   void ReadFile(std::size_t basket, Long64_t seek, Bytes_t &bytes) const;
   [[noreturn]] void Fail(std::size_t basket, const std::string &what) const;

   int fDescriptor = -1;
   Long64_t fValueSize = 0;
   std::vector<Long64_t> fSeek;
   std::vector<Int_t> fBytes;
   std::vector<Long64_t> fEntry; ///< first entry of each basket, and the number of entries at the end
   std::string fBranchName;
   std::string fFileName;
   std::mutex fMutex;                                   ///< of fUnpacked
   std::vector<std::weak_ptr<const Bytes_t>> fUnpacked; ///< baskets that some cursor holds
};

} // namespace Internal
} // namespace TorchMVA

#endif
