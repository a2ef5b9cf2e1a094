#ifndef TORCHMVA_TRANSFORM_TRANSFORMSTEP_HXX
#define TORCHMVA_TRANSFORM_TRANSFORMSTEP_HXX

#include "Slot.hxx"

#include "TorchMVA/Core/Xml.hxx"

#include <memory>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

class StandaloneCode;

enum class ETransform { kIdentity, kNormalize, kDecorrelate, kPCA, kGauss, kUniform };

/// What the spelling of one step says.
struct StepSpec {
   ETransform fType = ETransform::kIdentity;
   std::vector<Slot> fSlots;              ///< sorted, without repetition
   int fReferenceClass = -1;              ///< -1: all classes
   int fNSets = 0;                        ///< parameter sets that a file must have; 0: it does not say its classes
   std::string fReferenceName;            ///< name of that class
   std::vector<std::string> fLabels;      ///< label of each slot, for weight file and messages
   std::vector<std::string> fExpressions; ///< expression of each slot
};

/// One transformation of a chain. It keeps one set of parameters per class and a last one for all classes; the
/// reference class says which one is used.
///
/// Const calls are thread safe once the step is fitted or read.
class TransformStep {
public:
   explicit TransformStep(StepSpec spec);
   virtual ~TransformStep();
   TransformStep(const TransformStep &) = delete;
   TransformStep &operator=(const TransformStep &) = delete;

   /// A step of that type, not fitted.
   static std::unique_ptr<TransformStep> Make(StepSpec spec);

   /// "Norm", "Deco", ...: used in names of directories and histograms.
   virtual const char *ShortName() const = 0;
   /// Value of the attribute `Name` in the weight file; nullptr: no node is written.
   virtual const char *XmlName() const = 0;
   virtual bool IsIdentity() const { return false; }
   /// All columns must be there for any of them to be computed.
   virtual bool MixesColumns() const { return false; }

   /// Throws Error (kData) if the parameters cannot be determined.
   virtual void Fit(const FitSample &sample) = 0;
   /// Transforms a block in place; columns of absent kinds are left out.
   virtual void Apply(ColumnBlock &block) const = 0;
   /// The way back.
   virtual void Invert(ColumnBlock &block) const = 0;
   virtual void WritePayload(const XmlNode &transform) const = 0;
   /// Throws Error (kWeightFile).
   virtual void ReadPayload(const XmlNode &transform) = 0;

   /// C++ for standalone headers (TransformCode.cxx): tables, and `template <int L> inline void <name>(float *v)`, which
   /// transforms the variables of L events in place, or gives the targets back. Throws Error (kMethod) if the step mixes
   /// variables, targets or spectators with each other.
   enum class ECodeFor { kVariables, kInverseOfTargets };
   virtual void WriteCode(StandaloneCode &code, const std::string &name, ECodeFor what) const = 0;

   /// `<Selection>` and payload into the node `<Transform Name=..>`.
   void Write(const XmlNode &transform) const;

   const StepSpec &Spec() const { return fSpec; }
   const std::vector<Slot> &Slots() const { return fSpec.fSlots; }
   int NSlots() const { return static_cast<int>(fSpec.fSlots.size()); }
   bool Touches(Slot::EKind kind) const { return fTouches[kind]; }
   /// Tells the step which columns of a block, which are sorted, are its slots.
   void BindColumns(const std::vector<Slot> &blockSlots);
   /// True if some column of the step is in the block. Throws Error (kArgument) if the step mixes columns and only some
   /// of them are there.
   bool IsPresent(const bool (&present)[3]) const;

protected:
   /// The number of parameter sets in a file, which must be that of the classes and one for all of them.
   /// Throws Error (kWeightFile).
   int RequireSets(const XmlNode &node, std::size_t found) const;
   /// Number of the set that is used, out of nSets.
   int ActiveSet(int nSets) const;
   /// Column of slot k in the block; nullptr if it is absent.
   float *ColumnOf(const ColumnBlock &block, int k) const
   {
      return block.fPresent[fSpec.fSlots[k].fKind] ? block.Column(fColumns[k]) : nullptr;
   }
   /// "variable \"var1\"", for messages.
   std::string Describe(int k) const;

private:
   StepSpec fSpec;
   std::vector<int> fColumns;
   bool fTouches[3] = {false, false, false};
};

} // namespace Internal
} // namespace TorchMVA

#endif
