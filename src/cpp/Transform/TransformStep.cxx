#include "TransformStep.hxx"

#include "NumberList.hxx"

#include "CumulativeStep.hxx"
#include "IdentityStep.hxx"
#include "LinearStep.hxx"
#include "NormalizeStep.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <algorithm>

namespace TorchMVA {
namespace Internal {

const char *KindName(Slot::EKind kind)
{
   return kind == Slot::kVariable ? "Variable" : kind == Slot::kTarget ? "Target" : "Spectator";
}

const std::vector<VariableInfo> &InfosOf(const TransformContext &context, Slot::EKind kind)
{
   return kind == Slot::kVariable ? context.fVariables : kind == Slot::kTarget ? context.fTargets : context.fSpectators;
}

std::vector<Slot> AllSlots(const TransformContext &context, Slot::EKind kind)
{
   std::vector<Slot> slots(InfosOf(context, kind).size());
   for (std::size_t i = 0; i < slots.size(); ++i)
      slots[i] = Slot{kind, static_cast<int>(i)};
   return slots;
}

TransformStep::TransformStep(StepSpec spec) : fSpec(std::move(spec))
{
   for (const Slot &slot : fSpec.fSlots)
      fTouches[slot.fKind] = true;
}

TransformStep::~TransformStep() = default;

std::unique_ptr<TransformStep> TransformStep::Make(StepSpec spec)
{
   switch (spec.fType) {
   case ETransform::kIdentity: return std::make_unique<IdentityStep>(std::move(spec));
   case ETransform::kNormalize: return std::make_unique<NormalizeStep>(std::move(spec));
   case ETransform::kDecorrelate: return std::make_unique<DecorrelateStep>(std::move(spec));
   case ETransform::kPCA: return std::make_unique<PCAStep>(std::move(spec));
   case ETransform::kGauss:
   case ETransform::kUniform: return std::make_unique<CumulativeStep>(std::move(spec));
   }
   throw Error(EErrorCode::kInternal, "no such transformation");
}

void TransformStep::BindColumns(const std::vector<Slot> &blockSlots)
{
   fColumns.clear();
   for (const Slot &slot : fSpec.fSlots)
      fColumns.push_back(
         static_cast<int>(std::lower_bound(blockSlots.begin(), blockSlots.end(), slot) - blockSlots.begin()));
}

bool TransformStep::IsPresent(const bool (&present)[3]) const
{
   bool some = false, all = true;
   for (int kind = 0; kind < 3; ++kind) {
      if (!fTouches[kind])
         continue;
      some = some || present[kind];
      all = all && present[kind];
   }
   if (some && !all && MixesColumns())
      throw Error(
         EErrorCode::kArgument,
         std::string("transformation ") + ShortName() +
            " mixes variables or targets with other columns: expected values of all of them, found none of "
            "the " +
            (fTouches[Slot::kSpectator] && !present[Slot::kSpectator] ? "spectators" : "variables or targets"));
   return some;
}

int TransformStep::RequireSets(const XmlNode &node, std::size_t found) const
{
   const auto expected = static_cast<std::size_t>(fSpec.fNSets);
   if (found == 0 || (expected != 0 && found != expected))
      FailReading(node, "expected " + (expected ? std::to_string(expected) : "at least one") +
                           " sets of parameters (one per class and one for all classes), found " +
                           std::to_string(found));
   return static_cast<int>(found);
}

int TransformStep::ActiveSet(int nSets) const
{
   return fSpec.fReferenceClass >= 0 && fSpec.fReferenceClass < nSets ? fSpec.fReferenceClass : nSets - 1;
}

std::string TransformStep::Describe(int k) const
{
   const Slot slot = fSpec.fSlots[k];
   const char *kind = slot.fKind == Slot::kVariable ? "variable" : slot.fKind == Slot::kTarget ? "target" : "spectator";
   return std::string(kind) + " \"" + fSpec.fLabels[k] + "\"";
}

void TransformStep::Write(const XmlNode &transform) const
{
   const XmlNode selection = transform.AddChild("Selection");
   for (const char *direction : {"Input", "Output"}) {
      const XmlNode list = selection.AddChild(direction);
      list.SetAttribute(std::string("N") + direction + "s", static_cast<long long>(NSlots()));
      for (int k = 0; k < NSlots(); ++k) {
         const XmlNode entry = list.AddChild(direction);
         entry.SetAttribute("Type", KindName(fSpec.fSlots[k].fKind));
         entry.SetAttribute("Label", fSpec.fLabels[k]);
         entry.SetAttribute("Expression", fSpec.fExpressions[k]);
      }
   }
   WritePayload(transform);
}

} // namespace Internal
} // namespace TorchMVA
