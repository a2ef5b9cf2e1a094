#ifndef TORCHMVA_SRC_STANDALONE_NETWORKCODE_HXX
#define TORCHMVA_SRC_STANDALONE_NETWORKCODE_HXX

#include "TorchMVA/Network/NetworkDescription.hxx"

namespace TorchMVA {
namespace Internal {

class StandaloneCode;

/// WritePrediction of a network whose description was checked (class Network does it): its parameters as tables, and
/// `template <int L> inline void Predict(float *x, float *y)`. Throws Error (kMethod) that names an operation for which
/// there is no code.
void WriteNetworkCode(StandaloneCode &code, const NetworkDescription &network);

} // namespace Internal
} // namespace TorchMVA

#endif
