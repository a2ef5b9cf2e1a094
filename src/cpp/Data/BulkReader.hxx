#ifndef TORCHMVA_DATA_BULKREADER_HXX
#define TORCHMVA_DATA_BULKREADER_HXX

#include "BasketList.hxx"
#include "RtypesCore.h"
#include "TBufferFile.h"

#include <memory>
#include <string>

class TBranch;
class TTree;

namespace TorchMVA {
namespace Internal {

/// Reads a branch of plain numbers basket by basket without touching the branch's address: from a local file directly
/// (BasketList), else through TBranch::GetBulkRead. The numbers are those that TTreeFormula gives.
class BulkReader {
public:
   /// The branch that an expression simply names, if it can be read in bulk: one scalar leaf of a number type in a
   /// file that is not being written. Else nullptr.
   static TBranch *FindBranch(TTree &tree, const std::string &expression);

   explicit BulkReader(TBranch &branch);
   /// True if other readers of the same branch may be used at the same time, in other threads.
   bool IsIndependent() const { return fList != nullptr; }
   /// First entry after the basket that holds `entry`; only for an independent reader.
   Long64_t BasketEnd(Long64_t entry) const;
   /// Another independent reader of the same branch.
   std::unique_ptr<BulkReader> Clone() const;
   /// Values of the entries [first, first + n) of the branch's tree to out[0], out[stride], ...; fast if the
   /// entries are asked for in order. False if ROOT cannot read them in bulk: then nothing useful was written.
   bool Read(Long64_t first, Long64_t n, float *out, Long64_t stride);
   bool Read(Long64_t first, Long64_t n, double *out, Long64_t stride);

private:
   template <typename Out>
   bool ReadAs(Long64_t first, Long64_t n, Out *out, Long64_t stride);
   bool LoadBasket(Long64_t wanted);

   BulkReader(const BulkReader &other);

   TBranch &fBranch;
   std::string fType;
   Long64_t fSize;
   std::shared_ptr<const BasketList> fList;
   BasketList::Buffer fListBuffer;
   std::unique_ptr<TBufferFile> fBuffer; ///< only without fList
   const char *fData = nullptr;
   Long64_t fFirst = 0; ///< first entry in the buffer
   Long64_t fCount = 0;
};

} // namespace Internal
} // namespace TorchMVA

#endif
