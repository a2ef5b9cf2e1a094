#ifndef TORCHMVA_CORE_SHA256_HXX
#define TORCHMVA_CORE_SHA256_HXX

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace TorchMVA {
namespace Internal {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces. ROOT has MD5 only, and the host knows no Python.
class Sha256 {
public:
   Sha256 &Update(const char *bytes, std::size_t size);
   Sha256 &Update(const std::string &bytes) { return Update(bytes.data(), bytes.size()); }
   /// In hexadecimal digits; nothing can be added afterwards.
   std::string Hex();

private:
   void AddBlock(const unsigned char *block);

   std::array<std::uint32_t, 8> fState = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
   std::array<unsigned char, 64> fBuffer = {};
   std::uint64_t fSize = 0;
};

} // namespace Internal
} // namespace TorchMVA

#endif
