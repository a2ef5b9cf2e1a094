#ifndef TORCHMVA_DATA_SPLIT_HXX
#define TORCHMVA_DATA_SPLIT_HXX

#include "SplitOptions.hxx"

#include <cstdint>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Number of an event among all events that passed the cuts. 32 bits: it is held once for every event, beside the
/// matrices, and must stay small against them.
using EventId_t = std::uint32_t;

/// The events of one class by what their tree was given as, in the order they were read.
struct ClassEvents {
   std::string fName;
   std::vector<EventId_t> fTraining;
   std::vector<EventId_t> fTesting;
   std::vector<EventId_t> fUnassigned;
   double fCutEfficiency = 1.0; ///< fraction of the events that passed the cuts

   std::size_t Size() const { return fTraining.size() + fTesting.size() + fUnassigned.size(); }
};

/// Events to take for training and test, and the sizes that both are cut to afterwards.
struct SplitCounts {
   Long64_t fUseForTraining = 0;
   Long64_t fUseForTesting = 0;
   Long64_t fTraining = 0;
   Long64_t fTesting = 0;
};

/// Event counts of one class from the events available and the events requested (0: no request).
/// Throws Error (kData) when more is requested than there is.
SplitCounts CountSplit(const std::string &name, Long64_t training, Long64_t testing, Long64_t unassigned,
                       Long64_t requestedTraining, Long64_t requestedTesting);

/// The events of both samples in their final order.
struct SplitResult {
   std::vector<EventId_t> fTraining;
   std::vector<EventId_t> fTesting;
};

/// Splits and mixes as TMVA does: with libstdc++ the same events in the same order. `classes` is used up.
SplitResult SplitEvents(std::vector<ClassEvents> classes, const SplitOptions &options);

} // namespace Internal
} // namespace TorchMVA

#endif
