#ifndef TORCHMVA_CORE_OPTIONHELP_HXX
#define TORCHMVA_CORE_OPTIONHELP_HXX

#include "TorchMVA/Core/Configurable.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The options as a table for a terminal: name, type, default, allowed values, meaning, in aligned columns with long
/// cells continued below. No line break at the end.
std::string FormatOptionTable(const std::vector<OptionInfo> &options);

/// The same table in Markdown.
std::string FormatOptionMarkdown(const std::vector<OptionInfo> &options);

} // namespace Internal
} // namespace TorchMVA

#endif
