#ifndef TORCHMVA_OPTIONPAGES_HXX
#define TORCHMVA_OPTIONPAGES_HXX

#include "TString.h"
#include "TorchMVA/Core/Configurable.hxx"

#include <string>
#include <vector>

namespace TorchMVA {

/// What has options: "Factory", "DataLoader" (those of PrepareTrainingAndTestTree), "Reader", ..., "MethodBase" (those
/// of every method), then the method types that exist here, plugins included.
std::vector<std::string> OptionPages();

/// The declared options of one of OptionPages(), case-insensitive; for a method type its own only.
/// Throws Error (kArgument) with the nearest names for another name, Error (kMethod) if a plugin does not load.
std::vector<OptionInfo> OptionsOf(const TString &name);

/// The table of options that `torchmva options NAME`, the option H and Factory::PrintHelpMessage print; for a method
/// type with the text about it and the options of every method. Errors as OptionsOf.
std::string OptionHelp(const TString &name);

/// All pages in Markdown: docs/options.md.
std::string OptionReference();

} // namespace TorchMVA

#endif
