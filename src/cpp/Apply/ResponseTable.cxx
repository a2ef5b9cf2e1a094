#include "ResponseTable.hxx"

#include <cstring>
#include <numeric>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr std::size_t kKeyWords = 3;
constexpr std::size_t kFirstCapacity = 64;

/// The finaliser of splitmix64 (Steele, Lea, Flood 2014): one to one, every bit of the result depends on all.
std::uint64_t Mix(std::uint64_t x)
{
   x += 0x9e3779b97f4a7c15;
   x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
   x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
   return x ^ (x >> 31);
}

/// Two independent hashes of the bits of a row.
struct Hash {
   std::uint64_t fFirst = 0x243f6a8885a308d3; // digits of pi
   std::uint64_t fSecond = 0x13198a2e03707344;

   void Add(const void *bytes, std::size_t n)
   {
      const char *next = static_cast<const char *>(bytes);
      while (n > 0) {
         const std::size_t size = n < sizeof(std::uint64_t) ? n : sizeof(std::uint64_t);
         std::uint64_t word = 0;
         std::memcpy(&word, next, size);
         fFirst = Mix(fFirst ^ word);
         fSecond = Mix(fSecond + word);
         next += size;
         n -= size;
      }
   }
};

std::uint64_t HashAt(const std::uint32_t *record)
{
   std::uint64_t hash;
   std::memcpy(&hash, record, sizeof(hash));
   return hash;
}

} // namespace

ResponseTable::ResponseTable(std::size_t nVariables, std::size_t nSpectators, std::size_t nResponses)
   : fNVariables(nVariables), fNSpectators(nSpectators), fNResponses(nResponses), fWidth(kKeyWords + nResponses)
{
}

ResponseTable::Key ResponseTable::MakeKey(const float *variables, const double *spectators) const
{
   Hash hash;
   hash.Add(variables, fNVariables * sizeof(float));
   if (spectators)
      hash.Add(spectators, fNSpectators * sizeof(double));
   return {hash.fFirst == 0 ? 1 : hash.fFirst, static_cast<std::uint32_t>(hash.fSecond)};
}

std::size_t ResponseTable::Locate(const Part &part, const Key &key) const
{
   const std::size_t mask = part.fCapacity - 1;
   for (std::size_t i = key.fHash & mask;; i = (i + 1) & mask) {
      const std::uint32_t *record = &part.fRecords[i * fWidth];
      const std::uint64_t hash = HashAt(record);
      if (hash == 0 || (hash == key.fHash && record[2] == key.fCheck))
         return i * fWidth;
   }
}

void ResponseTable::Grow(Part &part) const
{
   const std::vector<std::uint32_t> old = std::move(part.fRecords);
   part.fCapacity = part.fCapacity == 0 ? kFirstCapacity : 2 * part.fCapacity;
   part.fRecords.assign(part.fCapacity * fWidth, 0);
   for (std::size_t i = 0; i < old.size(); i += fWidth) {
      const std::uint64_t hash = HashAt(&old[i]);
      if (hash != 0)
         std::memcpy(&part.fRecords[Locate(part, {hash, old[i + 2]})], &old[i], fWidth * sizeof(std::uint32_t));
   }
}

void ResponseTable::Insert(const InputRows &rows, const float *responses)
{
   for (std::size_t row = 0; row < rows.fN; ++row) {
      const Key key = MakeKey(rows.fVariables + row * fNVariables,
                              rows.fSpectators ? rows.fSpectators + row * fNSpectators : nullptr);
      Part &part = fParts[key.fHash >> (64 - kPartBits)];
      const std::lock_guard lock(part.fMutex);
      if (4 * part.fSize >= 3 * part.fCapacity)
         Grow(part);
      std::uint32_t *record = &part.fRecords[Locate(part, key)];
      if (HashAt(record) != 0)
         continue;
      std::memcpy(record, &key.fHash, sizeof(key.fHash));
      record[2] = key.fCheck;
      std::memcpy(record + kKeyWords, responses + row * fNResponses, fNResponses * sizeof(float));
      ++part.fSize;
   }
}

const std::uint32_t *ResponseTable::Find(const float *variables, const double *spectators) const
{
   const Key key = MakeKey(variables, spectators);
   const Part &part = fParts[key.fHash >> (64 - kPartBits)];
   if (part.fCapacity == 0)
      return nullptr;
   const std::uint32_t *record = &part.fRecords[Locate(part, key)];
   return HashAt(record) == 0 ? nullptr : record + kKeyWords;
}

std::size_t ResponseTable::Size() const
{
   return std::accumulate(fParts.begin(), fParts.end(), std::size_t(0),
                          [](std::size_t n, const Part &part) { return n + part.fSize; });
}

} // namespace Internal
} // namespace TorchMVA
