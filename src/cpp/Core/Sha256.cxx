#include "Sha256.hxx"

#include <algorithm>
#include <cstring>

namespace TorchMVA {
namespace Internal {

namespace {

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::uint32_t kRound[64] = {
   0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
   0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
   0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
   0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
   0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
   0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
   0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
   0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t Rotated(std::uint32_t x, int bits)
{
   return x >> bits | x << (32 - bits);
}

} // namespace

void Sha256::AddBlock(const unsigned char *block)
{
   std::uint32_t w[64];
   for (int i = 0; i < 16; ++i)
      w[i] = std::uint32_t(block[4 * i]) << 24 | std::uint32_t(block[4 * i + 1]) << 16 |
             std::uint32_t(block[4 * i + 2]) << 8 | std::uint32_t(block[4 * i + 3]);
   for (int i = 16; i < 64; ++i) {
      const std::uint32_t s0 = Rotated(w[i - 15], 7) ^ Rotated(w[i - 15], 18) ^ w[i - 15] >> 3;
      const std::uint32_t s1 = Rotated(w[i - 2], 17) ^ Rotated(w[i - 2], 19) ^ w[i - 2] >> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
   }
   auto [a, b, c, d, e, f, g, h] = fState;
   for (int i = 0; i < 64; ++i) {
      const std::uint32_t s1 = Rotated(e, 6) ^ Rotated(e, 11) ^ Rotated(e, 25);
      const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + kRound[i] + w[i];
      const std::uint32_t s0 = Rotated(a, 2) ^ Rotated(a, 13) ^ Rotated(a, 22);
      const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + t2;
   }
   const std::uint32_t sums[8] = {a, b, c, d, e, f, g, h};
   for (int i = 0; i < 8; ++i)
      fState[i] += sums[i];
}

Sha256 &Sha256::Update(const char *bytes, std::size_t size)
{
   const auto *from = reinterpret_cast<const unsigned char *>(bytes);
   while (size > 0) {
      const std::size_t used = fSize % 64, n = std::min(size, 64 - used);
      if (used == 0 && n == 64) {
         AddBlock(from);
      } else {
         std::memcpy(fBuffer.data() + used, from, n);
         if (used + n == 64)
            AddBlock(fBuffer.data());
      }
      fSize += n;
      from += n;
      size -= n;
   }
   return *this;
}

std::string Sha256::Hex()
{
   const std::uint64_t nBits = 8 * fSize;
   std::string end(1 + (119 - fSize % 64) % 64, '\0'); // up to 8 bytes before the end of a block
   end[0] = '\x80';
   for (int shift = 56; shift >= 0; shift -= 8)
      end += static_cast<char>(nBits >> shift & 0xff);
   Update(end);
   std::string hex;
   for (const std::uint32_t word : fState) {
      for (int shift = 28; shift >= 0; shift -= 4)
         hex += "0123456789abcdef"[word >> shift & 0xf];
   }
   return hex;
}

} // namespace Internal
} // namespace TorchMVA
