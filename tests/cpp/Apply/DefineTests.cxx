// Responses as columns of data frames: the numbers of RReader, whatever the types of the columns, threads and blocks.

#include "TorchMVA/Define.hxx"

#include "../Facade/ClassExample.hxx"
#include "ROOT/RDFHelpers.hxx"
#include "ROOT/RDataFrame.hxx"
#include "TorchMVA/CrossValidation.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"
#include "TorchMVA/Method/MethodFisher.hxx"
#include "TorchMVA/RReader.hxx"
#include "TorchMVA/Reader.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"
#include "support/WeightFileText.hxx"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <set>

using namespace TorchMVA;
using ROOT::RDF::RNode;
using TorchMVA::Experimental::Define;
using TorchMVA::Experimental::RReader;
using TorchMVA::Test::ClassExample;
using TorchMVA::Test::ExpectError;
using TorchMVA::Test::ReadText;
using TorchMVA::Test::WithoutChecksums;
using TorchMVA::Test::WriteText;

namespace {

const char *kWeights = "dataset/weights/job_Fisher.weights.xml";
const char *kBlockWeights = "blocks.weights.xml"; ///< the same for MethodInBlocks
const std::vector<std::string> kNames = {"var1", "var2", "var3", "var4"};

/// A Fisher discriminant that says it needs Python, and notes how often it was called with how many rows.
class MethodInBlocks : public MethodFisher {
public:
   using MethodFisher::MethodFisher;
   Bool_t UsesPython() const override { return kTRUE; }
   void Predict(const float *rows, Long64_t n, float *outputs) const override
   {
      ++fgCalls;
      fgRows += n;
      MethodFisher::Predict(rows, n, outputs);
   }
   static inline std::atomic<Long64_t> fgCalls{0};
   static inline std::atomic<Long64_t> fgRows{0};
};

IMethod *MakeInBlocks(const TString &, const TString &, DataSetInfo &info, const TString &file)
{
   auto *method = new MethodInBlocks(info, file);
   method->SetMethodType(static_cast<Types::EMVA>(Types::Instance().GetMethodType("InBlocks")));
   return method;
}
const bool kRegistered = ClassifierFactory::Instance().Register("InBlocks", MakeInBlocks) &&
                         Types::Instance().AddTypeMapping("InBlocks") >= 0;

class DefineBlocksTest : public ::testing::Test {
protected:
   void SetUp() override
   {
      ASSERT_TRUE(kRegistered);
      auto loader = fExample.MakeLoader("dataset");
      Factory factory("job", "!V:Silent:!Color:AnalysisType=Classification");
      factory.BookMethod(loader.get(), Types::kFisher, "Fisher", "VarTransform=D,G");
      factory.TrainAllMethods();
      std::string text = WithoutChecksums(ReadText(kWeights));
      const std::string old = "Method=\"Fisher::";
      text.replace(text.find(old), old.size(), "Method=\"InBlocks::");
      WriteText(kBlockWeights, text);
      MethodInBlocks::fgCalls = MethodInBlocks::fgRows = 0;
   }
   void TearDown() override
   {
      if (ROOT::IsImplicitMTEnabled())
         ROOT::DisableImplicitMT();
   }
   RNode Events() const { return ROOT::RDataFrame("TreeS", ClassExample::Path()); }

   TorchMVA::Test::WorkingDir fFolder;
   ClassExample fExample;
};

/// Without and with blocks.
class DefineTest : public DefineBlocksTest, public ::testing::WithParamInterface<bool> {
protected:
   const std::string fWeights = GetParam() ? kBlockWeights : kWeights;
};

/// `n` entries with var1 to var4, as `T`, made of the entry number; the sums of the responses are then exact enough.
template <typename T>
RNode Made(ULong64_t n)
{
   RNode events = ROOT::RDataFrame(n);
   for (int v = 0; v < 4; ++v)
      events = events.Define(kNames[v], [v](ULong64_t i) { return T((i * (v + 7)) % 64 / 8 % 3); }, {"rdfentry_"});
   return events;
}

std::vector<float> Scores(RNode node, const std::string &column = "score")
{
   return node.Take<float>(column).GetValue();
}

/// Responses of RReader to one row.
float Expected(float a, float b, float c, float d)
{
   return RReader(kWeights).Compute({a, b, c, d}).at(0);
}

} // namespace

INSTANTIATE_TEST_SUITE_P(Methods, DefineTest, ::testing::Values(false, true),
                         [](const auto &test) { return test.param ? "InBlocks" : "Direct"; });

TEST_P(DefineTest, ColumnHoldsTheNumbersOfRReader)
{
   RNode scored = Define(Events(), "score", fWeights);
   std::vector<float> rows;
   Events().Foreach([&](float a, float b, float c, float d) { rows.insert(rows.end(), {a, b, c, d}); }, kNames);
   EXPECT_EQ(Scores(scored), RReader(kWeights).Compute(rows.data(), rows.size() / 4));
   if (GetParam()) {
      EXPECT_EQ(MethodInBlocks::fgCalls, 2); // 6000 events in blocks of 4096, the last one filled up
      EXPECT_EQ(MethodInBlocks::fgRows, 8192);
   }
}

TEST_P(DefineTest, FiltersAndRangesBeforeAndAfter)
{
   const auto all = Scores(Define(Events(), "score", fWeights));
   const auto some =
      Scores(Define(Events().Filter("rdfentry_ % 3 == 0").Range(10, 500), "score", fWeights).Filter("var1 > 0"));
   std::vector<float> expected;
   const auto var1 = Events().Take<float>("var1").GetValue();
   for (std::size_t i = 30; i < 1500; i += 3) {
      if (var1[i] > 0)
         expected.push_back(all[i]);
   }
   EXPECT_EQ(some, expected);
}

TEST_P(DefineTest, ThreadsGiveTheSameBits)
{
   const auto pairs = [&] {
      // the entries tell the scores apart: threads meet them in any order
      auto scored = Define(Made<float>(20000), "score", fWeights);
      auto entries = scored.Take<ULong64_t>("rdfentry_");
      auto scores = scored.Take<float>("score");
      std::vector<float> sorted(20000);
      for (std::size_t i = 0; i < sorted.size(); ++i)
         sorted.at(entries->at(i)) = scores->at(i);
      return sorted;
   };
   const auto alone = pairs();
   EXPECT_GT(std::set<float>(alone.begin(), alone.end()).size(), 20u);
   ROOT::EnableImplicitMT(4);
   EXPECT_EQ(pairs(), alone);
}

TEST_P(DefineTest, NumbersOfAnyTypeAreConverted)
{
   const auto expected = Scores(Define(Made<float>(64), "score", fWeights));
   EXPECT_EQ(Scores(Define(Made<double>(64), "score", fWeights)), expected);
   EXPECT_EQ(Scores(Define(Made<int>(64), "score", fWeights)), expected);
   EXPECT_EQ(Scores(Define(Made<unsigned char>(64), "score", fWeights)), expected);
   EXPECT_EQ(Scores(Define(Made<long long>(64), "score", fWeights)), expected);
   const auto flags = Scores(Define(Made<bool>(64), "score", fWeights));
   const auto flag = [](int v) { return float(63 * (v + 7) % 64 / 8 % 3 != 0); };
   EXPECT_EQ(flags.at(63), Expected(flag(0), flag(1), flag(2), flag(3)));
}

TEST_P(DefineTest, ColumnsAreNamesOrExpressions)
{
   auto scored =
      Define(Made<double>(8), "score", fWeights, {"var1", "sqrt(double(rdfentry_))", "2 * var3", "rdfentry_"});
   const auto scores = Scores(scored);
   const auto inputs = Made<double>(8).Take<double>("var1").GetValue();
   const auto thirds = Made<double>(8).Take<double>("var3").GetValue();
   for (std::size_t i = 0; i < 8; ++i)
      EXPECT_EQ(scores[i], Expected(inputs[i], std::sqrt(double(i)), 2 * thirds[i], i)) << i;
   for (const std::string &name : scored.GetColumnNames())
      EXPECT_EQ(name.find("torchmva"), std::string::npos) << name;
   // a second one on the same frame
   const auto both = Define(Define(scored, "again", fWeights, {"2 * var1", "var2", "var3", "var4"}), "third", fWeights);
   EXPECT_EQ(Scores(both, "third"), Scores(Define(Made<double>(8), "score", fWeights)));
}

TEST_P(DefineTest, CollectionsGetAResponseAnElement)
{
   RNode jets =
      ROOT::RDataFrame(5)
         .Define("pt",
                 [](ULong64_t i) {
                    ROOT::RVecF pt(i);
                    for (std::size_t k = 0; k < i; ++k)
                       pt[k] = 0.5F * k - 1;
                    return pt;
                 },
                 {"rdfentry_"})
         .Define("eta", [](const ROOT::RVecF &pt) { return std::vector<double>(pt.begin(), pt.end()); }, {"pt"})
         .Define("met", [](ULong64_t i) { return int(i); }, {"rdfentry_"});
   RNode scored = Define(jets, "score", fWeights, {"pt", "met", "eta", "pt * 2"});
   const auto scores = scored.Take<ROOT::RVecF>("score").GetValue();
   for (std::size_t i = 0; i < 5; ++i) {
      ASSERT_EQ(scores[i].size(), i);
      for (std::size_t k = 0; k < i; ++k)
         EXPECT_EQ(scores[i][k], Expected(0.5F * k - 1, i, 0.5F * k - 1, 1.0F * k - 2)) << i << ' ' << k;
   }
   ExpectError(EErrorCode::kArgument, {"'other'", "one length"}, [&] {
      RNode uneven = jets.Define("other", "ROOT::RVecD(pt.size() + 1)");
      Define(uneven, "score", fWeights, {"pt", "met", "other", "eta"}).Count().GetValue();
      Define(uneven, "score", fWeights, {"pt", "met", "other", "eta"}).Take<ROOT::RVecF>("score").GetValue();
   });
}

TEST_P(DefineTest, VariationsOfInputsVaryTheResponse)
{
   RNode varied = Events().Vary("var2", "ROOT::RVecF{var2 - 0.5f, var2 + 0.5f}", {"down", "up"}, "scale");
   auto nominal = Define(varied, "score", fWeights).Sum<float>("score");
   auto all = ROOT::RDF::Experimental::VariationsFor(nominal);
   const auto shifted = [&](const std::string &var2) {
      return Define(Events(), "score", kWeights, {"var1", var2, "var3", "var4"}).Sum<float>("score").GetValue();
   };
   EXPECT_EQ(all["nominal"], shifted("var2"));
   EXPECT_EQ(all["scale:down"], shifted("var2 - 0.5f"));
   EXPECT_EQ(all["scale:up"], shifted("var2 + 0.5f"));
   EXPECT_NE(all["scale:up"], all["scale:down"]);
   if (GetParam()) {
      EXPECT_LE(MethodInBlocks::fgCalls, 5); // 18000 rows: none was evaluated by itself
   }
}

TEST_P(DefineTest, NaNAndNoEntries)
{
   RNode events = ROOT::RDataFrame(2).Define("x", [](ULong64_t i) { return i ? std::nan("") : 0.5; }, {"rdfentry_"});
   const auto scores = Scores(Define(events, "score", fWeights, {"x", "1", "1", "1"}));
   EXPECT_EQ(scores, (std::vector<float>{Expected(0.5, 1, 1, 1), -999}));
   EXPECT_TRUE(Scores(Define(Made<float>(0), "score", fWeights)).empty());
   EXPECT_TRUE(Scores(Define(Made<float>(9).Filter("false"), "score", fWeights)).empty());
}

TEST_P(DefineTest, MistakesAreNamed)
{
   RNode events = Made<float>(3).Define("text", [] { return std::string("a"); });
   ExpectError(EErrorCode::kExpression, {"variable 'var4' as 'var7'", "did you mean 'var"},
               [&] { Define(events, "score", fWeights, {"var1", "var2", "var3", "var7"}); });
   ExpectError(EErrorCode::kExpression, {"variable 'var4'", "numbers", "string"},
               [&] { Define(events, "score", fWeights, {"var1", "var2", "var3", "text"}); });
   ExpectError(EErrorCode::kArgument, {"4 columns", "found 3"},
               [&] { Define(events, "score", fWeights, {"var1", "var2", "var3"}); });
   ExpectError(EErrorCode::kFile, {"no/such.xml"}, [&] { Define(events, "score", "no/such.xml"); });
   EXPECT_THROW(Define(events, "var1", fWeights), std::runtime_error);
   EXPECT_THROW(Define(Define(events, "score", fWeights), "score", fWeights), std::runtime_error);
   EXPECT_THROW(Define(events, "not a name", fWeights), std::runtime_error);
}

/// Inputs that are others in every event loop: evaluated one by one by one thread, refused by several.
TEST_F(DefineBlocksTest, InputsThatChange)
{
   const auto make = [] {
      auto next = std::make_shared<std::atomic<int>>(0);
      return Define(ROOT::RDataFrame(10).DefineSlot("x", [next](unsigned) { return ++*next; }), "score", kBlockWeights,
                    {"x", "x", "x", "x"});
   };
   const auto scores = Scores(make());
   for (int i = 0; i < 10; ++i)
      EXPECT_EQ(scores[i], Expected(i + 11, i + 11, i + 11, i + 11));
   EXPECT_EQ(MethodInBlocks::fgCalls, 11);
   ROOT::EnableImplicitMT(2);
   ExpectError(EErrorCode::kState, {"random numbers", "multi-threading"}, [&] { Scores(make()); });
}

/// The fold of an event depends on a spectator, which is then an input too.
TEST(DefineFolds, SpectatorsChooseTheFold)
{
   TorchMVA::Test::WorkingDir folder;
   ClassExample example;
   auto loader = example.MakeLoader("dataset", "nTrain_Signal=500:nTrain_Background=500:nTest_Signal=1:"
                                               "nTest_Background=1:SplitMode=Block:NormMode=NumEvents");
   loader->AddSpectator("eventID := Entry$", 'I');
   CrossValidation cv("job", loader.get(), nullptr,
                      "!V:Silent:!Color:!DrawProgressBar:AnalysisType=Classification:SplitType=Deterministic:"
                      "SplitExpr=int(fabs([eventID]))%int([NumFolds]):NumFolds=3");
   cv.BookMethod(Types::kFisher, "Fisher", "!H:!V");
   cv.Evaluate();
   Reader reader("Silent:!Color");
   float values[4] = {1, 2, 3, 4};
   int number = 0;
   for (int i = 0; i < 4; ++i)
      reader.AddVariable(kNames[i].c_str(), &values[i]);
   reader.AddSpectator("eventID := Entry$", &number);
   reader.BookMVA("folds", kWeights);
   RNode events = ROOT::RDataFrame(9);
   const auto scores = Scores(Define(events, "score", kWeights, {"1", "2", "3", "4", "rdfentry_"}));
   const auto labelled = Scores(Define(events.Define("eventID", "rdfentry_")
                                          .Define("var1", "1")
                                          .Define("var2", "2.f")
                                          .Define("var3", "3.")
                                          .Define("var4", "4ull"),
                                       "score", kWeights));
   for (number = 0; number < 9; ++number)
      EXPECT_EQ(scores[number], static_cast<float>(reader.EvaluateMVA("folds"))) << number;
   EXPECT_EQ(labelled, scores);
   EXPECT_EQ(std::set<float>(scores.begin(), scores.end()).size(), 3u);
}

/// Two targets: one column of both, and one for each.
TEST(DefineTargets, SeveralResponses)
{
   TorchMVA::Test::WorkingDir folder;
   ClassExample example;
   DataLoader loader("dataset");
   loader.AddVariable("var1");
   loader.AddVariable("var2");
   loader.AddTarget("sum := var1 + var2");
   loader.AddTarget("var4");
   loader.AddRegressionTree(example.fSignal);
   loader.PrepareTrainingAndTestTree("", "nTrain_Regression=1000:!V");
   Factory factory("job", "!V:Silent:!Color:AnalysisType=Regression");
   factory.BookMethod(&loader, Types::kLD, "LD", "");
   factory.TrainAllMethods();
   const char *file = "dataset/weights/job_LD.weights.xml";
   const auto expected = RReader(file).Compute({0.5, 1.5});
   ASSERT_EQ(expected.size(), 2u);
   EXPECT_NEAR(expected[0], 2, 1e-4);

   RNode events = ROOT::RDataFrame(1).Define("jets", [] { return ROOT::RVecF{7, 0.5F}; });
   RNode scored = Define(events, "y", file, {"0.5", "1.5"});
   auto all = scored.Take<ROOT::RVecF>("y");
   EXPECT_EQ(std::vector<float>(all->at(0).begin(), all->at(0).end()), expected);
   EXPECT_EQ(Scores(scored, "y_sum").at(0), expected[0]);
   EXPECT_EQ(Scores(scored, "y_var4").at(0), expected[1]);

   RNode each = Define(events, "y", file, {"jets", "1.5"});
   EXPECT_EQ(each.Take<ROOT::RVecF>("y")->at(0).size(), 4u);
   auto fourth = each.Take<ROOT::RVecF>("y_var4");
   ASSERT_EQ(fourth->at(0).size(), 2u);
   EXPECT_EQ(fourth->at(0)[1], expected[1]);
}
