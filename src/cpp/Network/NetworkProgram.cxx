#include "Network/NetworkProgram.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <set>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr long kAlignment = 16; ///< floats in a cache line
/// Each operation looks for memory among the values of all others.
constexpr std::size_t kMostOperations = 20000;

/// Numbers that one event may need: a file must not ask for much more memory than it takes itself.
long MostFloats(const NetworkDescription &description)
{
   constexpr long kAllowance = 1L << 22, kForEach = 256, kMost = 1L << 27; // 16 MB and 512 MB
   return std::min(kMost, kAllowance + kForEach * (description.fNInputs + long(description.fParameters.size())));
}

std::string MemoryMessage(long most, long floats)
{
   return "expected a network of its size to need at most " + std::to_string(most) + " numbers for an event, found " +
          std::to_string(floats);
}

long RoundUp(long n)
{
   return (n + kAlignment - 1) / kAlignment * kAlignment;
}

/// Memory of this thread, kept for its next call.
float *ThreadScratch(std::size_t floats)
{
   thread_local AlignedFloats memory;
   thread_local std::size_t size = 0;
   if (floats > size) {
      memory = AlignedFloats();
      size = 0;
      memory = AlignedFloats(floats);
      size = floats;
   }
   return memory.Data();
}

} // namespace

NetworkProgram::NetworkProgram(const NetworkDescription &description, const Kernels &kernels)
   : fKernels(kernels), fNInputs(description.fNInputs)
{
   CheckDescription(description);
   const long most = MostFloats(description);
   std::vector<Shape> shapes = {{fNInputs}};
   for (std::size_t i = 0; i < description.fOperations.size(); ++i) {
      OperationReader operation(description, i, shapes);
      fSteps.emplace_back();
      fSteps.back().fLayer = MakeLayer(operation, kernels);
      fLayerFloats = std::max(fLayerFloats, RoundUp(fSteps.back().fLayer->ScratchFloats()));
      if (fLayerFloats > most)
         operation.Fail(MemoryMessage(most, fLayerFloats));
      shapes.push_back(operation.Result());
      if (i + 1 == description.fOperations.size() && shapes.back().size() != 1)
         operation.Fail("expected a Shape of one dimension of the last operation, found '" + ToText(shapes.back()) +
                        "'");
   }
   fNOutputs = shapes.back().front();
   AbsorbActivations(description, shapes);
   PlaceValues(description, shapes);
   if (fEventFloats > most)
      throw Error(EErrorCode::kWeightFile, MemoryMessage(most, fEventFloats));
   ChooseBlock();
}

void NetworkProgram::CheckDescription(const NetworkDescription &description) const
{
   if (description.fNInputs < 1)
      throw Error(EErrorCode::kWeightFile,
                  "expected a network of at least one input, found " + std::to_string(description.fNInputs));
   if (description.fOperations.size() > kMostOperations)
      throw Error(EErrorCode::kWeightFile, "expected a network of at most " + std::to_string(kMostOperations) +
                                              " operations, found " + std::to_string(description.fOperations.size()));
   if (description.fOperations.empty())
      throw Error(EErrorCode::kWeightFile, "expected a network of at least one operation, found none");
   constexpr std::size_t kMostParameters = 1 << 28; // their base64 text is a string of ROOT, with an int as length
   if (description.fParameters.size() > kMostParameters) {
      throw Error(EErrorCode::kWeightFile, "expected at most " + std::to_string(kMostParameters) +
                                              " parameters, found " + std::to_string(description.fParameters.size()));
   }
}

void NetworkProgram::AbsorbActivations(const NetworkDescription &description, const std::vector<Shape> &shapes)
{
   const auto &operations = description.fOperations;
   std::vector<int> nUses(shapes.size());
   for (const NetworkOperation &operation : operations) {
      for (const int input : operation.fInputs)
         ++nUses[input];
   }
   for (std::size_t i = 1; i + 1 < operations.size(); ++i) { // the last one cannot be a view
      const int input = operations[i].fInputs.front();
      if (operations[i].fType == "ReLU" && input > 0 && nUses[input] == 1 && fSteps[input - 1].fLayer->AbsorbReLU())
         fSteps[i].fLayer = MakeView(CountOf(shapes[input]));
   }
}

void NetworkProgram::PlaceValues(const NetworkDescription &description, const std::vector<Shape> &shapes)
{
   const std::size_t nSteps = fSteps.size();
   std::vector<std::size_t> lastUse(shapes.size());
   for (std::size_t i = 0; i < nSteps; ++i) {
      lastUse[i + 1] = i;
      for (const int input : description.fOperations[i].fInputs)
         lastUse[input] = i;
   }
   std::vector<Place> places(shapes.size());
   for (std::size_t i = 0; i < nSteps; ++i) {
      Step &step = fSteps[i];
      const auto &inputs = description.fOperations[i].fInputs;
      for (const int input : inputs)
         step.fInputs.push_back(places[input]);
      fMaxInputs = std::max(fMaxInputs, inputs.size());
      const Place first = step.fInputs.front();
      const bool isOnlyUser = first.fPlace == EPlace::kScratch && fSlots[first.fSlot].fNUsers == 1;
      if (i + 1 == nSteps)
         step.fOutput.fPlace = EPlace::kOutput;
      else if (step.fLayer->IsView() || (step.fLayer->CanRunInPlace() && isOnlyUser && lastUse[inputs[0]] == i))
         step.fOutput = first;
      else
         step.fOutput = {EPlace::kScratch, TakeSlot(CountOf(shapes[i + 1]))};
      places[i + 1] = step.fOutput;
      if (step.fOutput.fPlace == EPlace::kScratch)
         ++fSlots[step.fOutput.fSlot].fNUsers;
      std::set<int> ending(inputs.begin(), inputs.end());
      ending.insert(int(i) + 1); // if nobody uses it
      for (const int value : ending) {
         if (lastUse[value] == i && places[value].fPlace == EPlace::kScratch)
            --fSlots[places[value].fSlot].fNUsers;
      }
   }
   for (Slot &slot : fSlots) {
      slot.fOffset = fEventFloats;
      fEventFloats += slot.fSize;
   }
   // the output of a view that is not the last operation is where its input is
   fSteps.erase(std::remove_if(fSteps.begin(), fSteps.end() - 1, [](const Step &s) { return s.fLayer->IsView(); }),
                fSteps.end() - 1);
}

std::size_t NetworkProgram::TakeSlot(long size)
{
   size = RoundUp(size);
   std::size_t best = fSlots.size();
   for (std::size_t i = 0; i < fSlots.size(); ++i) {
      const bool fits = fSlots[i].fNUsers == 0 && fSlots[i].fSize >= size;
      if (fits && (best == fSlots.size() || fSlots[i].fSize < fSlots[best].fSize))
         best = i;
   }
   if (best == fSlots.size())
      fSlots.push_back({size, 0, 0});
   return best;
}

void NetworkProgram::ChooseBlock()
{
   constexpr long kBlockFloats = 1 << 15; // 128 kB: with the weights in the second-level cache
   constexpr long kMostEvents = 480;
   const long events = std::clamp(kBlockFloats / std::max(fEventFloats, 1L), 1L, kMostEvents);
   fBlock = events < fKernels.fRows ? events : events / fKernels.fRows * fKernels.fRows;
}

void NetworkProgram::Run(const float *rows, long n, float *outputs) const
{
   const std::size_t floats = std::size_t(fEventFloats * std::min(n, fBlock) + fLayerFloats);
   constexpr std::size_t kStackFloats = 1024;
   if (floats <= kStackFloats) {
      alignas(64) float scratch[kStackFloats];
      return RunBlock(rows, n, outputs, scratch);
   }
   float *const scratch = ThreadScratch(floats);
   for (long first = 0; first < n; first += fBlock)
      RunBlock(rows + first * fNInputs, std::min(fBlock, n - first), outputs + first * fNOutputs, scratch);
}

void NetworkProgram::RunBlock(const float *rows, long n, float *outputs, float *scratch) const
{
   constexpr std::size_t kFewInputs = 16;
   const float *few[kFewInputs];
   std::vector<const float *> many(fMaxInputs > kFewInputs ? fMaxInputs : 0);
   const float **const inputs = many.empty() ? few : many.data();
   float *const values = scratch + fLayerFloats;
   for (const Step &step : fSteps) {
      for (std::size_t i = 0; i < step.fInputs.size(); ++i) {
         const Place &place = step.fInputs[i];
         inputs[i] = place.fPlace == EPlace::kInput ? rows : values + fSlots[place.fSlot].fOffset * n;
      }
      float *const output =
         step.fOutput.fPlace == EPlace::kOutput ? outputs : values + fSlots[step.fOutput.fSlot].fOffset * n;
      step.fLayer->Run(inputs, output, n, scratch);
   }
}

} // namespace Internal
} // namespace TorchMVA
