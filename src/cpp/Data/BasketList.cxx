#include "BasketList.hxx"

#include "RZip.h"
#include "TBranch.h"
#include "TFile.h"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cstdint>
#include <unistd.h>

namespace TorchMVA {
namespace Internal {

namespace {

/// The part of a TKey that is needed here: bytes 0 to 3 size with key, 6 to 9 size of the object, 14 to 15 size of
/// the key; high byte first.
constexpr Int_t kKeyHead = 18;
/// Compressed data come in pieces with a header of this size.
constexpr Int_t kPieceHead = 9;

std::uint32_t BigEndian(const unsigned char *bytes, int n)
{
   std::uint32_t value = 0;
   for (int i = 0; i < n; ++i)
      value = value << 8 | bytes[i];
   return value;
}

/// Unpacks all pieces; false if they do not give exactly `size` bytes.
bool Unpack(const unsigned char *from, Long64_t stored, unsigned char *to, Long64_t size)
{
   Long64_t done = 0;
   while (done < size) {
      int in = 0;
      int out = 0;
      int unpacked = 0;
      if (stored < kPieceHead || R__unzip_header(&in, from, &out) != 0 || in > stored || out > size - done)
         return false;
      R__unzip(&in, from, &out, to + done, &unpacked);
      if (unpacked <= 0)
         return false;
      done += unpacked;
      from += in;
      stored -= in;
   }
   return true;
}

} // namespace

std::shared_ptr<const BasketList> BasketList::Make(TBranch &branch, Long64_t valueSize)
{
   const TFile *file = branch.GetFile();
   // Exactly TFile: other classes read from the network or from memory.
   if (!file || file->IsA() != TFile::Class() || file->IsWritable() || file->GetArchive() || file->GetFd() < 0)
      return nullptr;
   std::shared_ptr<BasketList> list(new BasketList); // the constructor is private
   list->fDescriptor = file->GetFd();
   list->fValueSize = valueSize;
   list->fBranchName = branch.GetName();
   list->fFileName = file->GetName();
   const Long64_t entries = branch.GetEntries();
   for (Int_t i = 0; i <= branch.GetWriteBasket(); ++i) {
      const Long64_t first = branch.GetBasketEntry()[i];
      if (first >= entries)
         break;
      if (branch.GetBasketSeek(i) <= 0 || branch.GetBasketBytes()[i] < kKeyHead ||
          (i == 0 ? first != 0 : first <= list->fEntry.back()))
         return nullptr;
      list->fSeek.push_back(branch.GetBasketSeek(i));
      list->fBytes.push_back(branch.GetBasketBytes()[i]);
      list->fEntry.push_back(first);
   }
   if (list->fSeek.empty())
      return nullptr;
   list->fEntry.push_back(entries);
   return list;
}

std::size_t BasketList::Find(Long64_t entry) const
{
   return std::upper_bound(fEntry.begin(), fEntry.end() - 1, entry) - fEntry.begin() - 1;
}

void BasketList::Fail(std::size_t basket, const std::string &what) const
{
   throw Error(EErrorCode::kFile, "cannot read branch '" + fBranchName + "': " + what + ", the file is damaged",
               {{"file", fFileName}, {"branch", fBranchName}, {"first entry", std::to_string(fEntry[basket])}});
}

const char *BasketList::Load(std::size_t basket, Buffer &buffer) const
{
   buffer.fStored.resize(fBytes[basket]);
   unsigned char *key = buffer.fStored.data();
   for (Long64_t done = 0; done < fBytes[basket];) {
      // Not TFile's own reading, which moves the file's position and fills its cache.
      const auto n = ::pread(fDescriptor, key + done, fBytes[basket] - done, fSeek[basket] + done);
      if (n <= 0)
         Fail(basket, "a basket ends early");
      done += n;
   }
   const Long64_t keyLength = BigEndian(key + 14, 2);
   const Long64_t size = BigEndian(key + 6, 4);
   const Long64_t stored = fBytes[basket] - keyLength;
   if (BigEndian(key, 4) != static_cast<std::uint32_t>(fBytes[basket]) || keyLength < kKeyHead || stored < 0 ||
       size < Count(basket) * fValueSize || size > (Long64_t(1) << 30))
      Fail(basket, "a basket's header makes no sense");
   if (size <= stored)
      return reinterpret_cast<const char *>(key + keyLength);
   buffer.fUnpacked.resize(size);
   if (!Unpack(key + keyLength, stored, buffer.fUnpacked.data(), size))
      Fail(basket, "a basket cannot be unpacked");
   return reinterpret_cast<const char *>(buffer.fUnpacked.data());
}

} // namespace Internal
} // namespace TorchMVA
