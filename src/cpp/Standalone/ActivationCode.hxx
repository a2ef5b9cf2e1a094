#ifndef TORCHMVA_SRC_STANDALONE_ACTIVATIONCODE_HXX
#define TORCHMVA_SRC_STANDALONE_ACTIVATIONCODE_HXX

#include "TorchMVA/Network/NetworkDescription.hxx"

#include <string>

namespace TorchMVA {
namespace Internal {

/// The activation of `float x` as an expression of C++ that uses the piece "Functions", with PyTorch's definitions and
/// defaults; empty if the operation is no activation.
std::string ActivationCode(const NetworkOperation &operation);

/// A number among the attributes of an operation, or what stands for it if it is missing. Throws Error (kMethod).
double NumberOf(const NetworkOperation &operation, const std::string &attribute, double missing);

} // namespace Internal
} // namespace TorchMVA

#endif
