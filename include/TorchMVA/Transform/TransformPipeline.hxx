#ifndef TORCHMVA_TRANSFORM_TRANSFORMPIPELINE_HXX
#define TORCHMVA_TRANSFORM_TRANSFORMPIPELINE_HXX

#include "RtypesCore.h"
#include "TorchMVA/Core/Matrix.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Data/DataSet.hxx"
#include "TorchMVA/Data/VariableInfo.hxx"

#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {

class DataSetInfo;

namespace Internal {
class StandaloneCode;
class TransformStep;
struct Slot;
} // namespace Internal

/// What a pipeline needs to know of the events: the names of its slots and classes.
struct TransformContext {
   std::vector<VariableInfo> fVariables;
   std::vector<VariableInfo> fTargets;
   std::vector<VariableInfo> fSpectators;
   std::vector<std::string> fClasses;
   static TransformContext From(const DataSetInfo &info);
};

/// A chain of variable transformations, TMVA's `VarTransform`: parsed from its spelling ("D,G", "N(_V0_,_T_)_Signal"),
/// fitted on the training sample, applied to whole blocks of rows, inverted for targets, saved in the weight file.
///
/// Fit and Read are not thread safe; everything const is, for any number of threads.
class TransformPipeline {
public:
   /// The empty chain: Apply does nothing.
   TransformPipeline();
   ~TransformPipeline();
   TransformPipeline(TransformPipeline &&) noexcept;
   TransformPipeline &operator=(TransformPipeline &&) noexcept;

   /// "None" and "" give the empty chain. Throws Error (kOption) for an unknown step, class, label or index.
   static TransformPipeline Parse(const std::string &spec, const TransformContext &context);
   /// From `<Transformations>` of a weight file, ours or TMVA's. Throws Error (kWeightFile).
   static TransformPipeline Read(const XmlNode &transformations, const TransformContext &context);
   /// Throws Error (kWeightFile) unless its steps are of the kinds that the spelling `spec`, the option of the same weight
   /// file, says: identity steps are counted only, so that a step that is missing looks like one.
   void RequireKinds(const std::string &spec, const std::string &file) const;
   /// Fills `<Transformations NTransformations=..>` (layout: docs/weights-format.md; also stores each reference class).
   void Write(const XmlNode &transformations) const;

   /// C++ for standalone headers: `template <int L> void Transform(float *v)` for the variables and
   /// `InvertTargets(float *v)` for the outputs of a regression, in place and for L events side by side, with the
   /// arithmetic of Apply and InvertTargets. Throws Error (kMethod) if a step mixes variables, targets or spectators
   /// with each other.
   void WriteCode(Internal::StandaloneCode &code) const;

   /// No step at all, so that Apply leaves every row as it is.
   bool IsIdentity() const;
   /// Some step changes targets, so that predictions need InvertTargets.
   bool TransformsTargets() const;
   /// Whether some step reads spectators.
   bool UsesSpectators() const;
   /// Some step makes new variables of several: a column is no single variable any more.
   bool MixesVariables() const;
   bool IsFitted() const;
   /// Short names joined with '_', e.g. "Deco_Gauss"; "Id" for the empty chain.
   std::string GetShortName() const;
   const std::string &GetSpec() const;

   /// Fits all steps one after the other, and returns the transformed sample in memory of its own (columns that no
   /// step touches keep their view). The empty chain returns the sample itself. Throws Error (kData).
   Sample FitTransform(const Sample &training);
   /// The transformed sample in memory of its own; the sample itself for the empty chain.
   Sample Transform(const Sample &sample) const;
   /// In place on n rows; `targets`, `spectators` may be null: slots of theirs are then left out.
   void Apply(Long64_t n, float *variables, float *targets = nullptr, double *spectators = nullptr) const;
   /// Turns n rows of transformed targets back into target units, in place, steps in reverse order.
   void InvertTargets(Long64_t n, float *targets) const;

private:
   void Bind();
   void RequireFit() const;

   std::string fSpec = "None";
   TransformContext fContext;
   std::vector<std::unique_ptr<Internal::TransformStep>> fSteps;
   std::vector<Internal::Slot> fSlots; ///< columns that some step uses
   bool fFitted = false;
};

} // namespace TorchMVA

#endif
