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

std::uint32_t BigEndian(const char *bytes, int n)
{
   std::uint32_t value = 0;
   for (int i = 0; i < n; ++i)
      value = value << 8 | static_cast<unsigned char>(bytes[i]);
   return value;
}

/// Unpacks all pieces from `in`, which ends at `end`; false if they do not fill `out`.
bool Decompress(unsigned char *in, const unsigned char *end, std::vector<char> &out)
{
   for (Long64_t done = 0, size = out.size(); done < size;) {
      int packed = 0;
      int full = 0;
      int unpacked = 0;
      if (end - in < kPieceHead || R__unzip_header(&packed, in, &full) != 0 || packed > end - in || full > size - done)
         return false;
      R__unzip(&packed, in, &full, reinterpret_cast<unsigned char *>(out.data()) + done, &unpacked);
      if (unpacked <= 0)
         return false;
      done += unpacked;
      in += packed;
   }
   return true;
}

} // namespace

std::shared_ptr<BasketList> BasketList::Make(TBranch &branch, Long64_t valueSize)
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
   list->fUnpacked.resize(list->fSeek.size());
   return list;
}

void BasketList::Fail(std::size_t basket, const std::string &what) const
{
   throw Error(EErrorCode::kFile, "cannot read branch '" + fBranchName + "': " + what + ", the file is damaged",
               {{"file", fFileName}, {"branch", fBranchName}, {"first entry", std::to_string(fEntry[basket])}});
}

void BasketList::ReadFile(std::size_t basket, Long64_t seek, Bytes_t &bytes) const
{
   for (std::size_t done = 0; done < bytes.size();) {
      // Not TFile's own reading, which moves the file's position and fills its cache.
      const auto n = ::pread(fDescriptor, bytes.data() + done, bytes.size() - done, seek + done);
      if (n <= 0)
         Fail(basket, "a basket ends early");
      done += n;
   }
}

std::shared_ptr<const BasketList::Bytes_t> BasketList::Unpack(std::size_t basket, Long64_t keyLength, Long64_t size)
{
   // Held while unpacking: the other threads will mostly want this basket too.
   const std::lock_guard<std::mutex> lock(fMutex);
   if (auto shared = fUnpacked[basket].lock())
      return shared;
   Bytes_t stored(fBytes[basket] - keyLength);
   ReadFile(basket, fSeek[basket] + keyLength, stored);
   auto *in = reinterpret_cast<unsigned char *>(stored.data());
   const auto unpacked = std::make_shared<Bytes_t>(size);
   if (!Decompress(in, in + stored.size(), *unpacked))
      Fail(basket, "a basket cannot be unpacked");
   fUnpacked[basket] = unpacked;
   return unpacked;
}

void BasketList::MoveTo(std::size_t basket, Cursor &cursor)
{
   cursor.fFirst = cursor.fEnd = 0;
   cursor.fUnpacked.reset();
   Bytes_t key(kKeyHead);
   ReadFile(basket, fSeek[basket], key);
   const Long64_t keyLength = BigEndian(key.data() + 14, 2);
   const Long64_t size = BigEndian(key.data() + 6, 4);
   const Long64_t stored = fBytes[basket] - keyLength;
   if (BigEndian(key.data(), 4) != static_cast<std::uint32_t>(fBytes[basket]) || keyLength < kKeyHead || stored < 0 ||
       size < (fEntry[basket + 1] - fEntry[basket]) * fValueSize || size > (Long64_t(1) << 30))
      Fail(basket, "a basket's header makes no sense");
   if (size > stored)
      cursor.fUnpacked = Unpack(basket, keyLength, size);
   cursor.fBasket = basket;
   cursor.fSeek = fSeek[basket] + keyLength;
   cursor.fFirst = fEntry[basket];
   cursor.fEnd = fEntry[basket + 1];
}

const char *BasketList::Read(Long64_t first, Long64_t &n, Cursor &cursor)
{
   if (first < cursor.fFirst || first >= cursor.fEnd)
      MoveTo(std::upper_bound(fEntry.begin(), fEntry.end() - 1, first) - fEntry.begin() - 1, cursor);
   n = std::min(n, cursor.fEnd - first);
   const Long64_t offset = (first - cursor.fFirst) * fValueSize;
   if (cursor.fUnpacked)
      return cursor.fUnpacked->data() + offset;
   cursor.fRead.resize(n * fValueSize);
   ReadFile(cursor.fBasket, cursor.fSeek + offset, cursor.fRead);
   return cursor.fRead.data();
}

} // namespace Internal
} // namespace TorchMVA
