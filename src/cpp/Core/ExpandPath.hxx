#ifndef TORCHMVA_SRC_CORE_EXPANDPATH_HXX
#define TORCHMVA_SRC_CORE_EXPANDPATH_HXX

#include <string>

namespace TorchMVA {
namespace Internal {

/// The path that a user means: `~` and `~name` at the start become the home folder, `$NAME` and `${NAME}` the value of an
/// environment variable. What names no user and no variable is unchanged, since files may have such names, and so is a
/// '$' in the name of a file that exists: files are named after titles, which may have one. Every path of an option, a
/// setting or an argument goes through this function; torchmva._paths.expand_path has the same rules.
std::string ExpandPath(const std::string &path);

} // namespace Internal
} // namespace TorchMVA

#endif
