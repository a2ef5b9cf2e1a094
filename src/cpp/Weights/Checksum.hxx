#ifndef TORCHMVA_WEIGHTS_CHECKSUM_HXX
#define TORCHMVA_WEIGHTS_CHECKSUM_HXX

#include "TorchMVA/Core/Xml.hxx"

#include <string>

namespace TorchMVA {
namespace Internal {

/// The attribute with a SHA-256: of `<MethodSetup>` over what the responses depend on, of a `<Network>` over itself and
/// that one, of a `<Model>` over its bytes, of a `<Fold>` that of the fold's file.
inline constexpr const char *kChecksum = "Sha256";

/// The checksum of a weight file: docs/weights-format.md says what is in it. src/python/torchmva/_checksum.py is the same.
std::string ComputeChecksum(const XmlNode &root);
/// Sets the attribute of `<MethodSetup>` and of the networks in it: the last thing that is written.
void WriteChecksum(const XmlNode &root);
/// Compares them with the file, and does nothing if it has none: it was written by TMVA or an earlier release.
/// Throws Error (kWeightFile) that says how to accept a file that was edited by hand.
void VerifyChecksum(const XmlNode &root);

} // namespace Internal
} // namespace TorchMVA

#endif
