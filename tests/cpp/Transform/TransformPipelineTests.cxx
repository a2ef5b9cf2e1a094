// What a pipeline does with samples and rows; figures of TMVA are in GoldenTransformTests.cxx.

#include "ToyEvents.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Transform/TransformPipeline.hxx"
#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <thread>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

const char *const kSpecs[] = {
   "N", "D", "P", "G", "U", "D,G", "G,D", "N,U", "P,G,N", "G(_V0_,_V2_)", "D_Class_0,G_Class_1"};

} // namespace

TEST(TransformPipeline, TheEmptyChainLeavesTheSampleWhereItIs)
{
   ToyEvents events(50, 3, 1, 1);
   for (const char *spec : {"None", "", "I", "Identity,I"}) {
      auto pipeline = TransformPipeline::Parse(spec, events.fContext);
      EXPECT_TRUE(pipeline.IsIdentity()) << spec;
      EXPECT_TRUE(pipeline.IsFitted()) << spec;
      EXPECT_FALSE(pipeline.TransformsTargets()) << spec;
      const Sample sample = pipeline.FitTransform(events.AsSample());
      EXPECT_EQ(sample.fVariables.fData, events.fVariables.Data()) << spec;
      float row[3] = {1, 2, 3};
      pipeline.Apply(1, row);
      EXPECT_EQ(row[2], 3) << spec;
   }
   EXPECT_EQ(TransformPipeline().GetShortName(), "Id");
   EXPECT_EQ(TransformPipeline::Parse("I", events.fContext).GetShortName(), "Id");
   EXPECT_EQ(TransformPipeline::Parse("D,G", events.fContext).GetShortName(), "Deco_Gauss");
   EXPECT_EQ(TransformPipeline::Parse("N+P+U", events.fContext).GetShortName(), "Norm_PCA_Uniform");
}

TEST(TransformPipeline, OnlyWhatChangesIsCopied)
{
   ToyEvents events(200, 3, 2, 1);
   const Sample input = events.AsSample();
   Sample output;
   {
      auto pipeline = TransformPipeline::Parse("D,G", events.fContext);
      output = pipeline.FitTransform(input);
   }
   EXPECT_NE(output.fVariables.fData, input.fVariables.fData);
   EXPECT_EQ(output.fVariablesOwner.get(), output.fVariables.fData);
   EXPECT_EQ(output.fTargets.fData, input.fTargets.fData);
   EXPECT_EQ(output.fSpectators.fData, input.fSpectators.fData);
   EXPECT_EQ(output.fWeights, input.fWeights);
   EXPECT_EQ(output.fClasses, input.fClasses);
   EXPECT_EQ(output.fOwner, input.fOwner);
   EXPECT_EQ(output.fTargetsOwner, input.fTargetsOwner);

   auto pipeline = TransformPipeline::Parse("N(_T_)", events.fContext);
   output = pipeline.FitTransform(input);
   EXPECT_EQ(output.fVariables.fData, input.fVariables.fData);
   EXPECT_NE(output.fTargets.fData, input.fTargets.fData);
   EXPECT_EQ(events.fTargets.Data()[0], input.fTargets.fData[0]);
}

TEST(TransformPipeline, TransformedSpectatorsKeepTheOldOwnerToo)
{
   ToyEvents events(100, 2, 0, 2);
   auto pipeline = TransformPipeline::Parse("N(_S0_)", events.fContext);
   const Sample output = pipeline.FitTransform(events.AsSample());
   EXPECT_NE(output.fSpectators.fData, events.fSpectators.Data());
   EXPECT_EQ(output.fSpectators(0, 0), -1);
   EXPECT_EQ(output.fSpectators(99, 1), events.fSpectators.Data()[199]) << "not selected, so not rounded to float";
   const auto before = events.fSpectators.Owner().use_count();
   {
      const Sample copy = output;
   }
   EXPECT_EQ(events.fSpectators.Owner().use_count(), before);
   EXPECT_GE(before, 3); // the matrix, the owner asked for, the one inside of the sample
}

TEST(TransformPipeline, RowsGetTheSameBitsOneByOneInBlocksAndFromTheFit)
{
   ToyEvents events(1003, 5);
   for (const char *spec : kSpecs) {
      auto pipeline = TransformPipeline::Parse(spec, events.fContext);
      const Sample fitted = pipeline.FitTransform(events.AsSample());
      const Sample again = pipeline.Transform(events.AsSample());
      ASSERT_EQ(0, std::memcmp(fitted.fVariables.fData, again.fVariables.fData, sizeof(float) * 1003 * 5)) << spec;
      for (Long64_t block : {1, 7, 8, 100, 128, 129}) {
         std::vector<float> rows(events.fVariables.Data(), events.fVariables.Data() + 1003 * 5);
         for (Long64_t first = 0; first < 1003; first += block)
            pipeline.Apply(std::min<Long64_t>(block, 1003 - first), rows.data() + first * 5);
         ASSERT_EQ(0, std::memcmp(fitted.fVariables.fData, rows.data(), sizeof(float) * 1003 * 5)) << spec << block;
      }
   }
}

TEST(TransformPipeline, ApplyRunsInManyThreads)
{
   ToyEvents events(2000, 4);
   auto pipeline = TransformPipeline::Parse("D,G", events.fContext);
   const Sample expected = pipeline.FitTransform(events.AsSample());
   std::vector<std::vector<float>> results(4);
   std::vector<std::thread> threads;
   for (auto &result : results) {
      threads.emplace_back([&] {
         result.assign(events.fVariables.Data(), events.fVariables.Data() + 8000);
         pipeline.Apply(2000, result.data());
      });
   }
   for (auto &thread : threads)
      thread.join();
   for (const auto &result : results)
      EXPECT_EQ(0, std::memcmp(result.data(), expected.fVariables.fData, 8000 * sizeof(float)));
}

TEST(TransformPipeline, DecorrelatedVariablesAreUncorrelated)
{
   ToyEvents events(5000, 6);
   auto pipeline = TransformPipeline::Parse("D", events.fContext);
   const Sample sample = pipeline.FitTransform(events.AsSample());
   double sum = 0, mean[6] = {}, product[6][6] = {};
   for (Long64_t i = 0; i < sample.Size(); ++i) {
      sum += sample.fWeights[i];
      for (int k = 0; k < 6; ++k) {
         mean[k] += sample.fWeights[i] * sample.fVariables(i, k);
         for (int l = 0; l < 6; ++l)
            product[k][l] += double(sample.fWeights[i]) * sample.fVariables(i, k) * sample.fVariables(i, l);
      }
   }
   for (int k = 0; k < 6; ++k) {
      for (int l = 0; l < 6; ++l)
         EXPECT_NEAR(product[k][l] / sum - mean[k] / sum * mean[l] / sum, k == l ? 1 : 0, 1e-5);
   }
}

TEST(TransformPipeline, TheReferenceClassChoosesTheParameters)
{
   ToyEvents events(4000, 2);
   auto pipeline = TransformPipeline::Parse("N_Class_1", events.fContext);
   const Sample sample = pipeline.FitTransform(events.AsSample());
   float low = 1e9, high = -1e9;
   for (Long64_t i = 0; i < sample.Size(); ++i) {
      if (sample.fClasses[i] == 1) {
         low = std::min(low, sample.fVariables(i, 0));
         high = std::max(high, sample.fVariables(i, 0));
      }
   }
   EXPECT_EQ(low, -1);
   EXPECT_EQ(high, 1);
}

TEST(TransformPipeline, TargetsComeBackThroughEveryChain)
{
   ToyEvents events(3000, 2, 3, 0, 1);
   struct Case {
      const char *fSpec;
      double fTolerance; ///< relative
   };
   // The curve of U and G is flat where there are few events, so single precision of y costs accuracy of x there.
   for (const Case &c : {Case{"N", 1e-6}, Case{"N(_T_)", 1e-6}, Case{"D(_T_)", 1e-5}, Case{"P(_T_)", 1e-5},
                         Case{"N,D(_T_),N(_T1_)", 1e-5}, Case{"U", 2e-2}, Case{"G(_T_)", 2e-2}, Case{"N,U", 2e-2},
                         Case{"U,N", 2e-2}, Case{"P(_T_),N,G(_T0_,_T2_)", 2e-2}}) {
      auto pipeline = TransformPipeline::Parse(c.fSpec, events.fContext);
      EXPECT_TRUE(pipeline.TransformsTargets()) << c.fSpec;
      const Sample sample = pipeline.FitTransform(events.AsSample());
      std::vector<float> back(sample.fTargets.fData, sample.fTargets.fData + sample.fTargets.Size());
      ASSERT_NE(0, std::memcmp(back.data(), events.fTargets.Data(), back.size() * sizeof(float))) << c.fSpec;
      pipeline.InvertTargets(sample.Size(), back.data());
      for (std::size_t i = 0; i < back.size(); ++i) {
         const double x = events.fTargets.Data()[i];
         ASSERT_NEAR(back[i], x, c.fTolerance * std::abs(x)) << c.fSpec << " element " << i;
      }
   }
}

TEST(TransformPipeline, AbsentTargetsAndSpectatorsAreLeftOut)
{
   ToyEvents events(500, 2, 2, 1);
   auto pipeline = TransformPipeline::Parse("N(_V_,_T_,_S_),G(_T0_)", events.fContext);
   const Sample sample = pipeline.FitTransform(events.AsSample());
   std::vector<float> rows(events.fVariables.Data(), events.fVariables.Data() + 1000);
   pipeline.Apply(500, rows.data());
   EXPECT_EQ(0, std::memcmp(rows.data(), sample.fVariables.fData, 1000 * sizeof(float)));

   auto mixed = TransformPipeline::Parse("D(_V_,_S0_)", events.fContext);
   mixed.FitTransform(events.AsSample());
   ExpectError(EErrorCode::kArgument, {"spectators"}, [&] { mixed.Apply(500, rows.data()); });
}

TEST(TransformPipeline, TargetsAndSpectatorsOfRowsAreTransformedToo)
{
   ToyEvents events(300, 2, 2, 1);
   auto pipeline = TransformPipeline::Parse("N(_V_,_T_,_S_),D(_T_)", events.fContext);
   const Sample sample = pipeline.FitTransform(events.AsSample());
   std::vector<float> rows(events.fVariables.Data(), events.fVariables.Data() + 600);
   std::vector<float> targets(events.fTargets.Data(), events.fTargets.Data() + 600);
   std::vector<double> spectators(events.fSpectators.Data(), events.fSpectators.Data() + 300);
   pipeline.Apply(300, rows.data(), targets.data(), spectators.data());
   EXPECT_EQ(0, std::memcmp(rows.data(), sample.fVariables.fData, 600 * sizeof(float)));
   EXPECT_EQ(0, std::memcmp(targets.data(), sample.fTargets.fData, 600 * sizeof(float)));
   EXPECT_EQ(0, std::memcmp(spectators.data(), sample.fSpectators.fData, 300 * sizeof(double)));
   EXPECT_EQ(spectators.front(), -1);
   EXPECT_EQ(spectators.back(), 1);
}

TEST(TransformPipeline, ASecondFitForgetsTheFirst)
{
   ToyEvents first(300, 3, 1, 0, 2, 1), second(200, 3, 1, 0, 2, 2);
   for (int i = 0; i < 300; ++i)
      first.Variable(i, 0) = 1000 * first.Variable(i, 0) - 7;
   for (const char *spec : {"N", "D", "P", "G", "U", "N(_T_),D,G", "P_Class_1,U_Class_0"}) {
      auto once = TransformPipeline::Parse(spec, first.fContext),
           twice = TransformPipeline::Parse(spec, first.fContext);
      twice.FitTransform(first.AsSample());
      const Sample expected = once.FitTransform(second.AsSample()), found = twice.FitTransform(second.AsSample());
      EXPECT_EQ(0, std::memcmp(expected.fVariables.fData, found.fVariables.fData, 600 * sizeof(float))) << spec;
      EXPECT_EQ(0, std::memcmp(expected.fTargets.fData, found.fTargets.fData, 200 * sizeof(float))) << spec;
      std::vector<float> a(expected.fTargets.fData, expected.fTargets.fData + 200), b = a;
      once.InvertTargets(200, a.data());
      twice.InvertTargets(200, b.data());
      EXPECT_EQ(a, b) << spec;
   }
}

TEST(TransformPipeline, NaNStaysNaN)
{
   ToyEvents events(500, 3);
   for (const char *spec : {"N", "G", "U", "D,G"}) {
      auto pipeline = TransformPipeline::Parse(spec, events.fContext);
      pipeline.FitTransform(events.AsSample());
      float row[3] = {std::nanf(""), 1, 2};
      pipeline.Apply(1, row);
      EXPECT_TRUE(std::isnan(row[0])) << spec;
   }
}

TEST(TransformPipeline, FarValuesStayWithinTheLimitsOfGaussAndUniform)
{
   ToyEvents events(500, 1);
   auto gauss = TransformPipeline::Parse("G", events.fContext),
        uniform = TransformPipeline::Parse("U", events.fContext);
   gauss.FitTransform(events.AsSample());
   uniform.FitTransform(events.AsSample());
   for (float x : {1e30f, -1e30f, HUGE_VALF, -HUGE_VALF}) {
      float g = x, u = x;
      gauss.Apply(1, &g);
      uniform.Apply(1, &u);
      EXPECT_NEAR(std::abs(g), 5.7307, 1e-3) << x;
      EXPECT_NEAR(u, x > 0 ? 1 : 0, 1e-8) << x;
   }
}

TEST(TransformPipeline, AConstantVariableIsHarmlessInNormalizeGaussAndUniform)
{
   ToyEvents events(300, 2);
   for (Long64_t i = 0; i < 300; ++i)
      events.Variable(i, 1) = 7;
   for (const auto &[spec, value] : std::vector<std::pair<std::string, float>>{{"N", 0.f}, {"G", 0.f}, {"U", 0.5f}}) {
      auto pipeline = TransformPipeline::Parse(spec, events.fContext);
      const Sample sample = pipeline.FitTransform(events.AsSample());
      EXPECT_EQ(sample.fVariables(17, 1), value) << spec;
      float row[2] = {0, 8};
      pipeline.Apply(1, row);
      EXPECT_EQ(row[1], value) << spec;
   }
}

TEST(TransformPipeline, SingularCovariancesNameTheVariables)
{
   ToyEvents events(300, 4);
   for (Long64_t i = 0; i < 300; ++i)
      events.Variable(i, 2) = 2 * events.Variable(i, 0) - events.Variable(i, 3);
   auto pipeline = TransformPipeline::Parse("D", events.fContext);
   try {
      pipeline.FitTransform(events.AsSample());
      FAIL() << "a singular covariance matrix was accepted";
   } catch (const Error &error) {
      const std::string text = error.what();
      EXPECT_EQ(error.GetCode(), EErrorCode::kData);
      for (const char *name : {"v0", "v2", "v3"})
         EXPECT_NE(text.find(name), std::string::npos) << text;
      EXPECT_EQ(text.find("v1"), std::string::npos) << text;
   }
   EXPECT_FALSE(pipeline.IsFitted());

   for (Long64_t i = 0; i < 300; ++i)
      events.Variable(i, 1) = 5;
   ExpectError(EErrorCode::kData, {"\"v1\" is constant"}, [&] { pipeline.FitTransform(events.AsSample()); });
}

TEST(TransformPipeline, AVariableThatIsConstantInOneClassOnlyCanBeDecorrelated)
{
   ToyEvents events(300, 2);
   for (Long64_t i = 0; i < 300; ++i) {
      if (events.fClasses[i] == 0)
         events.Variable(i, 1) = 5;
   }
   EXPECT_NO_THROW(TransformPipeline::Parse("D", events.fContext).FitTransform(events.AsSample()));
   EXPECT_NO_THROW(TransformPipeline::Parse("D_Class_1", events.fContext).FitTransform(events.AsSample()));
   EXPECT_THROW(TransformPipeline::Parse("D_Class_0", events.fContext).FitTransform(events.AsSample()),
                TorchMVA::Error);
}

TEST(TransformPipeline, WeightsWithoutAPositiveSumAreRefusedByGauss)
{
   ToyEvents events(300, 2);
   for (float &w : events.fWeights)
      w = -1;
   auto pipeline = TransformPipeline::Parse("G", events.fContext);
   ExpectError(EErrorCode::kData, {"v0", "weights"}, [&] { pipeline.FitTransform(events.AsSample()); });
}

TEST(TransformPipeline, UseBeforeTheFitIsAnError)
{
   ToyEvents events(10, 2);
   const auto pipeline = TransformPipeline::Parse("D,G", events.fContext);
   float row[2] = {};
   ExpectError(EErrorCode::kState, {"D,G"}, [&] { pipeline.Apply(1, row); });
   ExpectError(EErrorCode::kState, {"D,G"}, [&] { pipeline.Transform(events.AsSample()); });
   ExpectError(EErrorCode::kData, {"events"},
               [&] { TransformPipeline::Parse("N", events.fContext).FitTransform(events.AsSample().Slice(0, 0)); });
}
