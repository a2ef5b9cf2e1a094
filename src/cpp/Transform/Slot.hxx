#ifndef TORCHMVA_TRANSFORM_SLOT_HXX
#define TORCHMVA_TRANSFORM_SLOT_HXX

#include "TorchMVA/Transform/TransformPipeline.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// One column of the events: variable, target or spectator number fIndex. Ordered as TMVA orders a selection.
struct Slot {
   enum EKind { kVariable = 0, kTarget, kSpectator };
   EKind fKind = kVariable;
   int fIndex = 0;

   bool operator==(const Slot &o) const { return fKind == o.fKind && fIndex == o.fIndex; }
   bool operator<(const Slot &o) const { return fKind != o.fKind ? fKind < o.fKind : fIndex < o.fIndex; }
};

/// "Variable", "Target", "Spectator": the word of the weight file.
const char *KindName(Slot::EKind kind);
/// The infos of one kind.
const std::vector<VariableInfo> &InfosOf(const TransformContext &context, Slot::EKind kind);
/// All slots of one kind, in order.
std::vector<Slot> AllSlots(const TransformContext &context, Slot::EKind kind);

/// Where the columns of a block of rows are; null: these slots are left out.
struct EventColumns {
   Long64_t fRows = 0;
   float *fVariables = nullptr;
   int fNVariables = 0;
   float *fTargets = nullptr;
   int fNTargets = 0;
   double *fSpectators = nullptr;
   int fNSpectators = 0;

   bool Has(Slot::EKind kind) const
   {
      return kind == Slot::kVariable ? fVariables != nullptr
             : kind == Slot::kTarget ? fTargets != nullptr
                                     : fSpectators != nullptr;
   }
   /// Value of one slot; spectators, which are kept as double, as float like all transformed values.
   float Get(Long64_t row, Slot slot) const
   {
      switch (slot.fKind) {
      case Slot::kVariable: return fVariables[row * fNVariables + slot.fIndex];
      case Slot::kTarget: return fTargets[row * fNTargets + slot.fIndex];
      case Slot::kSpectator: break;
      }
      return static_cast<float>(fSpectators[row * fNSpectators + slot.fIndex]);
   }
};

/// Rows that a block of columns holds at most, and the length of the inner loops: a fixed number, so that compilers
/// vectorise them, and every lane computes the same whatever the number of rows.
inline constexpr int kBlockRows = 128;
inline constexpr int kLanes = 8;

/// A block of rows stored by columns: value of column c in row r at fColumns[c * fStride + r]. Rows are padded with
/// zeros up to a multiple of kLanes (= fStride).
struct ColumnBlock {
   float *fColumns = nullptr;
   float *fScratch = nullptr; ///< as large as fColumns, for steps that mix columns
   int fStride = 0;
   int fRows = 0;                            ///< rows that count, at most fStride
   bool fPresent[3] = {false, false, false}; ///< by Slot::EKind

   float *Column(int c) const { return fColumns + static_cast<Long64_t>(c) * fStride; }
};

/// The events that a step is fitted on: transformed by the steps before it.
struct FitSample {
   EventColumns fRows;
   const float *fWeights = nullptr; ///< null: all 1
   const int *fClasses = nullptr;   ///< null: one class
   int fNClasses = 0;

   /// Parameter sets: one a class and a last one for all classes; one only if there is at most one class.
   int NSets() const { return fNClasses > 1 ? fNClasses + 1 : 1; }
   double Weight(Long64_t row) const { return fWeights ? fWeights[row] : 1.0; }
   /// Set of the row's class; -1 if the row belongs to the last set only.
   int ClassSet(Long64_t row) const
   {
      if (fNClasses <= 1 || !fClasses)
         return -1;
      const int cls = fClasses[row];
      return cls >= 0 && cls < fNClasses ? cls : -1;
   }
};

} // namespace Internal
} // namespace TorchMVA

#endif
