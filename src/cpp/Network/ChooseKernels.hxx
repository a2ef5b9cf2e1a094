#ifndef TORCHMVA_SRC_NETWORK_CHOOSEKERNELS_HXX
#define TORCHMVA_SRC_NETWORK_CHOOSEKERNELS_HXX

#include "Network/Kernels.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// The tables that this processor can run, best last.
const std::vector<const Kernels *> &AvailableKernels();

/// The table of that name; for an empty one what TORCHMVA_INSTRUCTIONS says, else the best. Throws Error (kArgument).
const Kernels &ChooseKernels(std::string name);

} // namespace Internal
} // namespace TorchMVA

#endif
