#include "BulkReader.hxx"

#include "ROOT/RConfig.hxx"
#include "TBranch.h"
#include "TFile.h"
#include "TLeaf.h"
#include "TTree.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
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
   bool fIsExactInFloat;
   void (*fToFloat)(const char *data, Long64_t n, float *out, Long64_t stride);
   void (*fToDouble)(const char *data, Long64_t n, double *out, Long64_t stride);

   void Convert(const char *data, Long64_t n, float *out, Long64_t stride) const { fToFloat(data, n, out, stride); }
   void Convert(const char *data, Long64_t n, double *out, Long64_t stride) const { fToDouble(data, n, out, stride); }
};

namespace {

template <typename T>
NumberType Number(const char *name)
{
   constexpr bool isExact = std::numeric_limits<T>::digits <= std::numeric_limits<float>::digits;
   return {name, sizeof(T), isExact, &Convert<T, float>, &Convert<T, double>};
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

bool IsNumberLeaf(const TLeaf &leaf)
{
   // Exactly these classes: Float16_t and Double32_t have leaves (and packings) of their own.
   static const char *const classes[] = {"TLeafF", "TLeafD", "TLeafI", "TLeafS", "TLeafB", "TLeafL", "TLeafO"};
   const auto isClass = [&leaf](const char *name) { return std::strcmp(leaf.ClassName(), name) == 0; };
   return std::any_of(std::begin(classes), std::end(classes), isClass) && FindType(leaf) && leaf.GetLenStatic() == 1 &&
          !leaf.GetLeafCount();
}

} // namespace

std::optional<BulkReader> BulkReader::Make(TTree &tree, const std::string &expression)
{
   if (tree.GetAlias(expression.c_str()))
      return {};
   TBranch *branch = tree.GetBranch(expression.c_str());
   if (!branch || branch->GetTree() != &tree || branch->IsA() != TBranch::Class() || expression != branch->GetName() ||
       branch->GetMother() != branch)
      return {};
   if (branch->GetListOfLeaves()->GetEntriesFast() != 1 || branch->GetEntries() != tree.GetEntriesFast())
      return {};
   const auto &leaf = *static_cast<const TLeaf *>(branch->GetListOfLeaves()->At(0));
   if (!IsNumberLeaf(leaf))
      return {};
   const NumberType &type = *FindType(leaf);
   auto list = BasketList::Make(*branch, type.fSize);
   return list ? std::optional<BulkReader>(BulkReader(type, std::move(list))) : std::nullopt;
}

template <typename Out>
void BulkReader::ReadAs(Long64_t first, Long64_t n, Out *out, Long64_t stride)
{
   while (n > 0) {
      Long64_t here = n;
      const char *data = fList->Read(first, here, fCursor);
      fType->Convert(data, here, out, stride);
      first += here;
      n -= here;
      out += here * stride;
   }
}

bool BulkReader::IsExactInFloat() const
{
   return fType->fIsExactInFloat;
}

void BulkReader::Read(Long64_t first, Long64_t n, float *out, Long64_t stride)
{
   ReadAs(first, n, out, stride);
}

void BulkReader::Read(Long64_t first, Long64_t n, double *out, Long64_t stride)
{
   ReadAs(first, n, out, stride);
}

} // namespace Internal
} // namespace TorchMVA
