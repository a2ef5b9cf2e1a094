#ifndef TORCHMVA_TESTS_EXPRESSION_EXPRESSIONFIXTURE_HXX
#define TORCHMVA_TESTS_EXPRESSION_EXPRESSIONFIXTURE_HXX

#include "Data/FormulaReader.hxx"
#include "Data/TreeSession.hxx"
#include "Expression/Program.hxx"
#include "Expression/TreeText.hxx"
#include "TTree.h"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Test {

using namespace TorchMVA::Internal;

/// Numbers of one entry: `x`, `y` (double), `f` (float), `n`, `m` (int) and `v`, `w`, two collections of one length.
struct Entry {
   double x = 0, y = 0;
   float f = 0;
   int n = 0, m = 0;
   std::vector<float> v;
   std::vector<double> w;
   std::string text = "a";
};

/// `open`, `n` times, around an expression: "Sum$(Sum$(x))".
inline std::string Nested(const std::string &open, const std::string &inner, const std::string &close, int n)
{
   std::string text = inner;
   for (int i = 0; i < n; ++i)
      text = open + text + close;
   return text;
}

/// Entries with the values at which functions and operators have borders, and random ones.
inline std::vector<Entry> MakeEntries(std::size_t n, unsigned seed)
{
   std::mt19937 random(seed);
   const std::vector<double> special = {0, -0., 1,     -1,   0.5,  -0.5, 2,    -2,
                                        3, 1.5, 700.5, -701, 1e-3, 1e9,  -1e9, 123456789};
   const auto any = [&] {
      return random() % 2 ? special[random() % special.size()]
                          : std::round(std::normal_distribution<double>(0, 3)(random) * 64) / 64;
   };
   std::vector<Entry> entries(n);
   for (auto &entry : entries) {
      entry.x = any();
      entry.y = any();
      entry.f = static_cast<float>(any());
      entry.n = static_cast<int>(random() % 5);
      entry.m = static_cast<int>(random() % 7) - 3;
      for (int i = 0; i < entry.n; ++i) {
         entry.v.push_back(static_cast<float>(any()));
         entry.w.push_back(any());
      }
      entry.text = random() % 2 ? "mu" : "e";
   }
   return entries;
}

/// The columns of an entry for a program.
class EntryScope final : public Scope {
public:
   Column Find(const Syntax &name) override
   {
      static const std::vector<std::string> names = {"x", "y", "f", "n", "m", "v", "w", "text"};
      const auto found = std::find(names.begin(), names.end(), name.fText);
      if (name.fKind != Syntax::EKind::kName || found == names.end())
         throw ExpressionProblem("there is no '" + name.fText + "'");
      const auto number = static_cast<std::size_t>(found - names.begin());
      const Entry entry;
      return {number, ValuesOf(entry)[number].fType->fKind};
   }

   static std::vector<ColumnValue> ValuesOf(const Entry &entry)
   {
      return {{&entry.x, &ColumnTypeOf<double>()},
              {&entry.y, &ColumnTypeOf<double>()},
              {&entry.f, &ColumnTypeOf<float>()},
              {&entry.n, &ColumnTypeOf<int>()},
              {&entry.m, &ColumnTypeOf<int>()},
              {&entry.v, &ColumnTypeOf<std::vector<float>>()},
              {&entry.w, &ColumnTypeOf<std::vector<double>>()},
              {&entry.text, &ColumnTypeOf<std::string>()}};
   }
};

/// Values of an expression in an entry; none where an element is missing.
inline std::vector<double> Values(const Program &program, const Entry &entry)
{
   const auto columns = EntryScope::ValuesOf(entry);
   std::vector<double> values;
   bool isMissing = false;
   for (std::size_t i = 0; i < program.Size(columns.data()); ++i)
      values.push_back(program.Evaluate(columns.data(), i, isMissing));
   return isMissing ? std::vector<double>() : values;
}

inline Program Compile(const std::string &expression)
{
   EntryScope scope;
   return Program::Compile(expression, scope);
}

inline double Value(const std::string &expression, const Entry &entry = {})
{
   const auto values = Values(Compile(expression), entry);
   return values.empty() ? std::nan("") : values.at(0);
}

/// The entries in a tree.
class EntryTree {
public:
   explicit EntryTree(const std::vector<Entry> &entries) : fTree("T", "")
   {
      fTree.SetDirectory(nullptr);
      fTree.Branch("x", &fEntry.x);
      fTree.Branch("y", &fEntry.y);
      fTree.Branch("f", &fEntry.f);
      fTree.Branch("n", &fEntry.n);
      fTree.Branch("m", &fEntry.m);
      fTree.Branch("v", &fEntry.v);
      fTree.Branch("w", &fEntry.w);
      for (const Entry &entry : entries) {
         fEntry = entry;
         fTree.Fill();
      }
   }

   /// Values that TTreeFormula gives.
   std::vector<std::vector<double>> Values(const std::string &expression)
   {
      const TreeSession session(fTree);
      FormulaReader formula(session, expression, "variable");
      std::vector<std::vector<double>> all;
      for (Long64_t i = 0; i < fTree.GetEntries(); ++i) {
         fTree.LoadTree(i);
         const Int_t n = formula.Size();
         std::vector<double> values(n == 0 && !std::isnan(formula.Value(0)) ? 1 : n);
         for (std::size_t k = 0; k < values.size(); ++k)
            values[k] = formula.Value(static_cast<int>(k));
         all.push_back(values);
      }
      return all;
   }
   TTree &Tree() { return fTree; }

private:
   Entry fEntry;
   TTree fTree;
};

/// The same bits, or both NaN; -0 is 0.
inline bool IsSame(double a, double b)
{
   return a == b || (std::isnan(a) && std::isnan(b));
}

inline bool AreSame(const std::vector<double> &a, const std::vector<double> &b)
{
   return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), IsSame);
}

} // namespace Test
} // namespace TorchMVA

#endif
