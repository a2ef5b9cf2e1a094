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

struct NumberType;

/// Reads a branch of plain numbers basket by basket without touching the branch's address: from a local file directly
/// (BasketList), else through TBranch::GetBulkRead. The numbers are those that TTreeFormula gives.
class BulkReader {
public:
   /// The branch that an expression simply names, if it can be read in bulk: one scalar leaf of a number type in a
   /// file that is not being written. Else nullptr.
   static TBranch *FindBranch(TTree &tree, const std::string &expression);

   explicit BulkReader(TBranch &branch);
   /// Another reader of the same branch, for use in another thread; the present one must be independent.
   std::unique_ptr<BulkReader> Clone() const;
   /// True if the branch may be read at the same time in other ways and by other threads.
   bool IsIndependent() const { return fList != nullptr; }
   /// Values of the entries [first, first + n) of the branch's tree to out[0], out[stride], ...; fast if the
   /// entries are asked for in order. False if ROOT cannot read them in bulk: then nothing useful was written.
   bool Read(Long64_t first, Long64_t n, float *out, Long64_t stride);
   bool Read(Long64_t first, Long64_t n, double *out, Long64_t stride);

private:
   BulkReader(TBranch &branch, std::shared_ptr<BasketList> list);
   template <typename Out>
   bool ReadAs(Long64_t first, Long64_t n, Out *out, Long64_t stride);
   /// Values from entry `first` on, at most n, which becomes their number; nullptr if ROOT cannot.
   const char *LoadWithRoot(Long64_t first, Long64_t &n);

   TBranch &fBranch;
   const NumberType &fType;
   std::shared_ptr<BasketList> fList;
   BasketList::Cursor fCursor;           ///< only with fList
   std::unique_ptr<TBufferFile> fBuffer; ///< only without fList
   const char *fData = nullptr;          ///< in fBuffer
   Long64_t fFirst = 0;                  ///< first entry there
   Long64_t fCount = 0;
};

} // namespace Internal
} // namespace TorchMVA

#endif
