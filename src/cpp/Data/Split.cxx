#include "Split.hxx"

#include "ShuffleGenerator.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <numeric>

namespace TorchMVA {
namespace Internal {

namespace {

using Ids_t = std::vector<EventId_t>;
using EMode = SplitOptions::EMode;

void Append(Ids_t &to, Ids_t::const_iterator first, Ids_t::const_iterator last)
{
   to.insert(to.end(), first, last);
}

void Assign(ClassEvents &events, const SplitCounts &counts, EMode mode)
{
   const Ids_t pool = std::move(events.fUnassigned);
   events.fUnassigned.clear();
   const auto wanted = std::min<Long64_t>(
      pool.size(), std::max<Long64_t>(counts.fUseForTraining - static_cast<Long64_t>(events.fTraining.size()), 0));
   if (mode != EMode::kAlternate) {
      Append(events.fTraining, pool.begin(), pool.begin() + wanted);
      Append(events.fTesting, pool.begin() + wanted, pool.end());
      return;
   }
   Long64_t taken = 0;
   bool training = true;
   for (const auto id : pool) {
      const bool take = training && taken < wanted;
      (take ? events.fTraining : events.fTesting).push_back(id);
      taken += take;
      training = !training;
   }
   // Training asked for more than every second event: the last of the test events fill it up.
   while (taken < wanted && !events.fTesting.empty()) {
      events.fTraining.push_back(events.fTesting.back());
      events.fTesting.pop_back();
      ++taken;
   }
}

/// Removes random events, keeping the order of the others.
void ShortenRandomly(Ids_t &ids, std::size_t size, ShuffleGenerator &generator)
{
   if (ids.size() <= size)
      return;
   std::vector<std::uint32_t> indices(ids.size());
   std::iota(indices.begin(), indices.end(), 0u);
   std::shuffle(indices.begin(), indices.end(), generator);
   std::vector<bool> removed(ids.size(), false);
   for (std::size_t i = 0; i < ids.size() - size; ++i)
      removed[indices[i]] = true;
   std::size_t kept = 0;
   for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!removed[i])
         ids[kept++] = ids[i];
   }
   ids.resize(kept);
}

void Shorten(Ids_t &ids, Long64_t size, EMode mode, ShuffleGenerator &generator)
{
   if (mode == EMode::kRandom)
      ShortenRandomly(ids, size, generator);
   else if (static_cast<Long64_t>(ids.size()) > size)
      ids.resize(size);
}

/// One new event after every `stride` old ones; when either runs out the rest is appended.
Ids_t Interleave(const Ids_t &old, const Ids_t &fresh, std::size_t stride)
{
   Ids_t merged;
   merged.reserve(old.size() + fresh.size());
   auto from = old.begin();
   auto next = fresh.begin();
   while (next != fresh.end() && static_cast<std::size_t>(old.end() - from) >= stride) {
      Append(merged, from, from + stride);
      from += stride;
      merged.push_back(*next++);
   }
   Append(merged, from, old.end());
   Append(merged, next, fresh.end());
   return merged;
}

void Mix(Ids_t &sample, Ids_t &classIds, std::size_t cls, EMode mode)
{
   if (cls == 0)
      sample = std::move(classIds);
   else if (mode == EMode::kAlternate)
      sample = Interleave(sample, classIds, cls);
   else
      Append(sample, classIds.begin(), classIds.end());
   classIds = Ids_t();
}

[[noreturn]] void ThrowTooMany(const std::string &name, const char *what, Long64_t requested, Long64_t available)
{
   throw Error(EErrorCode::kData,
               "more " + std::string(what) + " events requested for class '" + name + "' (" +
                  std::to_string(requested) + ") than available after the cuts (" + std::to_string(available) + ")",
               {{"class", name}});
}

} // namespace

SplitCounts CountSplit(const std::string &name, Long64_t training, Long64_t testing, Long64_t unassigned,
                       Long64_t requestedTraining, Long64_t requestedTesting)
{
   const Long64_t total = training + testing + unassigned;
   SplitCounts c;
   if (requestedTraining == 0 && requestedTesting == 0) {
      if (unassigned >= std::abs(training - testing)) {
         c.fUseForTraining = c.fUseForTesting = total / 2;
      } else {
         c.fUseForTraining = training + (training < testing ? unassigned : 0);
         c.fUseForTesting = testing + (training < testing ? 0 : unassigned);
      }
      c.fTraining = c.fUseForTraining;
      c.fTesting = c.fUseForTesting;
      return c;
   }
   if (requestedTraining > total)
      ThrowTooMany(name, "training", requestedTraining, total);
   if (requestedTesting > total)
      ThrowTooMany(name, "test", requestedTesting, total);
   if (requestedTesting == 0) {
      c.fUseForTraining = std::max(requestedTraining, training);
      c.fUseForTesting = total - c.fUseForTraining;
   } else if (requestedTraining == 0) {
      c.fUseForTesting = std::max(requestedTesting, testing);
      c.fUseForTraining = total - c.fUseForTesting;
   } else {
      const Long64_t needed =
         std::max<Long64_t>(requestedTraining - training, 0) + std::max<Long64_t>(requestedTesting - testing, 0);
      c.fUseForTraining = std::max(requestedTraining, training) + std::max<Long64_t>(unassigned - needed, 0) / 2;
      c.fUseForTesting = total - c.fUseForTraining;
   }
   c.fTraining = requestedTraining ? requestedTraining : c.fUseForTraining;
   c.fTesting = requestedTesting ? requestedTesting : c.fUseForTesting;
   return c;
}

SplitResult SplitEvents(std::vector<ClassEvents> classes, const SplitOptions &options)
{
   ShuffleGenerator generator(options.fSeed);
   // All classes are shuffled before any is cut: the order of the random numbers is TMVA's.
   if (options.fSplitMode == EMode::kRandom) {
      for (auto &events : classes)
         std::shuffle(events.fUnassigned.begin(), events.fUnassigned.end(), generator);
   }
   SplitResult result;
   for (std::size_t i = 0; i < classes.size(); ++i) {
      auto &events = classes[i];
      const auto &request = options.fClasses.at(i);
      const double scale = options.fScaleWithPreselEff ? events.fCutEfficiency : 1.0;
      const bool fraction = request.fTrainTestSplit > 0;
      const auto nTrain = fraction ? static_cast<Long64_t>(request.fTrainTestSplit * events.Size()) : request.fNTrain;
      const auto counts = CountSplit(events.fName, events.fTraining.size(), events.fTesting.size(),
                                     events.fUnassigned.size(), static_cast<Long64_t>(nTrain * scale),
                                     static_cast<Long64_t>((fraction ? 0 : request.fNTest) * scale));
      Assign(events, counts, options.fSplitMode);
      Shorten(events.fTraining, counts.fTraining, options.fSplitMode, generator);
      Shorten(events.fTesting, counts.fTesting, options.fSplitMode, generator);
   }
   for (std::size_t i = 0; i < classes.size(); ++i) {
      Mix(result.fTraining, classes[i].fTraining, i, options.fMixMode);
      Mix(result.fTesting, classes[i].fTesting, i, options.fMixMode);
   }
   if (options.fMixMode == EMode::kRandom) {
      std::shuffle(result.fTraining.begin(), result.fTraining.end(), generator);
      std::shuffle(result.fTesting.begin(), result.fTesting.end(), generator);
   }
   return result;
}

} // namespace Internal
} // namespace TorchMVA
