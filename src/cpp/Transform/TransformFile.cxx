// What the weight file knows of the transformations: TransformPipeline::Write and Read.

#include "NumberList.hxx"
#include "TransformSpec.hxx"
#include "TransformStep.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Transform/TransformPipeline.hxx"

#include <algorithm>
#include <deque>
#include <map>
#include <tuple>

namespace TorchMVA {

using Internal::CountAttribute;
using Internal::ETransform;
using Internal::FailReading;
using Internal::Slot;
using Internal::StepSpec;
using Internal::TransformStep;

namespace {

/// Attribute of `<Transform>` for what TMVA's files do not tell: the class whose parameters are used.
constexpr const char *kReferenceClass = "ReferenceClass";
/// No sensible chain is longer.
constexpr long long kMaxSteps = 1000;

ETransform ReadType(const XmlNode &node)
{
   const std::string name = node.Attribute("Name");
   if (name == "Normalize")
      return ETransform::kNormalize;
   if (name == "Decorrelation")
      return ETransform::kDecorrelate;
   if (name == "PCA")
      return ETransform::kPCA;
   if (name == "Gauss" || name == "Uniform") {
      const std::string kind = node.Attribute("FlatOrGauss", name == "Uniform" ? "Flat" : "Gauss");
      if (kind != "Gauss" && kind != "Flat")
         FailReading(node, "attribute FlatOrGauss: expected Gauss or Flat, found \"" + kind + "\"");
      return kind == "Flat" ? ETransform::kUniform : ETransform::kGauss;
   }
   FailReading(node, "attribute Name: expected Normalize, Decorrelation, PCA or Gauss, found \"" + name + "\"");
}

/// Finds the slots that `<Input>` elements name. The elements of an array have the same label: each finds the first one
/// that is not taken yet. Searches take no time, however many variables there are.
class SlotFinder {
public:
   explicit SlotFinder(const TransformContext &context)
   {
      for (Slot::EKind kind : {Slot::kVariable, Slot::kTarget, Slot::kSpectator}) {
         const auto &infos = InfosOf(context, kind);
         fTaken[kind].assign(infos.size(), false);
         for (std::size_t i = 0; i < infos.size(); ++i) {
            const std::string expression = infos[i].GetExpression().Data();
            fWaiting[{kind, expression, infos[i].GetLabel().Data()}].push_back(static_cast<int>(i));
            fWaiting[{kind, expression, kAnyLabel}].push_back(static_cast<int>(i));
         }
      }
   }
   Slot Read(const XmlNode &node);

private:
   using Key_t = std::tuple<int, std::string, std::string>;
   static constexpr const char *kAnyLabel = "\n"; // no label

   std::vector<bool> fTaken[3];
   std::map<Key_t, std::deque<int>> fWaiting; ///< numbers in order; those taken under the other label are skipped
};

Slot SlotFinder::Read(const XmlNode &node)
{
   node.RequireKnown({"Type", "Label", "Expression"});
   const std::string type = node.Attribute("Type");
   for (Slot::EKind kind : {Slot::kVariable, Slot::kTarget, Slot::kSpectator}) {
      if (type != Internal::KindName(kind))
         continue;
      const std::string label = node.Attribute("Label"), expression = node.Attribute("Expression", label);
      for (const std::string &wanted : {label, std::string(kAnyLabel)}) {
         auto &waiting = fWaiting[{kind, expression, wanted}];
         while (!waiting.empty()) {
            const int index = waiting.front();
            waiting.pop_front();
            if (fTaken[kind][index])
               continue;
            fTaken[kind][index] = true;
            return {kind, index};
         }
      }
      FailReading(node, "the transformation needs the " + type + " \"" + expression + "\" (label \"" + label +
                           "\"), which the file does not declare");
   }
   FailReading(node, "attribute Type: expected Variable, Target or Spectator, found \"" + type + "\"");
}

std::vector<Slot> ReadSelection(const XmlNode &transform, const TransformContext &context)
{
   const XmlNode selection = transform.Child("Selection");
   if (!selection) // files of old versions of TMVA
      return AllSlots(context, Slot::kVariable);
   selection.RequireKnown({}, {"Input", "Output"});
   const XmlNode list = selection.RequiredChild("Input");
   list.RequireKnown({"NInputs"}, {"Input"});
   const auto inputs = list.Children("Input");
   const auto n = static_cast<long long>(inputs.size());
   if (n == 0)
      FailReading(list, "expected at least one <Input>, found none");
   CountAttribute(list, "NInputs", n, n);
   std::vector<Slot> slots;
   SlotFinder finder(context);
   for (const XmlNode &input : inputs)
      slots.push_back(finder.Read(input));
   if (const XmlNode output = selection.Child("Output")) {
      output.RequireKnown({"NOutputs"}, {"Output"});
      CountAttribute(output, "NOutputs", n, n);
      std::vector<Slot> outputs;
      SlotFinder outputFinder(context);
      for (const XmlNode &node : output.Children("Output"))
         outputs.push_back(outputFinder.Read(node));
      if (outputs != slots)
         FailReading(output, "expected the outputs to be the inputs, found others");
   }
   return slots;
}

void ReadReferenceClass(const XmlNode &node, const TransformContext &context, StepSpec &step)
{
   step.fReferenceName = node.Attribute(kReferenceClass, "");
   if (step.fReferenceName.empty())
      return;
   const auto &classes = context.fClasses;
   const auto found = std::find(classes.begin(), classes.end(), step.fReferenceName);
   if (found == classes.end())
      FailReading(node,
                  std::string("attribute ") + kReferenceClass + ": there is no class \"" + step.fReferenceName + "\"");
   step.fReferenceClass = static_cast<int>(found - classes.begin());
}

} // namespace

void TransformPipeline::Write(const XmlNode &transformations) const
{
   RequireFit();
   transformations.SetAttribute("NTransformations", static_cast<long long>(fSteps.size()));
   for (const auto &step : fSteps) {
      if (!step->XmlName())
         continue;
      const XmlNode node = transformations.AddChild("Transform");
      node.SetAttribute("Name", step->XmlName());
      if (!step->Spec().fReferenceName.empty())
         node.SetAttribute(kReferenceClass, step->Spec().fReferenceName);
      step->Write(node);
   }
}

TransformPipeline TransformPipeline::Read(const XmlNode &transformations, const TransformContext &context)
{
   TransformPipeline pipeline;
   pipeline.fContext = context;
   transformations.RequireKnown({"NTransformations"}, {"Transform"});
   const auto nodes = transformations.Children("Transform");
   // Identity steps are counted without a node of their own.
   const long long nSteps =
      CountAttribute(transformations, "NTransformations", static_cast<long long>(nodes.size()), kMaxSteps);
   std::string spec;
   for (const XmlNode &node : nodes) {
      StepSpec step;
      step.fType = ReadType(node);
      step.fSlots = ReadSelection(node, context);
      const auto nClasses = static_cast<int>(context.fClasses.size());
      step.fNSets = nClasses > 1 ? nClasses + 1 : nClasses;
      ReadReferenceClass(node, context, step);
      FillNames(step, context);
      spec += (spec.empty() ? "" : ",") + FormatStepSpec(step, context);
      pipeline.fSteps.push_back(TransformStep::Make(std::move(step)));
      pipeline.fSteps.back()->ReadPayload(node);
   }
   for (auto i = static_cast<long long>(nodes.size()); i < nSteps; ++i) {
      StepSpec step;
      step.fSlots = AllSlots(context, Slot::kVariable);
      FillNames(step, context);
      spec += spec.empty() ? "I" : ",I";
      pipeline.fSteps.push_back(TransformStep::Make(std::move(step)));
   }
   pipeline.fSpec = spec.empty() ? "None" : spec;
   pipeline.Bind();
   pipeline.fFitted = true;
   return pipeline;
}

void TransformPipeline::RequireKinds(const std::string &spec, const std::string &file) const
{
   // Identity steps have no place in a file: their number counts, and the others in their order.
   const auto kindsOf = [](std::vector<ETransform> types) {
      std::stable_partition(types.begin(), types.end(), [](ETransform type) { return type != ETransform::kIdentity; });
      return types;
   };
   std::vector<ETransform> expected, found;
   for (const StepSpec &step : Internal::ParseTransformSpec(spec, fContext))
      expected.push_back(step.fType);
   for (const auto &step : fSteps)
      found.push_back(step->Spec().fType);
   if (kindsOf(expected) != kindsOf(found))
      throw Error(EErrorCode::kWeightFile,
                  "expected the transformations of the option VarTransform=" + spec + ", found " +
                     (fSteps.empty() ? "None" : fSpec),
                  {{"file", file}, {"element", "<Transformations>"}});
}

} // namespace TorchMVA
