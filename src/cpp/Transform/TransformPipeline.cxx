#include "TorchMVA/Transform/TransformPipeline.hxx"

#include "NumberList.hxx"
#include "TransformSpec.hxx"
#include "TransformStep.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <algorithm>
#include <array>

namespace TorchMVA {

using Internal::ColumnBlock;
using Internal::EventColumns;
using Internal::FitSample;
using Internal::kBlockRows;
using Internal::kLanes;
using Internal::Slot;
using Internal::StepSpec;
using Internal::TransformStep;

namespace {

/// Calls `copy(first element, elements from row to row)` for the column of a slot, from row `first` on.
template <typename Function>
void VisitColumn(const EventColumns &rows, Long64_t first, Slot slot, Function &&copy)
{
   switch (slot.fKind) {
   case Slot::kVariable: return copy(rows.fVariables + first * rows.fNVariables + slot.fIndex, rows.fNVariables);
   case Slot::kTarget: return copy(rows.fTargets + first * rows.fNTargets + slot.fIndex, rows.fNTargets);
   case Slot::kSpectator: return copy(rows.fSpectators + first * rows.fNSpectators + slot.fIndex, rows.fNSpectators);
   }
}

void Gather(const EventColumns &rows, Long64_t first, const std::vector<Slot> &slots, ColumnBlock &block)
{
   for (std::size_t c = 0; c < slots.size(); ++c) {
      if (!block.fPresent[slots[c].fKind])
         continue;
      float *column = block.Column(static_cast<int>(c));
      VisitColumn(rows, first, slots[c], [&block, column](const auto *source, Long64_t stride) {
         for (int r = 0; r < block.fRows; ++r)
            column[r] = static_cast<float>(source[r * stride]);
      });
      std::fill(column + block.fRows, column + block.fStride, 0.0f);
   }
}

void Scatter(const ColumnBlock &block, Long64_t first, const std::vector<Slot> &slots, const EventColumns &rows)
{
   for (std::size_t c = 0; c < slots.size(); ++c) {
      if (!block.fPresent[slots[c].fKind])
         continue;
      const float *column = block.Column(static_cast<int>(c));
      VisitColumn(rows, first, slots[c], [&block, column](auto *destination, Long64_t stride) {
         for (int r = 0; r < block.fRows; ++r)
            destination[r * stride] = column[r];
      });
   }
}

/// Runs `transform(block)` over all rows, block by block, in place.
template <typename Function>
void ForEachBlock(const EventColumns &rows, const std::vector<Slot> &slots, Function &&transform)
{
   if (rows.fRows <= 0 || slots.empty())
      return;
   ColumnBlock block;
   for (int kind = 0; kind < 3; ++kind)
      block.fPresent[kind] = rows.Has(static_cast<Slot::EKind>(kind));
   const int blockRows = static_cast<int>(std::min<Long64_t>(kBlockRows, (rows.fRows + kLanes - 1) / kLanes * kLanes));
   // On the stack for usual numbers of columns, so that one event costs no allocation.
   constexpr std::size_t kStackFloats = 4096;
   alignas(64) std::array<float, kStackFloats> stack;
   std::vector<float> heap;
   const std::size_t size = slots.size() * blockRows;
   float *buffer = stack.data();
   if (2 * size > kStackFloats) {
      heap.resize(2 * size);
      buffer = heap.data();
   }
   block.fColumns = buffer;
   block.fScratch = buffer + size;
   for (Long64_t first = 0; first < rows.fRows; first += blockRows) {
      block.fRows = static_cast<int>(std::min<Long64_t>(blockRows, rows.fRows - first));
      block.fStride = (block.fRows + kLanes - 1) / kLanes * kLanes;
      Gather(rows, first, slots, block);
      transform(block);
      Scatter(block, first, slots, rows);
   }
}

template <typename T>
SharedMatrix<T> Copy(MatrixView<const T> view)
{
   SharedMatrix<T> copy(view.fRows, view.fColumns);
   std::copy(view.fData, view.fData + view.Size(), copy.Data());
   return copy;
}

/// A sample with its own memory for what is transformed, and the block of rows to write into.
struct OwnedSample {
   Sample fSample;
   EventColumns fRows;
};

OwnedSample CopyTouched(const Sample &sample, const std::vector<Slot> &slots)
{
   const auto touches = [&slots](Slot::EKind kind) {
      return std::any_of(slots.begin(), slots.end(), [kind](Slot s) { return s.fKind == kind; });
   };
   OwnedSample result{sample, {}};
   result.fRows.fRows = sample.Size();
   if (touches(Slot::kVariable)) {
      auto copy = Copy(sample.fVariables);
      result.fRows.fVariables = copy.Data();
      result.fRows.fNVariables = static_cast<int>(copy.Columns());
      result.fSample.fVariables = copy.View();
      result.fSample.fVariablesOwner = copy.Owner();
   }
   if (touches(Slot::kTarget)) {
      auto copy = Copy(sample.fTargets);
      result.fRows.fTargets = copy.Data();
      result.fRows.fNTargets = static_cast<int>(copy.Columns());
      result.fSample.fTargets = copy.View();
      result.fSample.fTargetsOwner = copy.Owner();
   }
   if (touches(Slot::kSpectator)) {
      auto copy = Copy(sample.fSpectators);
      result.fRows.fSpectators = copy.Data();
      result.fRows.fNSpectators = static_cast<int>(copy.Columns());
      result.fSample.fSpectators = copy.View();
      // Weights and classes stay where they are: the old owner is kept with the new one.
      using Both_t = std::pair<std::shared_ptr<const void>, std::shared_ptr<const void>>;
      result.fSample.fOwner = std::make_shared<const Both_t>(sample.fOwner, copy.Owner());
   }
   return result;
}

} // namespace

TransformContext TransformContext::From(const DataSetInfo &info)
{
   TransformContext context{info.GetVariableInfos(), info.GetTargetInfos(), info.GetSpectatorInfos(), {}};
   for (UInt_t i = 0; i < info.GetNClasses(); ++i)
      context.fClasses.push_back(info.GetClassInfo(static_cast<Int_t>(i))->GetName());
   return context;
}

TransformPipeline::TransformPipeline() = default;
TransformPipeline::~TransformPipeline() = default;
TransformPipeline::TransformPipeline(TransformPipeline &&) noexcept = default;
TransformPipeline &TransformPipeline::operator=(TransformPipeline &&) noexcept = default;

TransformPipeline TransformPipeline::Parse(const std::string &spec, const TransformContext &context)
{
   TransformPipeline pipeline;
   pipeline.fSpec = spec.empty() ? "None" : spec;
   pipeline.fContext = context;
   for (StepSpec &step : Internal::ParseTransformSpec(spec, context))
      pipeline.fSteps.push_back(TransformStep::Make(std::move(step)));
   pipeline.Bind();
   return pipeline;
}

/// Chooses the columns that blocks hold, and tells the steps which of them are theirs.
void TransformPipeline::Bind()
{
   fSlots.clear();
   for (const auto &step : fSteps) {
      if (!step->IsIdentity())
         fSlots.insert(fSlots.end(), step->Slots().begin(), step->Slots().end());
   }
   std::sort(fSlots.begin(), fSlots.end());
   fSlots.erase(std::unique(fSlots.begin(), fSlots.end()), fSlots.end());
   for (const auto &step : fSteps)
      step->BindColumns(fSlots);
}

bool TransformPipeline::IsIdentity() const
{
   return std::all_of(fSteps.begin(), fSteps.end(), [](const auto &step) { return step->IsIdentity(); });
}

bool TransformPipeline::TransformsTargets() const
{
   return std::any_of(fSteps.begin(), fSteps.end(),
                      [](const auto &step) { return !step->IsIdentity() && step->Touches(Slot::kTarget); });
}

bool TransformPipeline::UsesSpectators() const
{
   return std::any_of(fSlots.begin(), fSlots.end(), [](Slot slot) { return slot.fKind == Slot::kSpectator; });
}

bool TransformPipeline::MixesVariables() const
{
   return std::any_of(fSteps.begin(), fSteps.end(),
                      [](const auto &step) { return step->MixesColumns() && step->Touches(Slot::kVariable); });
}

bool TransformPipeline::IsFitted() const
{
   return fFitted || IsIdentity();
}

std::string TransformPipeline::GetShortName() const
{
   std::string name;
   for (const auto &step : fSteps)
      name += (name.empty() ? "" : "_") + std::string(step->ShortName());
   return name.empty() ? "Id" : name;
}

const std::string &TransformPipeline::GetSpec() const
{
   return fSpec;
}

void TransformPipeline::RequireFit() const
{
   if (!IsFitted())
      throw Error(EErrorCode::kState, "the variable transformations are used before they were fitted or read",
                  {{"transformations", fSpec}});
}

Sample TransformPipeline::FitTransform(const Sample &training)
{
   if (IsIdentity())
      return training;
   if (training.Size() == 0)
      throw Error(EErrorCode::kData, "expected training events to fit the variable transformations on, found none",
                  {{"transformations", fSpec}});
   fFitted = false;
   OwnedSample owned = CopyTouched(training, fSlots);
   FitSample events;
   events.fRows = owned.fRows;
   events.fWeights = training.fWeights;
   events.fClasses = training.fClasses;
   events.fNClasses = static_cast<int>(fContext.fClasses.size());
   for (const auto &step : fSteps) {
      step->Fit(events);
      if (!step->IsIdentity())
         ForEachBlock(owned.fRows, fSlots, [&step](ColumnBlock &block) { step->Apply(block); });
   }
   fFitted = true;
   return owned.fSample;
}

Sample TransformPipeline::Transform(const Sample &sample) const
{
   RequireFit();
   if (IsIdentity())
      return sample;
   OwnedSample owned = CopyTouched(sample, fSlots);
   ForEachBlock(owned.fRows, fSlots, [this](ColumnBlock &block) {
      for (const auto &step : fSteps)
         step->Apply(block);
   });
   return owned.fSample;
}

void TransformPipeline::Apply(Long64_t n, float *variables, float *targets, double *spectators) const
{
   RequireFit();
   EventColumns rows;
   rows.fRows = n;
   rows.fVariables = variables;
   rows.fNVariables = static_cast<int>(fContext.fVariables.size());
   rows.fTargets = targets;
   rows.fNTargets = static_cast<int>(fContext.fTargets.size());
   rows.fSpectators = spectators;
   rows.fNSpectators = static_cast<int>(fContext.fSpectators.size());
   ForEachBlock(rows, fSlots, [this](ColumnBlock &block) {
      for (const auto &step : fSteps)
         step->Apply(block);
   });
}

void TransformPipeline::InvertTargets(Long64_t n, float *targets) const
{
   RequireFit();
   EventColumns rows;
   rows.fRows = n;
   rows.fTargets = targets;
   rows.fNTargets = static_cast<int>(fContext.fTargets.size());
   if (!TransformsTargets())
      return;
   ForEachBlock(rows, fSlots, [this](ColumnBlock &block) {
      for (auto step = fSteps.rbegin(); step != fSteps.rend(); ++step) {
         if ((*step)->Touches(Slot::kTarget))
            (*step)->Invert(block);
      }
   });
}

} // namespace TorchMVA
