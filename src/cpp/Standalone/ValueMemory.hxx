#ifndef TORCHMVA_SRC_STANDALONE_VALUEMEMORY_HXX
#define TORCHMVA_SRC_STANDALONE_VALUEMEMORY_HXX

#include "TorchMVA/Network/NetworkDescription.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Where the values of a network are in one block of memory, as small as it may be: a value has its place from the
/// operation that makes it to the last one that uses it.
class ValueMemory {
public:
   explicit ValueMemory(const NetworkDescription &network);

   /// Floats of one event.
   long long Size() const { return fSize; }
   /// The value as an expression of C++: "in", the input, or "m + 64 * L".
   std::string Name(int value) const;
   const std::vector<int> &Shape(int value) const { return fShapes[value]; }
   int NValues(int value) const;

private:
   std::vector<std::vector<int>> fShapes;
   std::vector<int> fOwners;        ///< whose memory a value has: its own, or another's (Reshape, what works in place)
   std::vector<long long> fOffsets; ///< of the owners; -1: the input
   long long fSize = 0;
};

} // namespace Internal
} // namespace TorchMVA

#endif
