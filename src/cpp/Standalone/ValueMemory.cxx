#include "Standalone/ValueMemory.hxx"

#include "Standalone/ActivationCode.hxx"

#include <algorithm>
#include <set>

namespace TorchMVA {
namespace Internal {

namespace {

/// Reads each element before it writes it, and no other afterwards: the result may take the place of the first input.
bool WorksInPlace(const NetworkOperation &operation)
{
   static const std::set<std::string> types = {"Affine", "PReLU",    "Softmax",  "LogSoftmax", "LayerNorm",
                                               "Add",    "Subtract", "Multiply", "Divide"};
   return types.count(operation.fType) > 0 || !ActivationCode(operation).empty();
}

struct Place {
   long long fOffset, fSize;
   int fFreeFrom; ///< operation
};

/// The lowest gap of that size between the places that operation `now` still needs.
long long FindGap(std::vector<Place> &places, long long size, int now)
{
   places.erase(std::remove_if(places.begin(), places.end(), [now](const Place &p) { return p.fFreeFrom <= now; }),
                places.end());
   std::sort(places.begin(), places.end(), [](const Place &a, const Place &b) { return a.fOffset < b.fOffset; });
   long long offset = 0;
   for (const Place &place : places) {
      if (place.fOffset - offset >= size)
         break;
      offset = std::max(offset, place.fOffset + place.fSize);
   }
   return offset;
}

} // namespace

ValueMemory::ValueMemory(const NetworkDescription &network) : fShapes{{network.fNInputs}}, fOwners{0}
{
   const int n = static_cast<int>(network.fOperations.size());
   std::vector<int> lastUse(n + 1, -1); // of a value itself
   for (int i = 0; i < n; ++i) {
      fShapes.push_back(network.fOperations[i].fShape);
      for (const int input : network.fOperations[i].fInputs)
         lastUse[input] = i;
   }
   lastUse[n] = n;                    // the output is copied at the end
   std::vector<int> needed = lastUse; // of an owner, with all that share its memory
   for (int i = 0; i < n; ++i) {
      const NetworkOperation &operation = network.fOperations[i];
      int owner = i + 1;
      if (!operation.fInputs.empty()) {
         const int candidate = fOwners[operation.fInputs[0]];
         const bool isFree = candidate != 0 && needed[candidate] <= i && WorksInPlace(operation);
         if (operation.fType == "Reshape" || isFree)
            owner = candidate;
      }
      fOwners.push_back(owner);
      needed[owner] = std::max(needed[owner], lastUse[i + 1]);
   }
   fOffsets.assign(n + 1, -1);
   std::vector<Place> places;
   for (int i = 0; i < n; ++i) {
      if (fOwners[i + 1] != i + 1)
         continue;
      const long long size = NValues(i + 1);
      fOffsets[i + 1] = FindGap(places, size, i);
      places.push_back({fOffsets[i + 1], size, std::max(needed[i + 1], i) + 1});
      fSize = std::max(fSize, fOffsets[i + 1] + size);
   }
}

int ValueMemory::NValues(int value) const
{
   int n = 1;
   for (const int size : fShapes[value])
      n *= size;
   return n;
}

std::string ValueMemory::Name(int value) const
{
   const long long offset = fOffsets[fOwners[value]];
   return offset < 0 ? "in" : offset == 0 ? "m" : "m + " + std::to_string(offset) + " * L";
}

} // namespace Internal
} // namespace TorchMVA
