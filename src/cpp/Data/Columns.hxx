#ifndef TORCHMVA_DATA_COLUMNS_HXX
#define TORCHMVA_DATA_COLUMNS_HXX

#include "FloatLoss.hxx"
#include "RtypesCore.h"
#include "TorchMVA/Core/Error.hxx"

#include <string>
#include <vector>

namespace TorchMVA {

class DataSetInfo;
class ClassInfo;

namespace Internal {

/// What becomes of an entry in which a variable has no value: an element or the entry of a friend does not exist.
enum class EMissing {
   kNoEvent, ///< it gives no event
   kNaN      ///< it is an event with a NaN
};

/// One expression to be read from a source and where its values go in a row.
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

/// Some rows on their way from a source to the matrices, row-major.
struct RowBlock {
   /// An empty block for the rows of a data set.
   static RowBlock For(const DataSetInfo &info);

   RowBlock(Long64_t capacity, Int_t nVariables, Int_t nTargets, Int_t nSpectators)
      : fNVariables(nVariables), fNTargets(nTargets), fNSpectators(nSpectators), fVariables(capacity * nVariables),
        fTargets(capacity * nTargets), fSpectators(capacity * nSpectators), fWeights(capacity, 1.0), fEntries(capacity),
        fSamples(nVariables + nTargets)
   {
   }

   /// Most rows that it can hold.
   Long64_t Capacity() const { return fEntries.size(); }
   /// Gives back the memory of rows that are not used.
   void Shrink();

   Long64_t fRows = 0;
   Long64_t fFirst = 0; ///< number of the first row among the events of the source that pass
   Int_t fNVariables;
   Int_t fNTargets;
   Int_t fNSpectators;
   std::vector<float> fVariables;
   std::vector<float> fTargets;
   std::vector<double> fSpectators;
   std::vector<double> fWeights;   ///< value of the weight expression, 1 without one
   std::vector<Long64_t> fEntries; ///< entry of each row in its source, for messages
   ValueSamples fSamples;          ///< of all rows that were ever in this block
};

/// Stores one value in its place of a row.
void StoreValue(const ColumnSpec &spec, Int_t element, Long64_t row, Double_t value, RowBlock &block);

/// Throws Error (kData): an expression has the wrong number of values in an entry. `where`: source and entry.
[[noreturn]] void FailOnLength(const ColumnSpec &spec, Int_t found, const Error::Context_t &where);

/// Throws Error (kData): two array variables of an entry differ in length.
[[noreturn]] void FailOnLengths(const std::string &first, Int_t size, const std::string &second, Int_t other,
                                const Error::Context_t &where);

} // namespace Internal
} // namespace TorchMVA

#endif
