#ifndef TORCHMVA_NETWORK_NETWORK_HXX
#define TORCHMVA_NETWORK_NETWORK_HXX

#include "RtypesCore.h"
#include "TorchMVA/Network/NetworkDescription.hxx"

#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {

class XmlNode;

/// A trained network that runs without Python and torch: docs/network-format.md has its operations.
///
/// Its kernels are chosen for the processor when it is made. The response of an event has the same bits whatever other
/// events are in the call and whichever thread makes it; another instruction set rounds differently (about 1e-7).
/// NaN in an input stays NaN where torch's does.
///
/// Copies are cheap: they share the parameters. Const calls are lock-free, by any number of threads.
class Network {
public:
   /// Checks everything: throws Error (kWeightFile) that names the operation, what was expected and what was found.
   /// `instructions`: one of GetInstructionSets(); empty: what the environment variable TORCHMVA_INSTRUCTIONS says,
   /// else the best of this processor. Throws Error (kArgument) for a name that is not in the list.
   explicit Network(NetworkDescription description, const std::string &instructions = "");
   /// Reads a `<Network>` element. Throws Error (kWeightFile): damaged, of a newer version, or as above.
   static Network Read(const XmlNode &network);
   /// The same from a text.
   static Network FromXml(const std::string &text, const std::string &instructions = "");
   /// Adds a `<Network>` element to `parent`.
   void Write(const XmlNode &parent) const;
   /// The `<Network>` element as a text.
   std::string ToXml() const;

   int GetNInputs() const;
   int GetNOutputs() const;
   const NetworkDescription &GetDescription() const;
   /// Name of the instruction set that its kernels use.
   std::string GetInstructions() const;
   /// Those that this processor has, best last: "baseline" (of the architecture), "avx2" (with FMA), "avx512".
   static std::vector<std::string> GetInstructionSets();

   /// Fills `outputs`, n x GetNOutputs() floats, from `rows`, n x GetNInputs() floats, both row-major and not
   /// overlapping. Throws Error (kArgument) for a negative n or a null pointer.
   void Evaluate(const float *rows, Long64_t n, float *outputs) const;

private:
   struct Impl;
   static Network Read(const XmlNode &network, const std::string &instructions);
   std::shared_ptr<const Impl> fImpl;
};

} // namespace TorchMVA

#endif
