// Data frames and RNTuples as input: the same bits as from trees, in the order of the entries.

#include "ReadingFixture.hxx"
#include "support/Arrays.hxx"
#include "support/ExpectError.hxx"

#include "ROOT/RDataFrame.hxx"
#include "TChain.h"
#include "TEntryList.h"
#include "TError.h"
#include "TInterpreter.h"
#include "TROOT.h"
#include "TorchMVA/DataLoader.hxx"

#include <gtest/gtest.h>

#include <functional>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

const std::vector<std::string> kScalars = {"f", "d", "i", "u", "s", "us", "c", "uc", "b", "l", "ul"};

/// The tree of WriteTypes as an RNTuple.
std::string WriteNTuple(const std::string &treeFile, const std::string &path)
{
   ROOT::RDF::RSnapshotOptions options;
   options.fOutputFormat = ROOT::RDF::ESnapshotOutputFormat::kRNTuple;
   std::vector<std::string> columns = kScalars;
   columns.insert(columns.end(), {"v", "m", "jets", "vec"});
   ROOT::RDataFrame("T", treeFile).Snapshot("N", path, columns, options);
   return path;
}

using Add_t = std::function<void(DataLoader &)>;

/// All events of a job in two blocks, training and test.
std::shared_ptr<const DataSet> Build(const Add_t &declare, const Add_t &add, const TString &options)
{
   DataLoader loader("d");
   declare(loader);
   add(loader);
   loader.PrepareTrainingAndTestTree("", options + ":!Correlations");
   return loader.GetDataSetInfo().GetSharedDataSet();
}

void ExpectSame(const DataSet &a, const DataSet &b)
{
   for (const auto type : {Types::kTraining, Types::kTesting}) {
      const Sample x = a.GetSample(type);
      const Sample y = b.GetSample(type);
      ASSERT_GT(x.Size(), 0);
      EXPECT_TRUE(SameBits(x.fVariables, y.fVariables));
      EXPECT_TRUE(SameBits(x.fTargets, y.fTargets));
      EXPECT_TRUE(SameBits(x.fSpectators, y.fSpectators));
      EXPECT_TRUE(
         SameBits(MatrixView<const float>(x.fWeights, x.Size(), 1), MatrixView<const float>(y.fWeights, y.Size(), 1)));
   }
}

void DeclareScalars(DataLoader &loader)
{
   for (const auto &name : kScalars)
      loader.AddVariable(name.c_str());
   loader.AddVariable("sum := f + 2*f");
   loader.AddVariablesArray("v", 3);
   loader.AddTarget("d");
   loader.AddSpectator("l");
   loader.SetWeightExpression("uc + 1", "Regression");
}

void DeclareArrays(DataLoader &loader)
{
   loader.AddVariable("jets");
   loader.AddVariable("vec");
   loader.AddVariable("f"); // repeated for every element
   loader.AddVariablesArray("v", 2);
   loader.AddTarget("jets");
   loader.AddSpectator("i");
}

class Frames : public Reading {
protected:
   Frames() : fTreeFile(WriteTypes(fDir / "t.root", 9000)), fTuple(WriteNTuple(fTreeFile, fDir / "n.root")) {}
   ~Frames() override { StopThreads(); }

   static void StopThreads()
   {
      if (ROOT::IsImplicitMTEnabled())
         ROOT::DisableImplicitMT();
   }

   /// A tree, a data frame over it, and an RNTuple with the same content give the same data set.
   void ExpectAllTheSame(const Add_t &declare, const TCut &cut, const TString &options)
   {
      TFile file(fTreeFile.c_str());
      auto *tree = file.Get<TTree>("T");
      const auto expected = Build(declare, [&](DataLoader &l) { l.AddTree(tree, "Regression", 2., cut); }, options);
      for (const int nThreads : {0, 3}) {
         if (nThreads > 0)
            ROOT::EnableImplicitMT(nThreads);
         ExpectSame(*expected,
                    *Build(
                       declare,
                       [&](DataLoader &l) { l.AddDataFrame(ROOT::RDataFrame("T", fTreeFile), "Regression", 2., cut); },
                       options));
         ExpectSame(*expected,
                    *Build(declare, [&](DataLoader &l) { l.AddNTuple("N", fTuple, "Regression", 2., cut); }, options));
         StopThreads();
      }
   }

   const std::string fTreeFile;
   const std::string fTuple;
};

} // namespace

TEST_F(Frames, ScalarsAndFixedArraysAreTheSameAsFromATree)
{
   for (const char *cut : {"", "f > 0", "f + 0.1"})
      ExpectAllTheSame(DeclareScalars, cut, "SplitMode=Random:NormMode=None");
}

TEST_F(Frames, ColumnsThatAreCalledAsRDataFrameCallsItsArgumentsAreNotMixedUp)
{
   const auto frame = ROOT::RDataFrame("T", fTreeFile)
                         .Define("var1", "f")
                         .Define("var2", "d")
                         .Define("var3", "i")
                         .Define("var0", "s")
                         .Define("m_var1", "us");
   const auto build = [&](const std::vector<const char *> &variables, const char *cut) {
      return Build(
         [&](DataLoader &l) {
            for (const char *variable : variables)
               l.AddVariable(variable);
            l.AddTarget("d");
         },
         [&](DataLoader &l) { l.AddDataFrame(frame, "Regression", 1., cut); }, "SplitMode=Block");
   };
   ExpectSame(*build({"f", "d", "i", "s", "d + i*10 + f*100 + us"}, "f + i > d"),
              *build({"var1", "var2", "var3", "var0", "var2 + var3*10 + var1*100 + m_var1"}, "var1 + var3 > var2"));
}

TEST_F(Frames, ElementsOfCollectionsAreEventsAsFromATree)
{
   for (const char *cut : {"", "m > 2", "jets > 0.3"})
      ExpectAllTheSame(DeclareArrays, cut, "SplitMode=Block:NormMode=NumEvents");
}

TEST_F(Frames, AChainReadByManyThreadsComesInTheOrderOfItsEntries)
{
   ROOT::RDF::RSnapshotOptions options;
   options.fAutoFlush = 300;                  // many clusters, so that there is something to do for every thread
   const std::string first = fDir / "z.root"; // last by name
   const std::string second = fDir / "a.root";
   std::vector<std::string> columns = kScalars;
   columns.push_back("v");
   ROOT::RDataFrame("T", fTreeFile).Range(0, 3000).Snapshot("T", first, columns, options);
   ROOT::RDataFrame("T", fTreeFile).Range(3000, 9000).Snapshot("T", second, columns, options);
   TChain chain("T");
   chain.Add(first.c_str());
   chain.Add(second.c_str());
   const auto expected = Build(DeclareScalars, [&](DataLoader &l) { l.AddRegressionTree(&chain); }, "SplitMode=Block");
   ROOT::EnableImplicitMT(4);
   ExpectSame(*expected, *Build(
                            DeclareScalars,
                            [&](DataLoader &l) {
                               l.AddDataFrame(ROOT::RDataFrame("T", std::vector<std::string>{first, second}),
                                              "Regression");
                            },
                            "SplitMode=Block"));
}

TEST_F(Frames, AnyNodeWithColumnsOfItsOwnBesideATree)
{
   auto tree = MakeToyTree("T", 100);
   ROOT::RDataFrame frame(50);
   int loops = 0;
   auto node = frame.Define("x0", [](ULong64_t e) { return 100. + e; }, {"rdfentry_"})
                  .Filter(
                     [&loops](ULong64_t e) {
                        loops += e == 0;
                        return e % 2 == 0;
                     },
                     {"rdfentry_"});
   DataLoader loader("d");
   loader.AddVariable("x0");
   loader.AddSpectator("entry := 9007199254740992.");
   loader.AddSignalTree(tree.get());
   loader.AddDataFrame(node, "Signal", 3., "x0 < 140");
   loader.AddDataFrame(node, "Background", 1., "", "train");
   loader.AddDataFrame(frame.Define("x0", "-1.f"), "Background", 1., "", Types::kTesting);
   loader.SetWeightExpression("0.5", "Signal");
   loader.PrepareTrainingAndTestTree("", "SplitMode=Block:NormMode=None:nTrain_Signal=100");
   EXPECT_EQ(loops, 0); // not before it is needed
   const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
   EXPECT_EQ(loops, 2); // once for each input
   EXPECT_EQ(data.GetNClassEvents(Types::kTraining, 0), 100);
   EXPECT_EQ(data.GetNClassEvents(Types::kTraining, 1), 25);
   EXPECT_EQ(data.GetNClassEvents(Types::kTesting, 1), 50);
   const Sample test = data.GetSample(Types::kTesting);
   ASSERT_EQ(data.GetNClassEvents(Types::kTesting, 0), 20);
   for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(test.fVariables(i, 0), 100 + 2 * i);
      EXPECT_EQ(test.fWeights[i], 1.5f);
      EXPECT_EQ(test.fSpectators(i, 0), 9007199254740992.);
   }
   EXPECT_EQ(test.fVariables(20, 0), -1);
}

TEST_F(Frames, TheCutGuardsTheExpressionsAndCountsForTheEfficiency)
{
   // what is removed is not evaluated: v.at(1) would throw for it
   auto frame =
      ROOT::RDataFrame(100).Define("v", "rdfentry_ < 40 ? ROOT::RVecF{1.f, float(rdfentry_)} : ROOT::RVecF{}");
   DataLoader loader("d");
   loader.AddVariable("v.at(1)");
   loader.AddDataFrame(frame, "A", 1., "v.size() > 1");
   loader.PrepareTrainingAndTestTree("", "SplitMode=Block:ScaleWithPreselEff:nTrain_A=50");
   const DataSet &data = *loader.GetDataSetInfo().GetDataSet();
   EXPECT_EQ(data.GetNTrainingEvents(), 20); // 50 times 0.4
   EXPECT_EQ(data.GetNTestEvents(), 20);
   EXPECT_EQ(data.GetSample(Types::kTesting).fVariables(0, 0), 20);
}

TEST_F(Frames, MistakesNameExpressionAndClass)
{
   const auto frame = ROOT::RDataFrame(100)
                         .Define("x", "rdfentry_ == 7 ? NAN : double(rdfentry_)")
                         .Define("text", "std::string(\"a\")")
                         .Define("two", "ROOT::RVecF(2)")
                         .Define("three", "ROOT::RVecF(3)");
   const auto expect = [&](EErrorCode code, std::initializer_list<std::string> words, const Add_t &declare,
                           const TCut &cut = "") {
      DataLoader loader("d");
      declare(loader);
      loader.AddDataFrame(frame, "Higgs", 1., cut);
      ExpectError(code, words, [&] { loader.GetDataSetInfo().GetDataSet(); });
   };
   const auto variable = [](const char *expression) {
      return [expression](DataLoader &l) { l.AddVariable(expression); };
   };
   expect(EErrorCode::kExpression, {"variable 'X+1'", "class 'Higgs'", "no branch 'X'", "did you mean 'x'"},
          variable("X + 1"));
   expect(EErrorCode::kExpression, {"variable ''", "Higgs", "empty"}, variable(""));
   expect(EErrorCode::kExpression, {"cut 'x >'", "Higgs"}, variable("x"), "x >");
   expect(EErrorCode::kExpression, {"variable 'text'", "number", "Higgs"}, variable("text"));
   expect(EErrorCode::kExpression, {"target 'nothing'"}, [](DataLoader &l) {
      l.AddVariable("x");
      l.AddTarget("nothing");
   });
   expect(EErrorCode::kData, {"NaN", "variable 'x'", "data frame of class 'Higgs'", "entries 7"}, variable("x"));
   expect(EErrorCode::kData, {"not a number", "Higgs", "entry: 7"}, variable("two"), "x");
   expect(EErrorCode::kData, {"'two' and 'three'", "2 and 3"}, [](DataLoader &l) {
      l.AddVariable("two");
      l.AddVariable("three");
   });
   expect(EErrorCode::kData, {"'two'", "4 elements", "found 2"}, [](DataLoader &l) { l.AddVariablesArray("two", 4); });
   expect(EErrorCode::kData, {"'x'", "3 elements", "found 1"}, [](DataLoader &l) { l.AddVariablesArray("x", 3); });
   expect(EErrorCode::kData, {"Higgs", "none of 100", "x > 1000"}, variable("x"), "x > 1000");
   DataLoader loader("d");
   ExpectError(EErrorCode::kFile, {"RNTuple 'N'", "nothing.root"}, [&] { loader.AddNTuple("N", "nothing.root", "A"); });
   ExpectError(EErrorCode::kFile, {"RNTuple 'T'", "n.root"}, [&] { loader.AddNTuple("T", fTuple, "A"); });
   ExpectError(EErrorCode::kArgument, {"validation"}, [&] { loader.AddDataFrame(frame, "A", 1., "", "validation"); });
   loader.AddDataFrame(frame, "A", 1., "", "train");
   ExpectError(EErrorCode::kTree, {"class 'A'", "no type"}, [&] { loader.AddDataFrame(frame, "A"); });
}

/// What the interpreter could not compile once may work later, as when a library has been loaded.
TEST_F(Frames, WhatCouldNotBeCompiledIsTriedAgain)
{
   gInterpreter->Declare("struct Late { int x = 2; template <typename T = Late> auto Value() const "
                         "{ return ValueOf(static_cast<const T &>(*this)); } };");
   const auto frame = ROOT::RDataFrame(10).Define("late", "Late()").Define("early", "Late()");
   const auto build = [&](const char *variable) {
      return Build([&](DataLoader &l) { l.AddVariable(variable); },
                   [&](DataLoader &l) { l.AddDataFrame(frame, "Regression"); }, "SplitMode=Block")
         ->GetSample(Types::kTraining)
         .fVariables(0, 0);
   };
   const auto before = SetErrorHandler([](int, Bool_t, const char *, const char *) {});
   ExpectError(EErrorCode::kExpression, {"'late.Value()'"}, [&] { build("late.Value()"); });
   EXPECT_EQ(build("early.x"), 2);
   ExpectError(EErrorCode::kExpression, {"'late.Value()'"}, [&] { build("late.Value()"); });
   gInterpreter->Declare("double ValueOf(const Late &late) { return late.x + 5; }");
   EXPECT_EQ(build("late.Value()"), 7);
   SetErrorHandler(before);
}

TEST_F(Frames, SelectionsAndFriendsOfTheTreeAreThoseOfRDataFrame)
{
   TFile file(fTreeFile.c_str());
   auto *tree = file.Get<TTree>("T");
   TEntryList list("list", "");
   for (int i = 0; i < 9000; i += 3)
      list.Enter(i, tree);
   tree->SetEntryList(&list);
   const auto declare = [](DataLoader &l) { l.AddVariable("f"); };
   ExpectSame(
      *Build(
         declare, [&](DataLoader &l) { l.AddTree(tree, "Regression"); }, "SplitMode=Block"),
      *Build(
         declare, [&](DataLoader &l) { l.AddDataFrame(ROOT::RDataFrame(*tree), "Regression"); }, "SplitMode=Block"));
   tree->SetEntryList(nullptr);
   const std::string shorter = WriteTypes(fDir / "s.root", 500);
   tree->AddFriend("s = T", shorter.c_str());
   ExpectError(EErrorCode::kData, {"friend tree '", "less entries"}, [&] {
      Build([](DataLoader &l) { l.AddVariable("s.f"); },
            [&](DataLoader &l) { l.AddDataFrame(ROOT::RDataFrame(*tree), "Regression"); }, "SplitMode=Block");
   });
}

TEST_F(Frames, EntriesWithoutElementsAreInTheTable)
{
   const Long64_t none = ROOT::RDataFrame("T", fTreeFile).Filter("m == 0").Count().GetValue();
   gConfig().SetSilent(kFALSE);
   ::testing::internal::CaptureStdout();
   Build([](DataLoader &l) { l.AddVariable("jets"); },
         [&](DataLoader &l) { l.AddDataFrame(ROOT::RDataFrame("T", fTreeFile), "Regression"); }, "NormMode=None");
   const std::string log = ::testing::internal::GetCapturedStdout();
   gConfig().SetSilent(kTRUE);
   EXPECT_NE(log.find("entries without an event    : " + std::to_string(none)), std::string::npos) << log;
   EXPECT_NE(log.find(std::to_string(none) + " of 9000 entries give no event, since variable 'jets'"),
             std::string::npos)
      << log;
}

TEST_F(Frames, NumbersThatAFloatCannotHoldAreSaid)
{
   static std::vector<std::string> lines;
   lines.clear();
   const auto before = SetErrorHandler([](int, Bool_t, const char *, const char *text) { lines.emplace_back(text); });
   for (const int nThreads : {0, 2}) {
      if (nThreads > 0)
         ROOT::EnableImplicitMT(nThreads);
      Build(
         [](DataLoader &l) {
            l.AddVariable("f");
            l.AddVariable("time");
         },
         [&](DataLoader &l) {
            l.AddDataFrame(ROOT::RDataFrame("T", fTreeFile).Define("time", "1.7e9 + 30. * f"), "Regression");
         },
         "SplitMode=Block");
      StopThreads();
   }
   SetErrorHandler(before);
   ASSERT_EQ(lines.size(), 2u);
   for (const auto &line : lines)
      EXPECT_NE(line.find("Variable 'time' is kept as a float, which has steps of 128 at 1.7e+09"), std::string::npos);
}
