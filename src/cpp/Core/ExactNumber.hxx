#ifndef TORCHMVA_CORE_EXACTNUMBER_HXX
#define TORCHMVA_CORE_EXACTNUMBER_HXX

#include <charconv>
#include <string>

namespace TorchMVA {
namespace Internal {

/// The shortest text that reads back as the same number (float or double), whatever the locale is.
template <typename T>
std::string ExactNumber(T value)
{
   char text[32];
   return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

} // namespace Internal
} // namespace TorchMVA

#endif
