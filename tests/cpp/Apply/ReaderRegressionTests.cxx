// A regression in a Reader: responses are targets in their own units, whatever transformations the training had.

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Reader.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

namespace {

constexpr int kEvents = 400;

/// Two targets that are linear in x and y, far from zero, and a spectator that a transformation takes.
class ReaderRegressionTest : public ::testing::Test {
protected:
   void SetUp() override
   {
      DataLoader loader("dataset");
      loader.AddVariable("x");
      loader.AddVariable("y");
      loader.AddTarget("first");
      loader.AddTarget("second");
      loader.AddSpectator("number");
      for (int i = 0; i < kEvents; ++i) {
         const double x = (i * 37 % 101) / 10., y = (i * 53 % 97) / 20.;
         loader.AddEvent("Regression", i % 2 ? Types::kTesting : Types::kTraining,
                         {x, y, First(x, y), Second(x, y), double(i)}, 1);
      }
      loader.PrepareTrainingAndTestTree("", "SplitMode=Block:!V");
      Factory factory("job", "!V:Silent:!Color:AnalysisType=Regression");
      factory.BookMethod(&loader, Types::kLD, "Plain", "");
      factory.BookMethod(&loader, Types::kLD, "Normalised", "VarTransform=N");
      factory.BookMethod(&loader, Types::kLD, "Mixed", "VarTransform=N(_T0_,_V1_,_S0_),P(_V0_,_V1_)");
      factory.TrainAllMethods();
      factory.TestAllMethods();
      for (const char *title : {"Plain", "Normalised", "Mixed"})
         fExpected.push_back(factory.GetMethod("dataset", title)->GetResponses(Types::kTesting));
      const Sample sample = loader.GetDataSetInfo().GetDataSet()->GetSample(Types::kTesting);
      fRows.assign(sample.fVariables.fData, sample.fVariables.fData + sample.fVariables.Size());
      fSpectators.assign(sample.fSpectators.fData, sample.fSpectators.fData + sample.fSpectators.Size());
   }

   static double First(double x, double y) { return 1000 + 3 * x - 2 * y; }
   static double Second(double x, double y) { return -5 + 0.25 * x + y; }

   void Declare(Reader &reader)
   {
      reader.AddVariable("x", &fX);
      reader.AddVariable("y", &fY);
      reader.AddSpectator("number", &fNumber);
      for (const char *title : {"Plain", "Normalised", "Mixed"})
         reader.BookMVA(title, TString::Format("dataset/weights/job_%s.weights.xml", title));
   }

   TorchMVA::Test::WorkingDir fFolder;
   std::vector<std::vector<float>> fExpected;
   std::vector<float> fRows;
   std::vector<double> fSpectators;
   Float_t fX = 0, fY = 0, fNumber = 0;
};

} // namespace

TEST_F(ReaderRegressionTest, EveryFormGivesTheTargetsInTheirUnits)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   const Long64_t n = fRows.size() / 2;
   ASSERT_EQ(n, kEvents / 2);
   int method = 0;
   for (const char *title : {"Plain", "Normalised", "Mixed"}) {
      const auto &expected = fExpected[method++];
      ASSERT_EQ(reader.GetNResponses(title), 2u);
      std::vector<float> batch(2 * n);
      reader.EvaluateBatch(title, fRows.data(), n, batch.data(), fSpectators.data());
      EXPECT_EQ(batch, expected) << title;
      for (Long64_t i = 0; i < n; i += 13) {
         fX = fRows[2 * i], fY = fRows[2 * i + 1], fNumber = fSpectators[i];
         const std::vector<float> both = reader.EvaluateRegression(title);
         ASSERT_EQ(both, (std::vector<float>{expected[2 * i], expected[2 * i + 1]})) << title << i;
         ASSERT_EQ(reader.EvaluateRegression(1, title), both[1]);
         ASSERT_EQ(reader.EvaluateMVA(title), both[0]);
         ASSERT_NEAR(both[0], First(fX, fY), 1e-2) << title;
         ASSERT_NEAR(both[1], Second(fX, fY), 1e-4) << title;
      }
   }
   EXPECT_EQ(reader.EvaluateRegression(dynamic_cast<MethodBase *>(reader.FindMVA("Plain"))),
             reader.EvaluateRegression("Plain"));
}

TEST_F(ReaderRegressionTest, NaNAndWrongTargets)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   ExpectError(EErrorCode::kArgument, {"target below 2", "found 2"}, [&] { reader.EvaluateRegression(2, "Plain"); });
   fY = std::numeric_limits<float>::quiet_NaN();
   EXPECT_EQ(reader.EvaluateRegression("Normalised"), (std::vector<float>{-999, -999}));
   const float rows[] = {1, fY, 1, 2};
   float responses[4];
   reader.EvaluateBatch("Normalised", rows, 2, responses);
   EXPECT_EQ(responses[0], -999);
   EXPECT_EQ(responses[1], -999);
   EXPECT_NEAR(responses[2], First(1, 2), 1e-2);
   EXPECT_NEAR(responses[3], Second(1, 2), 1e-4);
}
