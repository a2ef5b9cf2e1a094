#ifndef TORCHMVA_DATA_COLUMNS_HXX
#define TORCHMVA_DATA_COLUMNS_HXX

#include "RtypesCore.h"

#include <string>
#include <vector>

namespace TorchMVA {

class DataSetInfo;
class ClassInfo;

namespace Internal {

/// One expression to be read from a tree and where its values go in a row.
struct ColumnSpec {
   enum class EKind { kVariable, kTarget, kSpectator, kWeight };
   EKind fKind;
   Int_t fIndex;     ///< number among the variables, targets or spectators
   Int_t fArraySize; ///< elements of an AddVariablesArray, which go to fIndex, fIndex + 1, ...; 0 for a scalar
   std::string fExpression;

   std::string Describe() const;
};

/// Variables, targets, spectators and the class's weight expression (if it has one), in this order.
std::vector<ColumnSpec> MakeColumns(const DataSetInfo &info, const ClassInfo &cls);

/// Some rows on their way from a tree to the matrices, row-major.
struct RowBlock {
   RowBlock(Long64_t capacity, Int_t nVariables, Int_t nTargets, Int_t nSpectators)
      : fNVariables(nVariables), fNTargets(nTargets), fNSpectators(nSpectators), fVariables(capacity * nVariables),
        fTargets(capacity * nTargets), fSpectators(capacity * nSpectators), fWeights(capacity, 1.0), fEntries(capacity)
   {
   }

   /// Most rows that it can hold.
   Long64_t Capacity() const { return fEntries.size(); }

   Long64_t fRows = 0;
   Long64_t fFirst = 0; ///< number of the first row among the events of the tree that pass
   Int_t fNVariables;
   Int_t fNTargets;
   Int_t fNSpectators;
   std::vector<float> fVariables;
   std::vector<float> fTargets;
   std::vector<double> fSpectators;
   std::vector<double> fWeights;   ///< value of the weight expression, 1 without one
   std::vector<Long64_t> fEntries; ///< entry of each row in its tree, for messages
};

/// Where a tree's events go. Implementations allow calls from several threads for different events.
class EventSink {
public:
   virtual ~EventSink() = default;
   virtual void Put(const RowBlock &block) = 0;
};

} // namespace Internal
} // namespace TorchMVA

#endif
