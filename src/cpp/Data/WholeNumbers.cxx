#include "WholeNumbers.hxx"

#include "EventSource.hxx"
#include "Expression/Syntax.hxx"
#include "Core/RootErrors.hxx"
#include "TLeaf.h"
#include "TString.h"
#include "TTree.h"
#include "TTreeFormula.h"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace TorchMVA {
namespace Internal {

namespace {

/// Entries at each end of a file.
constexpr Long64_t kEntries = 64;

bool IsLong(const TLeaf &leaf)
{
   const TString type = leaf.GetTypeName();
   return type.Contains("64") || type.Contains("long", TString::kIgnoreCase);
}

/// The names of branches of 64-bit numbers in an expression.
std::vector<std::string> FindBranches(TTree &tree, const std::string &expression)
{
   std::vector<std::string> written = {expression};
   if (!tree.GetLeaf(expression.c_str())) {
      try {
         Syntax syntax = ParseExpression(expression);
         ExpandAliases(syntax, [&tree](const std::string &name) {
            const char *alias = tree.GetAlias(name.c_str());
            return alias ? std::optional<std::string>(alias) : std::nullopt;
         });
         written = NamesIn(syntax);
      } catch (const ExpressionProblem &) {
         return {}; // who evaluates it says so
      }
   }
   std::vector<std::string> names;
   for (const std::string &name : written) {
      const TLeaf *leaf = tree.GetLeaf(name.c_str());
      if (leaf && IsLong(*leaf))
         names.push_back(name);
   }
   return names;
}

std::string FindRoundedInEntry(TTreeFormula &formula, bool isUnsigned)
{
   const Int_t n = formula.GetNdata();
   for (Int_t i = 0; i < n; ++i) {
      const Long64_t value = formula.EvalInstance64(i);
      if (isUnsigned && value < 0 && formula.EvalInstance(i) < 0)
         throw ExpressionProblem("ROOT reads whole numbers from 2^63 on in a collection as negative ones, such as " +
                                 std::to_string(static_cast<ULong64_t>(value)));
      const std::string number = isUnsigned ? TextIfRounded(static_cast<ULong64_t>(value)) : TextIfRounded(value);
      if (!number.empty())
         return number;
   }
   return "";
}

/// Of a branch in the present file of a tree, which stays at its entry.
std::string FindRounded(TTree &tree, const std::string &branch)
{
   const TLeaf *leaf = tree.GetLeaf(branch.c_str());
   if (!leaf)
      return "";
   const TString type = leaf->GetTypeName();
   const bool isUnsigned = type.Contains("ULong") || type.Contains("unsigned") || type.Contains("uint");
   const Long64_t before = tree.GetReadEntry();
   const Long64_t first = before - tree.GetTree()->GetReadEntry();
   const Long64_t entries = tree.GetTree()->GetEntries();
   const QuietRoot quiet;
   TTreeFormula formula("TorchMVAWholeNumbers", branch.c_str(), &tree);
   std::string number;
   for (Long64_t entry = 0; entry < entries && number.empty() && formula.GetNdim() > 0; ++entry) {
      if (entry == kEntries)
         entry = std::max(entry, entries - kEntries);
      tree.LoadTree(first + entry);
      number = FindRoundedInEntry(formula, isUnsigned);
   }
   tree.LoadTree(before);
   return number;
}

} // namespace

WholeNumbersOfTree::WholeNumbersOfTree(TTree &tree, const std::vector<ColumnSpec> &columns, const std::string &cut)
{
   const auto add = [&](const std::string &expression, const std::string &use) {
      for (const std::string &name : FindBranches(tree, expression)) {
         std::string &uses = fUses[name];
         uses += (uses.empty() ? "" : ", ") + use;
      }
   };
   for (const auto &column : columns)
      add(column.fExpression, column.Describe() + " '" + column.fExpression + "'");
   if (!cut.empty())
      add(cut, "cut '" + cut + "'");
}

void WholeNumbersOfTree::Check(TTree &tree, EventSink &sink)
{
   for (auto use = fUses.begin(); use != fUses.end();) {
      std::string number;
      try {
         number = FindRounded(tree, use->first);
      } catch (const ExpressionProblem &problem) {
         throw Error(EErrorCode::kData, "cannot read " + use->second + ": " + problem.what(), {{"branch", use->first}});
      }
      if (number.empty()) {
         ++use;
      } else {
         sink.NoteRounded(use->first, DescribeRounded(use->first, use->second, number));
         use = fUses.erase(use);
      }
   }
}

std::map<std::string, std::string> WholeNumbersOfFrame::Found() const
{
   std::map<std::string, std::string> found;
   for (const auto &numbers : fFound) {
      for (std::size_t i = 0; i < fColumns.size(); ++i) {
         if (!numbers[i].empty())
            found.emplace(fColumns[i], numbers[i]);
      }
   }
   return found;
}

std::string DescribeRounded(const std::string &column, const std::string &uses, const std::string &number)
{
   const double read = std::strtod(number.c_str(), nullptr);
   return "Branch '" + column + "'" + (uses.empty() ? "" : " (" + uses + ")") +
          ": whole numbers above 2^53 are rounded, since expressions are computed with doubles: " + number +
          " is read as " + TString::Format("%.0f", read).Data();
}

} // namespace Internal
} // namespace TorchMVA
