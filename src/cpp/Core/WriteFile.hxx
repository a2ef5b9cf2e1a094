#ifndef TORCHMVA_CORE_WRITEFILE_HXX
#define TORCHMVA_CORE_WRITEFILE_HXX

#include <string>

namespace TorchMVA {
namespace Internal {

/// Writes a temporary file beside `path`, then renames it: no half-written file under the final name.
/// Throws Error (kFile).
void WriteFile(const std::string &path, const std::string &content);

} // namespace Internal
} // namespace TorchMVA

#endif
