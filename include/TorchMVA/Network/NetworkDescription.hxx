#ifndef TORCHMVA_NETWORK_NETWORKDESCRIPTION_HXX
#define TORCHMVA_NETWORK_NETWORKDESCRIPTION_HXX

#include <map>
#include <string>
#include <vector>

namespace TorchMVA {

/// One step of a network: a new value from values that are there. docs/network-format.md lists the types.
struct NetworkOperation {
   std::string fType;                              ///< "Linear", "ReLU", "Add", ...
   std::vector<int> fInputs;                       ///< numbers of values; 0 is the network's input
   std::vector<int> fShape;                        ///< of the result, for one event
   std::map<std::string, std::string> fAttributes; ///< "Weight": offset into the parameters, "Slope": a number, ...
};

/// A trained network as a list of operations: operation i makes value i + 1, the last value is the output.
struct NetworkDescription {
   int fNInputs = 0; ///< variables
   std::vector<NetworkOperation> fOperations;
   std::vector<float> fParameters; ///< of all operations, one after another
};

} // namespace TorchMVA

#endif
