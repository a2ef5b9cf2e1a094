#include "BulkReader.hxx"

#include "ROOT/RConfig.hxx"
#include "TBranch.h"
#include "TFile.h"
#include "TLeaf.h"
#include "TTree.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace TorchMVA {
namespace Internal {

namespace {

/// Files hold numbers with the high byte first.
template <typename T>
T FromFile(const char *bytes)
{
   T value;
#ifdef R__BYTESWAP
   if constexpr (sizeof(T) == 1) {
      std::memcpy(&value, bytes, 1);
   } else {
      using Raw_t = std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                       std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;
      Raw_t raw;
      std::memcpy(&raw, bytes, sizeof(T));
      if constexpr (sizeof(T) == 2)
         raw = __builtin_bswap16(raw);
      else if constexpr (sizeof(T) == 4)
         raw = __builtin_bswap32(raw);
      else
         raw = __builtin_bswap64(raw);
      std::memcpy(&value, &raw, sizeof(T));
   }
#else
   std::memcpy(&value, bytes, sizeof(T));
#endif
   return value;
}

template <typename In, typename Out>
void Convert(const char *data, Long64_t n, Out *out, Long64_t stride)
{
   for (Long64_t i = 0; i < n; ++i) {
      const In value = FromFile<In>(data + i * sizeof(In));
      // Through double, as TTreeFormula does: a large integer is rounded in the same two steps.
      out[i * stride] = static_cast<Out>(static_cast<Double_t>(value));
   }
}

} // namespace

/// A type of number in a file.
struct NumberType {
   const char *fName;
   Long64_t fSize;
   void (*fToFloat)(const char *data, Long64_t n, float *out, Long64_t stride);
   void (*fToDouble)(const char *data, Long64_t n, double *out, Long64_t stride);

   void Convert(const char *data, Long64_t n, float *out, Long64_t stride) const { fToFloat(data, n, out, stride); }
   void Convert(const char *data, Long64_t n, double *out, Long64_t stride) const { fToDouble(data, n, out, stride); }
};

namespace {

template <typename T>
NumberType Number(const char *name)
{
   return {name, sizeof(T), &Convert<T, float>, &Convert<T, double>};
}

/// nullptr for a type that is not read in bulk.
const NumberType *FindType(const TLeaf &leaf)
{
   static const NumberType types[] = {
      Number<Float_t>("Float_t"),    Number<Double_t>("Double_t"),    Number<Int_t>("Int_t"),
      Number<UInt_t>("UInt_t"),      Number<Short_t>("Short_t"),      Number<UShort_t>("UShort_t"),
      Number<std::int8_t>("Char_t"), Number<std::uint8_t>("UChar_t"), Number<std::uint8_t>("Bool_t"),
      Number<Long64_t>("Long64_t"),  Number<ULong64_t>("ULong64_t"),
   };
   const auto *type = std::find_if(std::begin(types), std::end(types), [&leaf](const NumberType &t) {
      return std::strcmp(t.fName, leaf.GetTypeName()) == 0;
   });
   return type == std::end(types) ? nullptr : type;
}

const TLeaf &OnlyLeaf(TBranch &branch)
{
   return *static_cast<const TLeaf *>(branch.GetListOfLeaves()->At(0));
}

bool IsNumberLeaf(const TLeaf &leaf)
{
   // Exactly these classes: Float16_t and Double32_t have leaves (and packings) of their own.
   static const char *const classes[] = {"TLeafF", "TLeafD", "TLeafI", "TLeafS", "TLeafB", "TLeafL", "TLeafO"};
   const auto isClass = [&leaf](const char *name) { return std::strcmp(leaf.ClassName(), name) == 0; };
   return std::any_of(std::begin(classes), std::end(classes), isClass) && FindType(leaf) && leaf.GetLenStatic() == 1 &&
          !leaf.GetLeafCount();
}

} // namespace

TBranch *BulkReader::FindBranch(TTree &tree, const std::string &expression)
{
   const TFile *file = tree.GetCurrentFile();
   // A tree that is being written keeps its last baskets in memory.
   if (!file || file->IsWritable() || tree.GetAlias(expression.c_str()))
      return nullptr;
   TBranch *branch = tree.GetBranch(expression.c_str());
   if (!branch || branch->GetTree() != &tree || branch->IsA() != TBranch::Class() || expression != branch->GetName() ||
       branch->GetMother() != branch)
      return nullptr;
   if (branch->GetListOfLeaves()->GetEntriesFast() != 1 || !branch->SupportsBulkRead() ||
       branch->GetEntries() != tree.GetEntriesFast())
      return nullptr;
   return IsNumberLeaf(OnlyLeaf(*branch)) ? branch : nullptr;
}

BulkReader::BulkReader(TBranch &branch)
   : BulkReader(branch, BasketList::Make(branch, FindType(OnlyLeaf(branch))->fSize))
{
}

BulkReader::BulkReader(TBranch &branch, std::shared_ptr<BasketList> list)
   : fBranch(branch), fType(*FindType(OnlyLeaf(branch))), fList(std::move(list))
{
   if (!fList)
      fBuffer = std::make_unique<TBufferFile>(TBuffer::kWrite, 32 * 1024);
}

std::unique_ptr<BulkReader> BulkReader::Clone() const
{
   return std::unique_ptr<BulkReader>(new BulkReader(fBranch, fList)); // the constructor is private
}

const char *BulkReader::LoadWithRoot(Long64_t wanted, Long64_t &n)
{
   if (wanted < fFirst || wanted >= fFirst + fCount) {
      fCount = 0;
      // ROOT wants the first entry of a basket; after rows that no cut let pass, the wanted one lies inside.
      const Long64_t *begin = fBranch.GetBasketEntry();
      const Long64_t *after = std::upper_bound(begin, begin + fBranch.GetWriteBasket() + 1, wanted);
      if (after == begin)
         return nullptr;
      const Long64_t first = *(after - 1);
      const Int_t count = fBranch.GetBulkRead().GetEntriesSerialized(first, *fBuffer);
      if (wanted >= first + count || fBuffer->Length() + count * fType.fSize > fBuffer->BufferSize())
         return nullptr;
      fData = fBuffer->GetCurrent();
      fFirst = first;
      fCount = count;
   }
   n = std::min(n, fFirst + fCount - wanted);
   return fData + (wanted - fFirst) * fType.fSize;
}

template <typename Out>
bool BulkReader::ReadAs(Long64_t first, Long64_t n, Out *out, Long64_t stride)
{
   while (n > 0) {
      Long64_t here = n;
      const char *data = fList ? fList->Read(first, here, fCursor) : LoadWithRoot(first, here);
      if (!data)
         return false;
      fType.Convert(data, here, out, stride);
      first += here;
      n -= here;
      out += here * stride;
   }
   return true;
}

bool BulkReader::Read(Long64_t first, Long64_t n, float *out, Long64_t stride)
{
   return ReadAs(first, n, out, stride);
}

bool BulkReader::Read(Long64_t first, Long64_t n, double *out, Long64_t stride)
{
   return ReadAs(first, n, out, stride);
}

} // namespace Internal
} // namespace TorchMVA
