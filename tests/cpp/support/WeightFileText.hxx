#ifndef TORCHMVA_TESTS_SUPPORT_WEIGHTFILETEXT_HXX
#define TORCHMVA_TESTS_SUPPORT_WEIGHTFILETEXT_HXX

#include <cstring>
#include <string>

namespace TorchMVA {
namespace Test {

/// A weight file as releases without checksums wrote it: for tests that edit it.
inline std::string WithoutChecksums(std::string text)
{
   const char *const attribute = " Sha256=\"";
   const auto model = text.find("<Model ");
   for (auto at = text.find(attribute); at != std::string::npos && at < model; at = text.find(attribute))
      text.erase(at, text.find('"', at + std::strlen(attribute)) + 1 - at);
   return text;
}

} // namespace Test
} // namespace TorchMVA

#endif
