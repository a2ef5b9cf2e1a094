#ifndef TORCHMVA_SRC_CORE_TEXT_HXX
#define TORCHMVA_SRC_CORE_TEXT_HXX

#include <string>

namespace TorchMVA {
namespace Internal {

/// True if the text is well-formed UTF-8.
bool IsUtf8(const std::string &text);

/// The text with every byte that is not part of UTF-8 written as `\xNN`. Python takes no other text in exceptions and
/// warnings, and file names may hold any byte.
std::string AsUtf8(const std::string &text);

} // namespace Internal
} // namespace TorchMVA

#endif
