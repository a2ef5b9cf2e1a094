#ifndef TORCHMVA_SRC_METHOD_STANDALONENAMES_HXX
#define TORCHMVA_SRC_METHOD_STANDALONENAMES_HXX

#include "TString.h"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cctype>
#include <string>

namespace TorchMVA {
namespace Internal {

/// What all standalone code may use.
constexpr const char *kStandaloneIncludes = "#include <algorithm>\n#include <cmath>\n#include <cstddef>\n"
                                            "#include <cstdint>\n#include <cstring>\n#include <limits>\n"
                                            "#include <vector>\n";

/// "Read" and the title, with '_' for whatever a C++ name cannot have.
inline std::string StandaloneClassName(const TString &title)
{
   std::string name = std::string("Read") + title.Data();
   std::replace_if(name.begin(), name.end(), [](unsigned char c) { return c > 127 || !std::isalnum(c); }, '_');
   return name;
}

/// Throws Error (kArgument) unless the name is an identifier of ASCII letters, digits and '_' that does not begin with
/// a digit.
inline void RequireClassName(const std::string &name)
{
   const auto isNamePart = [](unsigned char c) { return c < 128 && (std::isalnum(c) || c == '_'); };
   if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) ||
       !std::all_of(name.begin(), name.end(), isNamePart))
      throw Error(EErrorCode::kArgument, "expected the name of a C++ class, found \"" + name + "\"");
}

} // namespace Internal
} // namespace TorchMVA

#endif
