#ifndef TORCHMVA_CORE_GZIP_HXX
#define TORCHMVA_CORE_GZIP_HXX

#include <string>

namespace TorchMVA {
namespace Internal {

/// True for the first bytes of a file that gzip has compressed, whatever its name is.
bool IsGzip(const std::string &bytes);

/// The uncompressed content of a file of gzip, of `size` bytes. Throws Error (kFile): damaged, truncated, larger than its
/// size warrants (200 times and 64 MiB), or no zlib on this machine.
std::string ReadGzip(const std::string &path, std::size_t size);

} // namespace Internal
} // namespace TorchMVA

#endif
