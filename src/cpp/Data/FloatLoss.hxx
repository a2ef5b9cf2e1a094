#ifndef TORCHMVA_DATA_FLOATLOSS_HXX
#define TORCHMVA_DATA_FLOATLOSS_HXX

#include "RtypesCore.h"

#include <string>
#include <utility>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// Variables and targets of some rows of a source as they were read, in double precision: they are kept as floats, and
/// what that loses is looked at when all is read. Rows are spread evenly, about a thousand however many there are.
class ValueSamples {
public:
   static constexpr std::size_t kMost = 1024;

   /// `rows`: how many are expected; it is no limit.
   explicit ValueSamples(std::size_t columns = 0, Long64_t rows = 0);

   std::size_t Columns() const { return fColumns.size(); }
   /// The first row from `row` on that is taken.
   Long64_t Next(Long64_t row) const { return (row + fMask) & ~fMask; }
   bool Takes(Long64_t row) const { return (row & fMask) == 0; }
   /// Only if the row is taken; rows of a column in rising order.
   void Add(std::size_t column, Long64_t row, double value);
   /// Appends the values of a column.
   void AppendTo(std::vector<double> &values, std::size_t column) const;

private:
   Long64_t fMask = 0; ///< every (fMask + 1)-th row is taken, a power of two
   std::vector<std::vector<std::pair<Long64_t, double>>> fColumns;
};

/// What becomes of numbers as floats.
struct FloatLoss {
   std::size_t fDistinct = 0; ///< of the numbers, told apart by 64 times what a float resolves
   std::size_t fLeft = 0;     ///< of the floats
   double fMedian = 0;
   double fStep = 0;   ///< from the median's float to the next
   double fOffset = 0; ///< a number near the median; what is left when it is subtracted fits in a float

   /// True if most of what the numbers say is gone.
   bool IsGrave() const { return fLeft > 0 && fDistinct >= 4 * fLeft; }
   /// A sentence for a warning. `what`: "variable 'x'"; `expression`: of it, empty if no other can be advised.
   std::string Describe(const std::string &what, const std::string &expression) const;
};

/// At most ValueSamples::kMost of the numbers are looked at.
FloatLoss FindFloatLoss(std::vector<double> numbers);

} // namespace Internal
} // namespace TorchMVA

#endif
