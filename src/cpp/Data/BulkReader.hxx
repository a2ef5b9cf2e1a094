#ifndef TORCHMVA_DATA_BULKREADER_HXX
#define TORCHMVA_DATA_BULKREADER_HXX

#include "BasketList.hxx"
#include "RtypesCore.h"

#include <memory>
#include <optional>
#include <string>

class TTree;

namespace TorchMVA {
namespace Internal {

struct NumberType;

/// Reads a branch of plain numbers of a local file past ROOT (BasketList). The numbers are those that TTreeFormula
/// gives. A copy reads the same branch and may be used in another thread.
///
/// Not TBranch::GetBulkRead: its basket is the branch's, and where anything else has read the branch in between it
/// ends the process.
class BulkReader {
public:
   /// A reader of the branch that an expression simply names: one scalar leaf of a number type, all of it in a local
   /// file that is not being written. Else nothing.
   static std::optional<BulkReader> Make(TTree &tree, const std::string &expression);

   /// Values of the entries [first, first + n) of the branch's tree to out[0], out[stride], ...; fast if the
   /// entries are asked for in order. Throws Error (kFile) if the file is damaged.
   void Read(Long64_t first, Long64_t n, float *out, Long64_t stride);
   void Read(Long64_t first, Long64_t n, double *out, Long64_t stride);
   /// Whether a float holds every number of the branch's type.
   bool IsExactInFloat() const;

private:
   BulkReader(const NumberType &type, std::shared_ptr<BasketList> list) : fType(&type), fList(std::move(list)) {}
   template <typename Out>
   void ReadAs(Long64_t first, Long64_t n, Out *out, Long64_t stride);

   const NumberType *fType;
   std::shared_ptr<BasketList> fList;
   BasketList::Cursor fCursor;
};

} // namespace Internal
} // namespace TorchMVA

#endif
