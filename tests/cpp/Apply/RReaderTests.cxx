// RReader and Compute: the numbers of Reader, from one thread and from many.

#include "TorchMVA/RReader.hxx"

#include "../Facade/ClassExample.hxx"
#include "ROOT/RDataFrame.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/RInferenceUtils.hxx"
#include "TorchMVA/Reader.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace TorchMVA;
using TorchMVA::Experimental::Compute;
using TorchMVA::Experimental::RReader;
using TorchMVA::Test::ExpectError;

namespace {

const char *kWeights = "dataset/weights/job_Fisher.weights.xml";
const std::vector<std::string> kNames = {"var1", "var2", "var3", "var4"};

class RReaderTest : public ::testing::Test {
protected:
   void SetUp() override
   {
      const TorchMVA::Test::ClassExample example;
      auto loader = example.MakeLoader("dataset");
      Factory factory("job", "!V:Silent:!Color:AnalysisType=Classification");
      factory.BookMethod(loader.get(), Types::kFisher, "Fisher", "VarTransform=D,G");
      factory.TrainAllMethods();
   }
   TorchMVA::Test::WorkingDir fFolder;
};

ROOT::RDataFrame Events()
{
   return ROOT::RDataFrame("TreeS", TorchMVA::Test::ClassExample::Path());
}

/// Responses of all events through Reader.
std::vector<float> Expected()
{
   Reader reader(TString("var1:var2:var3:var4"), "!Color:Silent");
   reader.BookMVA("F", kWeights);
   std::vector<float> responses;
   Events().Foreach(
      [&](float a, float b, float c, float d) {
         responses.push_back(static_cast<float>(reader.EvaluateMVA(std::vector<float>{a, b, c, d}, "F")));
      },
      kNames);
   return responses;
}

/// As an analysis has it: a model that is gone before the event loop runs.
ROOT::RDF::RNode WithResponse(ROOT::RDF::RNode events)
{
   RReader model(kWeights);
   return events.Define("y", Compute<4, float>(model), kNames);
}

/// Any class with Compute will do; it counts its copies.
struct Sum {
   int fCalls = 0;
   Sum() = default;
   Sum(const Sum &) = delete;
   double Compute(const std::vector<double> &values)
   {
      ++fCalls;
      return values[0] + values[1];
   }
};

} // namespace

TEST_F(RReaderTest, KnowsWhatTheWeightFileSays)
{
   const RReader model(kWeights);
   EXPECT_EQ(model.GetVariableNames(), kNames);
   EXPECT_EQ(model.GetSpectatorNames(), std::vector<std::string>{});
   EXPECT_EQ(model.GetClassNames(), (std::vector<std::string>{"Signal", "Background"}));
   EXPECT_EQ(model.GetNVariables(), 4u);
   EXPECT_EQ(model.GetNResponses(), 1u);
   EXPECT_EQ(model.GetAnalysisType(), Types::kClassification);
}

TEST_F(RReaderTest, ColumnHoldsTheNumbersOfReader)
{
   const auto expected = Expected();
   auto column = WithResponse(Events()).Take<std::vector<float>>("y");
   ASSERT_EQ(column->size(), expected.size());
   for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_EQ(column->at(i), std::vector<float>{expected[i]}) << i;
}

TEST_F(RReaderTest, ColumnIsTheSameWithThreads)
{
   // An empty source is shared out among the threads, and sums of few bits do not depend on the order.
   const auto sum = [] {
      ROOT::RDF::RNode events = ROOT::RDataFrame(50000);
      for (int v = 0; v < 4; ++v)
         events =
            events.Define(kNames[v], [v](ULong64_t i) { return float((i * (v + 7)) % 64) / 16 - 2; }, {"rdfentry_"});
      return WithResponse(events)
         .Define("rounded", [](const std::vector<float> &y) { return std::round(double(y.at(0)) * 65536); }, {"y"})
         .Sum<double>("rounded")
         .GetValue();
   };
   const double expected = sum();
   EXPECT_NE(expected, 0);
   ROOT::EnableImplicitMT(4);
   EXPECT_EQ(sum(), expected);
   ROOT::DisableImplicitMT();
}

TEST_F(RReaderTest, BlocksGiveTheSameAsSingleEvents)
{
   const RReader model(kWeights);
   std::vector<float> rows;
   Events().Foreach([&](float a, float b, float c, float d) { rows.insert(rows.end(), {a, b, c, d}); }, kNames);
   const std::size_t n = rows.size() / 4;
   EXPECT_EQ(model.Compute(rows.data(), n), Expected());
   std::vector<float> responses(n);
   model.Compute(rows.data(), n, responses.data());
   EXPECT_EQ(responses, Expected());
   EXPECT_EQ(model.Compute(rows.data(), 0), std::vector<float>{});
}

TEST_F(RReaderTest, NaNGivesMinus999AsInReader)
{
   const RReader model(kWeights);
   const float nan = std::numeric_limits<float>::quiet_NaN();
   EXPECT_EQ(model.Compute({0, nan, 0, 0}), std::vector<float>{-999});
   const float rows[] = {0, 0, 0, 0, 0, 0, 0, nan};
   const auto responses = model.Compute(rows, 2);
   EXPECT_EQ(responses[0], model.Compute({0, 0, 0, 0})[0]);
   EXPECT_NE(responses[0], -999);
   EXPECT_EQ(responses[1], -999);
}

TEST_F(RReaderTest, MistakesAreNamed)
{
   const RReader model(kWeights);
   ExpectError(EErrorCode::kArgument, {"4 values", "found 3"}, [&] { model.Compute({1, 2, 3}); });
   ExpectError(EErrorCode::kFile, {"no/such.xml"}, [] { RReader missing("no/such.xml"); });
   TorchMVA::Test::WriteText("other.xml", "<Other/>");
   ExpectError(EErrorCode::kWeightFile, {"MethodSetup", "Other"}, [] { RReader other("other.xml"); });
   EXPECT_THROW(RReader missing("no/such.xml"), std::runtime_error);
}

TEST(Compute, TakesAnyModelByReference)
{
   Sum sum;
   auto function = Compute<2, double>(sum);
   EXPECT_EQ(function(1.5, 2), 3.5);
   auto copy = function;
   EXPECT_EQ(copy(1, 2), 3);
   EXPECT_EQ(sum.fCalls, 2);
}
