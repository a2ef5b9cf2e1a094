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
      static const std::vector<std::string> scalars = {"x", "y",   "f",   "n",   "m",    "0",  "1", "2",
                                                       "3", "0.5", "1e2", ".25", "0x1F", "pi", "7"};
      static const std::vector<std::string> collections = {
         "v",       "w",          "v*w",           "v[0]",           "Sum$(v)",    "Max$(v*w)",
         "Min$(w)", "Length$(v)", "Alt$(v[1],-1)", "Sum$(v>x)",      "w[0]",       "@v.size()",
         "v[m]",    "w[n-1]",     "Sum$(v*w[m])",  "Alt$(v[m]*2,x)", "Sum$(w[m])", "v[w[n-2]]"};
      return fWithCollections && fRandom() % 3 == 0 ? Pick(collections) : Pick(scalars);
   }

   std::string Function(int depth)
   {
      static const std::vector<std::string> one = {
         "sin",   "cos",  "tan",  "asin", "acos",  "atan",  "sinh",  "cosh",       "tanh",        "asinh",     "acosh",
         "atanh", "sqrt", "exp",  "log",  "log10", "abs",   "sign",  "int",        "sq",          "fabs",      "floor",
         "ceil",  "erf",  "cbrt", "log2", "round", "expm1", "trunc", "TMath::Abs", "TMath::ASin", "TMath::Log"};
      static const std::vector<std::string> two = {"min", "max", "pow", "atan2", "fmod", "hypot", "TMath::Power"};
      if (fRandom() % 4)
         return Pick(one) + Parenthesised(depth);
      return Pick(two) + "(" + Make(depth - 1) + ", " + Make(depth - 1) + ")";
   }

   const std::vector<std::string> kOperators = {
      "+", "-", "*", "/", "^", "**", "%", "<", ">", "<=", ">=", "==", "!=", "&&", "||", "&", "|", "+", "-", "*", "/"};
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
         if (!AreSame(values, expected[k])) {
            different.push_back(expression + " in entry " + std::to_string(k) + ": " +
                                (values.empty() ? "none" : std::to_string(values[0])) + ", TTreeFormula " +
                                (expected[k].empty() ? "none" : std::to_string(expected[k][0])));
            break;
         }
      }
   }
   return compared;
}

/// How often a program has read elements of `v`.
std::size_t gReads = 0;

double CountReads(const std::string &expression, const Entry &entry)
{
   static const ColumnType counted = [] {
      ColumnType type = ColumnTypeOf<std::vector<float>>();
      type.fElement = [](const void *value, std::size_t i) {
         ++gReads;
         return static_cast<double>(static_cast<const std::vector<float> *>(value)->at(i));
      };
      return type;
   }();
   auto columns = EntryScope::ValuesOf(entry);
   columns.at(5).fType = &counted;
   gReads = 0;
   bool isMissing = false;
   return Compile(expression).Evaluate(columns.data(), 0, isMissing);
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

/// Names of C++, some of which TTreeFormula does not have.
TEST(Program, NamesOfCxxAreTTreeFormulas)
{
   const auto entries = MakeEntries(20, 4);
   EntryTree tree(entries);
   const auto expectSame = [&](const std::string &text) {
      const auto expected = tree.Values(text);
      const Program program = Compile(text);
      for (std::size_t k = 0; k < entries.size(); ++k)
         ASSERT_TRUE(AreSame(Values(program, entries[k]), expected[k])) << text << " in entry " << k;
   };
   for (const char *one : {"sin",   "cos",   "tan",  "asin", "acos", "atan",  "sinh",  "cosh",  "tanh",  "asinh",
                           "acosh", "atanh", "sqrt", "exp",  "log",  "log10", "abs",   "fabs",  "floor", "ceil",
                           "erf",   "erfc",  "cbrt", "exp2", "log2", "log1p", "round", "trunc", "expm1", "tgamma"})
      expectSame("std::" + std::string(one) + "(x)");
   for (const char *two : {"min", "max", "pow", "atan2", "fmod", "hypot", "fmin", "fmax", "copysign"})
      expectSame("std::" + std::string(two) + "(x, y)");
   for (const char *text : {"float(x)",
                            "(float)x",
                            "double(f)",
                            "(double)x/3",
                            "long(x)",
                            "(long)x",
                            "bool(x)",
                            "(bool)y+1",
                            "(int)x/2",
                            "Double_t(x)",
                            "Float_t(x)*2",
                            "Int_t(x)",
                            "true+x",
                            "!false",
                            "M_PI*x",
                            "pi*x",
                            "TMath::Pi()*x",
                            "0x1Fu+x",
                            "2.5f*x",
                            "0.1f",
                            "x!=y&&!(x>y)",
                            "TMath::Gaus(x,0,1)",
                            "TMath::Landau(x,0,1)",
                            "TMath::Hypot(x,y)",
                            "sq(x)",
                            "sign(x)"})
      expectSame(text);
}

/// The rules of docs/expressions.md.
TEST(Program, ValuesWrittenDownByHand)
{
   Entry entry;
   entry.x = -2.5;
   entry.n = 3;
   entry.m = 100000;
   entry.v = {4, 5, 6};
   entry.text = "mu";
   const double pi = 3.14159265358979323846;
   const std::map<std::string, double> expected = {{"n/2", 1.5},
                                                   {"n^2", 9},
                                                   {"n**3", 27},
                                                   {"1/2*n", 1.5},
                                                   {"m*m", 1e10},
                                                   {"n/0", 0},
                                                   {"7%4*2", 7},
                                                   {"(7%4)*2", 6},
                                                   {"-7%3", -1},
                                                   {"2^3^2", 64},
                                                   {"-n^2", -9},
                                                   {"log(x)", 0},
                                                   {"std::log(x)", 0},
                                                   {"asin(x)", 0},
                                                   {"acos(2)", 0},
                                                   {"exp(1000)", std::exp(700)},
                                                   {"exp(-701)", 0},
                                                   {"int(x)", -2},
                                                   {"sign(0)", 1},
                                                   {"tan(pi/4)", std::tan(pi / 4)},
                                                   {"x<0 ? 1 : v[7]", 1},
                                                   {"x<0 || v[7]>0", 1},
                                                   {"v[1]", 5},
                                                   {"v[n-1]", 6},
                                                   {"v.at(0)", 4},
                                                   {"v.size()", 3},
                                                   {"v.empty()", 0},
                                                   {"Sum$(v)", 15},
                                                   {"Sum(v>4)", 2},
                                                   {"Length$(v[7])", 0},
                                                   {"Alt$(v[7],-1)", -1},
                                                   {"text == \"mu\"", 1},
                                                   {"text != \"mu\"", 0},
                                                   {"(double)n/2", 1.5},
                                                   {"0.1f", 0.1F},
                                                   {"float(0.1)", 0.1F},
                                                   {"6&3|8", 10},
                                                   {"1<<4", 16},
                                                   {"!n", 0},
                                                   {"true", 1}};
   for (const auto &[text, value] : expected)
      EXPECT_EQ(Value(text, entry), value) << text;
   for (const char *text : {"sqrt(x)", "n%0", "n%0.5", "v[3]", "v[-1]", "v[n]", "0*v[3]", "v[3]>0", "int(v[3])"})
      EXPECT_TRUE(std::isnan(Value(text, entry))) << text;
}

/// The time must not be exponential in the depth.
TEST(Program, NestedReductionsRunOnce)
{
   Entry entry;
   entry.x = 2;
   entry.v = {4, 5, 6, -1, 3};
   double sum = 0, maximum = 0;
   for (int depth = 1; depth <= 10; ++depth) {
      const double inner = sum;
      sum = 0;
      for (const float v : entry.v)
         sum += v + inner;
      EXPECT_EQ(CountReads(Nested("Sum$(v+", "0", ")", depth), entry), sum) << depth;
      EXPECT_EQ(gReads, 5u * depth) << depth;
      maximum += 6;
      EXPECT_EQ(CountReads(Nested("Max$(v+", "0", ")", depth), entry), maximum) << depth;
      EXPECT_EQ(gReads, 5u * depth) << depth;
   }
   for (const char *open : {"Sum$(", "Min$(", "Max$("}) {
      EXPECT_EQ(CountReads(Nested(open, "v[1]", ")", 16), entry), 5) << open;
      EXPECT_EQ(gReads, 1u) << open;
   }
   EXPECT_EQ(CountReads(Nested("Alt$(", "v[1]", ",0)", 16), entry), 5);
   EXPECT_EQ(gReads, 1u);
   EXPECT_EQ(CountReads(Nested("Alt$(", "v[7]", ",x)", 16), entry), 2);
   entry.w = {1, 1, 1, 1, 1};
   EXPECT_EQ(CountReads("Sum$(w*Alt$(v,0)*Sum$(v))", entry), 17 * 17);
   EXPECT_EQ(gReads, 10u);
}

TEST(Program, NestedCollectionsAreTTreeFormulas)
{
   const auto entries = MakeEntries(40, 3);
   EntryTree tree(entries);
   for (const char *text :
        {"Sum$(v*Sum$(w))", "Sum$(v>Max$(w)/2)", "Max$(v+Min$(w*Sum$(v)))", "v-Sum$(v*Max$(w))",
         "Alt$(Alt$(v[1],x),-1)", "Sum$(Alt$(v[2],0)+w)", "Alt$(Sum$(v*Length$(w)),x)", "Sum$(Sum$(Sum$(v)))",
         "Alt$(v[m],-5)", "Alt$(w[n-1],x)", "Length$(v[m])", "Alt$(v[int(Alt$(v[m],0))%2+m],-7)"}) {
      const auto expected = tree.Values(text);
      std::vector<std::size_t> different;
      for (std::size_t k = 0; k < entries.size(); ++k) {
         if (!expected[k].empty() && !AreSame(Values(Compile(text), entries[k]), expected[k]))
            different.push_back(k);
      }
      EXPECT_EQ(different, std::vector<std::size_t>()) << text;
   }
   // TTreeFormula does not understand the inner Alt$, and gave any number
   ExpectError(EErrorCode::kExpression, {"Alt$(Alt$(v[1],w[0]),-1)"}, [&] { tree.Values("Alt$(Alt$(v[1],w[0]),-1)"); });
}

/// TTreeFormula has fewer leaves than names then, and looked for more.
TEST(Program, ManySumsInAConditionAreTTreeFormulas)
{
   const auto entries = MakeEntries(20, 5);
   std::string text = "x>0 ? 0";
   for (int i = 0; i < 24; ++i)
      text += "+Sum$(v>" + std::to_string(i) + ")";
   const auto found = EntryTree(entries).Values(text + " : -1");
   for (std::size_t k = 0; k < entries.size(); ++k)
      EXPECT_TRUE(AreSame(found[k], Values(Compile(text + " : -1"), entries[k]))) << k;
}

/// An element that does not exist is no value, whatever is around it; not where it is not evaluated.
TEST(Program, MissingElementsAreTTreeFormulas)
{
   const auto entries = MakeEntries(150, 4);
   EntryTree tree(entries);
   tree.Tree().SetAlias("here", "v[m]");
   for (const char *text : {"v[m]",
                            "v[m]>0?1:2",
                            "(v[m]>0)+1",
                            "!v[m]",
                            "v[m]>0 && x>0",
                            "v[m]>0 || x>0",
                            "x>0 && v[m]>0",
                            "x>0 || v[m]>0",
                            "(x>0 && v[m]>0) ? 1 : 2",
                            "!(x>0 || v[m]>0)+1",
                            "x>0 ? v[m]>0 : y",
                            "x>0 ? y : w[m]>0",
                            "(x>0 ? v[m] : y)>0 ? w[n-1] : 3",
                            "v[w[m]]>0",
                            "v[v[m]]<v[m+1]",
                            "m>0 && m<n && v[m]>0",
                            "m>=0 ? m<n ? v[m]>0 : -1 : -2",
                            "min(v[m],1)>max(w[n-2],0)",
                            "int(v[m])%3==0",
                            "float(v[m])>0",
                            "log(v[m])>0",
                            "v+(w[m]>0)",
                            "v[0*v+m]>0",
                            "v[w]>0?1:0",
                            "v>0 ? v[w]>0 : 5",
                            "Sum$(v[m])",
                            "Sum$(v[m])>0",
                            "Sum$(v>0)*Max$(w[m])",
                            "Sum$(v*w[m])",
                            "Sum$(v*w[m])>0",
                            "Sum$(w[v]>0)>1?1:2",
                            "Min$(v>0?w[v]:1)>0",
                            "Sum$(v+Sum$(w*v[m]))>0",
                            "Sum$(v+Sum$(w[m]))>0",
                            "Alt$(v[m]*2,1)",
                            "Alt$(v[m]>0,7)+1",
                            "Alt$(x>0?v[m]:y,-1)",
                            "Alt$(v[1],v[m])>0",
                            "Alt$(v[m],w[m+1])>0",
                            "Alt$(Sum$(v*w[m]),-1)",
                            "Alt$(v[2]*w[m],x)",
                            "Length$(v[m]*2)",
                            "Length$(v[w])",
                            "Length$(v*w[m])>0",
                            "v[0]>0 && w[m]>0",
                            "v[0*v[0]+m]>0",
                            "n>0?v[0]+w[m]>0:1",
                            "Alt$(v[0],0)>0 ? v[m]>0 : 1",
                            "w+Alt$(v[m],8)",
                            "v[m]==v[m]",
                            "Sum$(v[m]>0?w:0)"}) {
      const auto found = tree.Values(text);
      std::vector<std::string> different;
      for (std::size_t k = 0; k < entries.size(); ++k) {
         const auto expected = Values(Compile(text), entries[k]);
         if (!AreSame(found[k], expected))
            different.push_back(::testing::PrintToString(k) + ": " + ::testing::PrintToString(found[k]) + " for " +
                                ::testing::PrintToString(expected));
      }
      EXPECT_EQ(different, std::vector<std::string>()) << text;
   }
   for (const auto &[alias, text] : std::map<std::string, std::string>{
           {"here>0?1:2", "v[m]>0?1:2"}, {"Sum$(v*here)>0", "Sum$(v*v[m])>0"}, {"x>0 && here", "x>0 && v[m]"}}) {
      const auto found = tree.Values(alias), expected = tree.Values(text);
      EXPECT_TRUE(std::equal(found.begin(), found.end(), expected.begin(), AreSame)) << alias;
   }
}

TEST(Program, AMissingElementIsNoValue)
{
   Entry entry;
   const auto columns = EntryScope::ValuesOf(entry);
   for (const auto &[text, isExpected] : std::map<std::string, bool>{
           {"v[0]", true}, {"v[0]>0", true}, {"n>0 ? v[0] : -1", false}, {"n>0 && v[0]>0", false}, {"x", false}}) {
      bool isMissing = false;
      Compile(text).Evaluate(columns.data(), 0, isMissing);
      EXPECT_EQ(isMissing, isExpected) << text;
   }
}

TEST(Program, CollectionsMustHaveOneLength)
{
   Entry entry;
   entry.v = {1, 2};
   entry.w = {1, 2, 3};
   ExpectError(EErrorCode::kData, {"v*w", "2 and 3"}, [&] { Values(Compile("v*w"), entry); });
   EXPECT_EQ(Values(Compile("2*w"), entry), (std::vector<double>{2, 4, 6}));
}
