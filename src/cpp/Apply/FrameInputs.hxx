#ifndef TORCHMVA_APPLY_FRAMEINPUTS_HXX
#define TORCHMVA_APPLY_FRAMEINPUTS_HXX

#include "Data/FrameExpressions.hxx"
#include "ResponseSource.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// How the inputs of a method are computed from the columns of an entry. Any number of threads may use it.
class InputPrograms {
public:
   /// Adds `n` inputs after those before: the elements of one expression, or (n = 0) one input.
   void Add(const Program &program, const std::string &expression, std::size_t n, bool isSpectator);

   bool HasCollections() const { return fHasCollections; }
   /// The rows of an entry: one, or one for each element of its collections. Variables of rows that need an element
   /// which the entry does not have are NaN. Throws Error: kArgument (collections of different lengths), kData (arrays
   /// that are too short).
   InputRows Compute(const ColumnValue *columns, ResponseSource::Scratch &scratch) const;
   const std::vector<std::string> &Expressions() const { return fExpressions; }

private:
   struct Input {
      Program fProgram;
      std::size_t fFirst;     ///< number among the variables or spectators
      std::size_t fArraySize; ///< 0 for an input that is no array
      bool fIsSpectator;
   };
   std::size_t CountRows(const ColumnValue *columns) const;
   double Value(const Input &input, const ColumnValue *columns, std::size_t row, std::size_t element,
                bool &isMissing) const;

   std::vector<Input> fInputs;
   std::vector<std::string> fExpressions;
   std::size_t fNVariables = 0;
   std::size_t fNSpectators = 0;
   bool fHasCollections = false;
   bool fHasArrays = false;
};

/// The inputs of a method among the columns of a data frame.
struct FrameInputs {
   /// What is defined on `node` gets names that begin with `prefix`. `columns` as in Experimental::Define. Throws Error
   /// (kArgument, kExpression).
   FrameInputs(ROOT::RDF::RNode &node, const MethodBase &method, const std::vector<std::string> &columns,
               const std::string &prefix);

   std::string fPrefix;
   FrameExpressions fExpressions;
   InputPrograms fPrograms;
};

} // namespace Internal
} // namespace TorchMVA

#endif
