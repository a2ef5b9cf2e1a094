#ifndef TORCHMVA_SRC_NETWORK_NETWORKPROGRAM_HXX
#define TORCHMVA_SRC_NETWORK_NETWORKPROGRAM_HXX

#include "Network/Layer.hxx"

#include <vector>

namespace TorchMVA {
namespace Internal {

/// The layers of a network with the places of their values in scratch memory. Const calls are thread safe.
///
/// A value lives from the operation that makes it to the last one that uses it; then its place is free again. Most
/// operations of single numbers write over their input.
class NetworkProgram {
public:
   /// The description must outlive it. Throws Error (kWeightFile).
   NetworkProgram(const NetworkDescription &description, const Kernels &kernels);

   int GetNOutputs() const { return fNOutputs; }
   const Kernels &GetKernels() const { return fKernels; }
   /// n rows of inputs to n rows of outputs.
   void Run(const float *rows, long n, float *outputs) const;

private:
   enum class EPlace { kInput, kOutput, kScratch };
   struct Place {
      EPlace fPlace = EPlace::kInput;
      std::size_t fSlot = 0; ///< in scratch memory
   };
   struct Slot {
      long fSize = 0;   ///< floats an event
      long fOffset = 0; ///< floats an event before it
      int fNUsers = 0;  ///< values that live there
   };
   struct Step {
      LayerPointer fLayer;
      std::vector<Place> fInputs;
      Place fOutput;
   };

   void CheckDescription(const NetworkDescription &description) const;
   void AbsorbActivations(const NetworkDescription &description, const std::vector<Shape> &shapes);
   void PlaceValues(const NetworkDescription &description, const std::vector<Shape> &shapes);
   std::size_t TakeSlot(long size);
   void ChooseBlock();
   void RunBlock(const float *rows, long n, float *outputs, float *scratch) const;

   const Kernels &fKernels;
   int fNInputs;
   int fNOutputs = 0;
   std::vector<Step> fSteps;
   std::vector<Slot> fSlots;
   std::size_t fMaxInputs = 1; ///< of a step
   long fEventFloats = 0;      ///< scratch memory of one event
   long fLayerFloats = 0;      ///< scratch memory of the neediest layer
   long fBlock = 1;            ///< events at a time
};

} // namespace Internal
} // namespace TorchMVA

#endif
