// Expressions against TTreeFormula, whose meaning they have, and against values written down by hand.

#include "ExpressionFixture.hxx"
#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

#include <map>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

/// Random expressions of TTreeFormula's language.
class Generator {
public:
   Generator(unsigned seed, bool withCollections) : fRandom(seed), fWithCollections(withCollections) {}

   std::string Make(int depth)
   {
      if (depth == 0)
         return Leaf();
      switch (fRandom() % 8) {
      case 0: return Leaf();
      case 1: return "(" + Make(depth - 1) + ")";
      case 2: return Function(depth);
      case 3: return (fRandom() % 3 ? "-" : "!") + Parenthesised(depth);
      case 4: return "(" + Make(depth - 1) + " ? " + Make(depth - 1) + " : " + Make(depth - 1) + ")";
      default: return Make(depth - 1) + " " + Pick(kOperators) + " " + Make(depth - 1);
      }
   }

private:
   std::string Pick(const std::vector<std::string> &from) { return from[fRandom() % from.size()]; }
   std::string Parenthesised(int depth) { return "(" + Make(depth - 1) + ")"; }

   std::string Leaf()
   {
      static const std::vector<std::string> scalars = {"x", "y", "f", "n", "m", "0", "1", "2", "3", "0.5", "1e2", ".25",
                                                       "0x1F", "pi", "7"};
      static const std::vector<std::string> collections = {"v",         "w",           "v*w",        "v[0]",
                                                           "Sum$(v)",   "Max$(v*w)",   "Min$(w)",    "Length$(v)",
                                                           "Alt$(v[1],-1)", "Sum$(v>x)", "w[0]",
                                                           "@v.size()"};
      return fWithCollections && fRandom() % 3 == 0 ? Pick(collections) : Pick(scalars);
   }

   std::string Function(int depth)
   {
      static const std::vector<std::string> one = {
         "sin",   "cos",  "tan",  "asin", "acos",  "atan", "sinh",  "cosh",       "tanh",        "asinh",    "acosh",
         "atanh", "sqrt", "exp",  "log",  "log10", "abs",  "sign",  "int",        "sq",          "fabs",     "floor",
         "ceil",  "erf",  "cbrt", "log2", "round", "expm1", "trunc", "TMath::Abs", "TMath::ASin", "TMath::Log"};
      static const std::vector<std::string> two = {"min", "max", "pow", "atan2", "fmod", "hypot", "TMath::Power"};
      if (fRandom() % 4)
         return Pick(one) + Parenthesised(depth);
      return Pick(two) + "(" + Make(depth - 1) + ", " + Make(depth - 1) + ")";
   }

   const std::vector<std::string> kOperators = {"+", "-", "*", "/", "^", "**", "%", "<", ">", "<=", ">=", "==", "!=",
                                                "&&", "||", "&", "|", "+", "-", "*", "/"};
   std::mt19937 fRandom;
   bool fWithCollections;
};

/// Expressions of a generator that mean something, and differ between a program and TTreeFormula.
int CountCompared(bool withCollections, unsigned seed, int n, std::vector<std::string> &different)
{
   const auto entries = MakeEntries(40, seed);
   EntryTree tree(entries);
   Generator generator(seed, withCollections);
   int compared = 0;
   for (int i = 0; i < n; ++i) {
      const std::string expression = generator.Make(1 + i % 3);
      std::vector<std::vector<double>> expected;
      std::optional<Program> program;
      try {
         program = Compile(expression);
         expected = tree.Values(expression);
      } catch (const ExpressionProblem &) {
         continue; // such as two comparisons in a row
      } catch (const Error &) {
         continue;
      }
      ++compared;
      for (std::size_t k = 0; k < entries.size(); ++k) {
         const auto values = Values(*program, entries[k]);
         if (!expected[k].empty() && !AreSame(values, expected[k])) {
            different.push_back(expression + " in entry " + std::to_string(k) +  ": " +
                                (values.empty() ? "none" : std::to_string(values[0])) + ", TTreeFormula " +
                                (expected[k].empty() ? "none" : std::to_string(expected[k][0])));
            break;
         }
      }
   }
   return compared;
}

} // namespace

TEST(Program, NumbersAreTTreeFormulas)
{
   std::vector<std::string> different;
   EXPECT_GT(CountCompared(false, 1, 1500, different), 1000);
   EXPECT_EQ(different, std::vector<std::string>());
}

TEST(Program, CollectionsAreTTreeFormulas)
{
   std::vector<std::string> different;
   EXPECT_GT(CountCompared(true, 2, 600, different), 300);
   EXPECT_EQ(different, std::vector<std::string>());
}
