// What the weight file knows of the transformations: TransformPipeline::Write and Read.

#include "NumberList.hxx"
#include "TransformSpec.hxx"
#include "TransformStep.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Transform/TransformPipeline.hxx"

#include <algorithm>

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

/// The slot that an `<Input>` names. The elements of an array have the same label: the first one not taken yet.
Slot ReadSlot(const XmlNode &node, const TransformContext &context, const std::vector<Slot> &taken)
{
   const std::string type = node.Attribute("Type");
   for (Slot::EKind kind : {Slot::kVariable, Slot::kTarget, Slot::kSpectator}) {
      if (type != Internal::KindName(kind))
         continue;
      const std::string label = node.Attribute("Label"), expression = node.Attribute("Expression", label);
      const auto &infos = InfosOf(context, kind);
      for (const bool compareLabel : {true, false}) {
         for (std::size_t i = 0; i < infos.size(); ++i) {
            const Slot slot{kind, static_cast<int>(i)};
            if (expression == infos[i].GetExpression().Data() &&
                (!compareLabel || label == infos[i].GetLabel().Data()) &&
                std::find(taken.begin(), taken.end(), slot) == taken.end())
               return slot;
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
   const XmlNode list = selection.RequiredChild("Input");
   const auto inputs = list.Children("Input");
   const auto n = static_cast<long long>(inputs.size());
   if (n == 0)
      FailReading(list, "expected at least one <Input>, found none");
   CountAttribute(list, "NInputs", n, n);
   std::vector<Slot> slots;
   for (const XmlNode &input : inputs)
      slots.push_back(ReadSlot(input, context, slots));
   if (const XmlNode output = selection.Child("Output")) {
      std::vector<Slot> outputs;
      for (const XmlNode &node : output.Children("Output"))
         outputs.push_back(ReadSlot(node, context, outputs));
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
   const auto nodes = transformations.Children("Transform");
   // Identity steps are counted without a node of their own.
   const long long nSteps =
      CountAttribute(transformations, "NTransformations", static_cast<long long>(nodes.size()), kMaxSteps);
   std::string spec;
   for (const XmlNode &node : nodes) {
      StepSpec step;
      step.fType = ReadType(node);
      step.fSlots = ReadSelection(node, context);
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

} // namespace TorchMVA
