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

template <typename Out>
void ConvertAny(const std::string &type, const char *data, Long64_t n, Out *out, Long64_t stride)
{
   if (type == "Float_t")
      Convert<Float_t>(data, n, out, stride);
   else if (type == "Double_t")
      Convert<Double_t>(data, n, out, stride);
   else if (type == "Int_t")
      Convert<Int_t>(data, n, out, stride);
   else if (type == "UInt_t")
      Convert<UInt_t>(data, n, out, stride);
   else if (type == "Short_t")
      Convert<Short_t>(data, n, out, stride);
   else if (type == "UShort_t")
      Convert<UShort_t>(data, n, out, stride);
   else if (type == "Char_t")
      Convert<std::int8_t>(data, n, out, stride);
   else if (type == "UChar_t" || type == "Bool_t")
      Convert<std::uint8_t>(data, n, out, stride);
   else if (type == "Long64_t")
      Convert<Long64_t>(data, n, out, stride);
   else
      Convert<ULong64_t>(data, n, out, stride);
}

/// Bytes of a number in a file; 0 for a type that is not read in bulk.
Long64_t SizeOf(const std::string &type)
{
   if (type == "Float_t" || type == "Int_t" || type == "UInt_t")
      return 4;
   if (type == "Double_t" || type == "Long64_t" || type == "ULong64_t")
      return 8;
   if (type == "Short_t" || type == "UShort_t")
      return 2;
   return type == "Char_t" || type == "UChar_t" || type == "Bool_t" ? 1 : 0;
}

bool IsNumberLeaf(const TLeaf &leaf)
{
   // Exactly these classes: Float16_t and Double32_t have leaves (and packings) of their own.
   static const char *const classes[] = {"TLeafF", "TLeafD", "TLeafI", "TLeafS", "TLeafB", "TLeafL", "TLeafO"};
   const auto isClass = [&leaf](const char *name) { return std::strcmp(leaf.ClassName(), name) == 0; };
   return std::any_of(std::begin(classes), std::end(classes), isClass) && SizeOf(leaf.GetTypeName()) > 0 &&
          leaf.GetLenStatic() == 1 && !leaf.GetLeafCount();
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
   return IsNumberLeaf(*static_cast<TLeaf *>(branch->GetListOfLeaves()->At(0))) ? branch : nullptr;
}

BulkReader::BulkReader(TBranch &branch)
   : fBranch(branch), fType(static_cast<TLeaf *>(branch.GetListOfLeaves()->At(0))->GetTypeName()), fSize(SizeOf(fType)),
     fList(BasketList::Make(branch, fSize))
{
   if (!fList)
      fBuffer = std::make_unique<TBufferFile>(TBuffer::kWrite, 32 * 1024);
}

BulkReader::BulkReader(const BulkReader &other)
   : fBranch(other.fBranch), fType(other.fType), fSize(other.fSize), fList(other.fList)
{
}

Long64_t BulkReader::BasketEnd(Long64_t entry) const
{
   const auto basket = fList->Find(entry);
   return fList->First(basket) + fList->Count(basket);
}

std::unique_ptr<BulkReader> BulkReader::Clone() const
{
   return std::unique_ptr<BulkReader>(new BulkReader(*this)); // the constructor is private
}

bool BulkReader::LoadBasket(Long64_t wanted)
{
   if (fList) {
      const auto basket = fList->Find(wanted);
      fData = fList->Load(basket, fListBuffer);
      fFirst = fList->First(basket);
      fCount = fList->Count(basket);
      return true;
   }
   // ROOT wants the first entry of a basket; after rows that no cut let pass, the wanted one lies inside.
   const Long64_t *begin = fBranch.GetBasketEntry();
   const Long64_t *end = begin + fBranch.GetWriteBasket() + 1;
   const Long64_t *after = std::upper_bound(begin, end, wanted);
   if (after == begin)
      return false;
   const Long64_t entry = *(after - 1);
   const Int_t n = fBranch.GetBulkRead().GetEntriesSerialized(entry, *fBuffer);
   if (wanted >= entry + n || fBuffer->Length() + n * fSize > fBuffer->BufferSize())
      return false;
   fData = fBuffer->GetCurrent();
   fFirst = entry;
   fCount = n;
   return true;
}

template <typename Out>
bool BulkReader::ReadAs(Long64_t first, Long64_t n, Out *out, Long64_t stride)
{
   while (n > 0) {
      if ((first < fFirst || first >= fFirst + fCount) && !LoadBasket(first))
         return false;
      const Long64_t here = std::min(n, fFirst + fCount - first);
      ConvertAny(fType, fData + (first - fFirst) * fSize, here, out, stride);
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
