#include "FrameRow.hxx"

#include "FrameExpressions.hxx"
#include "TorchMVA/Data/EntryFunction.hxx"

#include <limits>
#include <memory>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr const char *kPrefix = "rdftorchmva_row_"; // ROOT lists no columns whose names begin with rdf

/// The values of all expressions of an entry.
class RowFunction final : public EntryFunction<ROOT::RVecD> {
public:
   RowFunction(std::vector<Program> programs, EMissing missing, std::shared_ptr<WholeNumbersOfFrame> wholeNumbers)
      : fPrograms(std::move(programs)), fMissing(missing), fWholeNumbers(std::move(wholeNumbers))
   {
   }

   ROOT::RVecD Call(unsigned slot, const ColumnValue *columns) override
   {
      fWholeNumbers->Check(slot, columns);
      ROOT::RVecD row;
      row.reserve(2 * fPrograms.size());
      for (const Program &program : fPrograms) {
         const std::size_t n = program.Size(columns);
         const std::size_t begin = row.size();
         bool isMissing = false;
         row.push_back(program.IsCollection() ? static_cast<double>(n) : FrameRow::kScalar);
         for (std::size_t i = 0; i < n; ++i)
            row.push_back(program.Evaluate(columns, i, isMissing));
         if (isMissing && fMissing == EMissing::kNoEvent) {
            row.resize(begin);
            row.push_back(0);
         }
      }
      return row;
   }

private:
   std::vector<Program> fPrograms;
   EMissing fMissing;
   std::shared_ptr<WholeNumbersOfFrame> fWholeNumbers;
};

/// Number of values of a collection; or the value of an expression that is a single number, 0 if it is missing.
class NumberFunction final : public EntryFunction<double> {
public:
   explicit NumberFunction(Program program, std::shared_ptr<WholeNumbersOfFrame> wholeNumbers = nullptr)
      : fProgram(std::move(program)), fWholeNumbers(std::move(wholeNumbers))
   {
   }

   double Call(unsigned slot, const ColumnValue *columns) override
   {
      if (fWholeNumbers)
         fWholeNumbers->Check(slot, columns);
      if (fProgram.IsCollection())
         return static_cast<double>(fProgram.Size(columns));
      bool isMissing = false;
      const double value = fProgram.Evaluate(columns, 0, isMissing);
      return isMissing ? 0 : value;
   }

private:
   Program fProgram;
   std::shared_ptr<WholeNumbersOfFrame> fWholeNumbers;
};

} // namespace

FrameRow::FrameRow(const ROOT::RDF::RNode &frame, const std::vector<ColumnSpec> &columns, const std::string &cut,
                   const std::string &place, EMissing missing)
   : fNode(frame), fCandidates(frame), fColumn(std::string(kPrefix) + "all"), fHasCut(!cut.empty())
{
   DefineSize(columns, place);
   fCandidates = fNode;
   std::string cutColumn = cut;
   if (fHasCut) {
      FrameExpressions cuts(fNode, std::string(kPrefix) + "cut_", place);
      const Program &program = cuts[cuts.Add(cut, "cut")];
      if (!program.IsCollection()) {
         // What the cut removes is not evaluated, so that it can guard the other expressions and columns.
         cutColumn = std::string(kPrefix) + "cut";
         cuts.Define<double>(cutColumn, std::make_shared<NumberFunction>(program, Watch(cuts)));
         fNode = fNode.Filter([](double value) { return !(value < 0.5); }, {cutColumn});
      }
   }
   FrameExpressions values(fNode, std::string(kPrefix) + "value_", place);
   for (const auto &column : columns)
      values.Add(column.fExpression, column.Describe());
   if (fHasCut)
      values.Add(cutColumn, "cut");
   values.Define<ROOT::RVecD>(fColumn, std::make_shared<RowFunction>(values.Programs(), missing, Watch(values)));
}

std::shared_ptr<WholeNumbersOfFrame> FrameRow::Watch(const FrameExpressions &expressions)
{
   fWholeNumbers.push_back(std::make_shared<WholeNumbersOfFrame>(fNode.GetNSlots(), expressions.ColumnNames()));
   return fWholeNumbers.back();
}

void FrameRow::DefineSize(const std::vector<ColumnSpec> &columns, const std::string &place)
{
   for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].fKind != ColumnSpec::EKind::kVariable || columns[i].fArraySize > 0)
         continue;
      FrameExpressions one(fNode, std::string(kPrefix) + "size" + std::to_string(i) + "_", place);
      const Program &program = one[one.Add(columns[i].fExpression, columns[i].Describe())];
      if (!program.IsCollection())
         continue;
      fSizeColumn = std::string(kPrefix) + "size";
      one.Define<double>(fSizeColumn, std::make_shared<NumberFunction>(program));
      return;
   }
}

} // namespace Internal
} // namespace TorchMVA
