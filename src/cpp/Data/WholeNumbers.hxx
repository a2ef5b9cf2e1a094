#ifndef TORCHMVA_DATA_WHOLENUMBERS_HXX
#define TORCHMVA_DATA_WHOLENUMBERS_HXX

#include "Columns.hxx"
#include "TorchMVA/Expression/ColumnValue.hxx"

#include <map>
#include <string>
#include <vector>

class TTree;

namespace TorchMVA {
namespace Internal {

class EventSink;

/// Finds whole numbers of 64 bits that a double, with which expressions are computed, does not hold: time stamps in
/// nanoseconds, hashes.
///
/// Of a tree: the first and the last entries of each file are looked at.
class WholeNumbersOfTree {
public:
   /// Of the names in the expressions and the cut those are kept that are branches of such numbers.
   WholeNumbersOfTree(TTree &tree, const std::vector<ColumnSpec> &columns, const std::string &cut);
   /// To be called for each file of a chain, after LoadTree; tells the sink, once for each branch. Throws Error (kData)
   /// for numbers that ROOT reads with the wrong sign.
   void Check(TTree &tree, EventSink &sink);

private:
   std::map<std::string, std::string> fUses; ///< by branch: "spectator 'stamp%2'"
};

/// Of a data frame: all entries.
class WholeNumbersOfFrame {
public:
   WholeNumbersOfFrame(unsigned nSlots, std::vector<std::string> columns)
      : fColumns(std::move(columns)), fFound(nSlots, std::vector<std::string>(fColumns.size()))
   {
   }
   /// The values of all columns. One thread at a time for each slot.
   void Check(unsigned slot, const ColumnValue *values)
   {
      auto &found = fFound[slot];
      for (std::size_t i = 0; i < found.size(); ++i) {
         if (values[i].fType->fFindRounded && found[i].empty())
            found[i] = values[i].fType->fFindRounded(values[i].fValue);
      }
   }
   /// A number of each column that has some.
   std::map<std::string, std::string> Found() const;

private:
   std::vector<std::string> fColumns;
   std::vector<std::vector<std::string>> fFound; ///< of each slot the number of each column, empty if there is none
};

/// A sentence for a warning. `uses`: "spectator 'stamp%2'", empty if it is not known.
std::string DescribeRounded(const std::string &column, const std::string &uses, const std::string &number);

} // namespace Internal
} // namespace TorchMVA

#endif
