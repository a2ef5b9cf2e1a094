// The life cycle that all methods share, seen through a method that writes down what it gets.

#include "TorchMVA/Method/MethodBase.hxx"

#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <numeric>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

namespace {

constexpr Long64_t kTrainingEvents = 40, kTestEvents = 150000, kVariables = 2;

/// x0 is the number of the event, x1 its square root; every third weight is negative.
std::shared_ptr<DataSet> MakeDataSet(DataSetInfo &)
{
   constexpr Long64_t n = kTrainingEvents + kTestEvents;
   SharedMatrix<float> variables(n, kVariables), targets(n, 0), weights(n, 1);
   SharedMatrix<double> spectators(n, 0);
   SharedMatrix<int> classes(n, 1);
   for (Long64_t i = 0; i < n; ++i) {
      variables.View()(i, 0) = i;
      variables.View()(i, 1) = std::sqrt(static_cast<float>(i));
      weights.Data()[i] = i % 3 == 0 ? -1 : 2;
      classes.Data()[i] = i % 2;
   }
   return std::make_shared<DataSet>(variables, targets, spectators, weights, classes, kTrainingEvents, 2,
                                    std::vector<double>{1, 1});
}

/// Two outputs: the sum of the inputs, and minus that; their errors are the first input, plus 0 and plus 1.
class RecordingMethod : public MethodBase {
public:
   RecordingMethod(DataSetInfo &info, const TString &options) : MethodBase("job", Types::kFisher, "rec", info, options)
   {
   }
   Bool_t HasAnalysisType(Types::EAnalysisType, UInt_t, UInt_t) override { return kTRUE; }
   void DeclareOptions() override {}
   void ProcessOptions() override {}
   void Train() override
   {
      const Sample &sample = TrainingSample();
      fSeenRows = sample.fVariables.fData;
      fSeenWeights.assign(sample.fWeights, sample.fWeights + sample.Size());
   }
   UInt_t GetNOutputs() const override { return 2; }
   void Predict(const float *rows, Long64_t n, float *outputs) const override
   {
      fBlocks.push_back(n);
      for (Long64_t i = 0; i < n; ++i) {
         outputs[2 * i] = std::accumulate(rows + i * kVariables, rows + (i + 1) * kVariables, 0.f);
         outputs[2 * i + 1] = -outputs[2 * i];
      }
   }
   Bool_t PredictErrors(const float *rows, Long64_t n, float *errors) const override
   {
      for (Long64_t i = 0; i < 2 * n; ++i)
         errors[i] = rows[i / 2 * kVariables] + i % 2;
      return kTRUE;
   }
   Sample GetTrainingSample() const { return TrainingSample(); }

   const float *fSeenRows = nullptr;
   std::vector<float> fSeenWeights;
   mutable std::vector<Long64_t> fBlocks;
   Long64_t fBlockRows = 1 << 16;
   Long64_t GetBlockRows() const override { return fBlockRows; }

protected:
   void AddWeightsXMLTo(const XmlNode &) const override {}
   void ReadWeightsFromXML(const XmlNode &) override {}
};

class MethodBaseTest : public ::testing::Test {
protected:
   MethodBaseTest()
   {
      gConfig().SetSilent(kTRUE);
      fInfo.AddVariable("x0");
      fInfo.AddVariable("x1");
      fInfo.AddClass("Background");
      fInfo.AddClass("Signal");
      fInfo.SetBuilder(MakeDataSet);
   }
   std::unique_ptr<RecordingMethod> Make(const TString &options)
   {
      auto method = std::make_unique<RecordingMethod>(fInfo, options);
      method->SetAnalysisType(Types::kClassification);
      method->SetupMethod();
      method->ProcessSetup();
      return method;
   }
   DataSetInfo fInfo{"dataset"};
};

} // namespace

TEST_F(MethodBaseTest, WithoutTransformationTheMethodGetsTheDataSetItself)
{
   const auto method = Make("");
   method->TrainMethod();
   EXPECT_EQ(method->fSeenRows, fInfo.GetDataSet()->GetSample(Types::kTraining).fVariables.fData);
   EXPECT_EQ(method->GetTrainingSample().Size(), 0) << "and lets it go after the training";
}

TEST_F(MethodBaseTest, NegativeWeightsAreIgnoredOnRequestAndForThisMethodOnly)
{
   const auto ignoring = Make("IgnoreNegWeightsInTraining");
   const auto keeping = Make("");
   ignoring->TrainMethod();
   keeping->TrainMethod();
   const float *weights = fInfo.GetDataSet()->GetSample(Types::kTraining).fWeights;
   ASSERT_EQ(ignoring->fSeenWeights.size(), static_cast<std::size_t>(kTrainingEvents));
   for (Long64_t i = 0; i < kTrainingEvents; ++i) {
      EXPECT_EQ(weights[i], i % 3 == 0 ? -1 : 2) << "the data set keeps its weights";
      EXPECT_EQ(ignoring->fSeenWeights[i], i % 3 == 0 ? 0 : 2);
      EXPECT_EQ(keeping->fSeenWeights[i], weights[i]);
   }
}

TEST_F(MethodBaseTest, ResponsesAreTheSignalColumnInOrder)
{
   const auto method = Make("");
   method->TrainMethod();
   method->AddOutput(Types::kTesting);
   const auto &responses = method->GetResponses(Types::kTesting);
   ASSERT_EQ(responses.size(), static_cast<std::size_t>(kTestEvents));
   EXPECT_GT(method->fBlocks.size(), 1u) << "large samples go in blocks";
   // The signal is class 1, so the response is minus the sum.
   const float *rows = fInfo.GetDataSet()->GetSample(Types::kTesting).fVariables.fData;
   for (const Long64_t i : {0LL, 1LL, 65535LL, 65536LL, 149999LL})
      EXPECT_EQ(responses[i], -(rows[2 * i] + rows[2 * i + 1])) << i;
   method->SetCurrentType(Types::kTesting);
   const auto part = method->GetMvaValues(100, 200);
   ASSERT_EQ(part.size(), 100u);
   EXPECT_EQ(part[0], responses[100]) << "events [first, last), not [0, last - first)";
   EXPECT_EQ(method->GetMvaValues(-1).size(), static_cast<std::size_t>(kTestEvents));
}

TEST_F(MethodBaseTest, TransformedBlocksEqualSingleEvents)
{
   const auto method = Make("VarTransform=N");
   method->TrainMethod();
   method->AddOutput(Types::kTesting);
   const auto &responses = method->GetResponses(Types::kTesting);
   for (const Long64_t i : {0LL, 70000LL, 149999LL}) {
      const Event event = fInfo.GetDataSet()->CopyEvent(i, Types::kTesting);
      EXPECT_EQ(method->GetMvaValue(&event), responses[i]);
      // with spectators, of which this data set has none, the variables are transformed too
      const double spectator = 7;
      float response = 0;
      method->Evaluate(event.GetValues().data(), 1, &response, &spectator);
      EXPECT_EQ(response, responses[i]);
   }
   // the range of the training sample, [0, 39] and its roots, becomes [-1, 1]
   const Event last = method->GetEvent(kTrainingEvents - 1, Types::kTraining);
   EXPECT_EQ(last.GetValues(), (std::vector<Float_t>{1, 1}));
   EXPECT_EQ(last.GetClass(), 1u);
   EXPECT_EQ(last.GetOriginalWeight(), -1);
   EXPECT_EQ(method->GetEventCollection(Types::kTraining).at(0)->GetValues(), (std::vector<Float_t>{-1, -1}));
}

TEST_F(MethodBaseTest, BlocksHaveTheSizeThatTheMethodWants)
{
   const auto method = Make("");
   const Sample sample = fInfo.GetDataSet()->GetSample(Types::kTraining);
   std::vector<float> responses(kTrainingEvents);
   method->fBlockRows = 15;
   method->Evaluate(sample.fVariables.fData, kTrainingEvents, responses.data());
   EXPECT_EQ(method->fBlocks, (std::vector<Long64_t>{15, 15, 10}));
   for (Long64_t i = 0; i < kTrainingEvents; ++i)
      EXPECT_EQ(responses[i], -(i + std::sqrt(static_cast<float>(i))));
   method->fBlocks.clear();
   method->fBlockRows = 0; // as small as possible
   method->Evaluate(sample.fVariables.fData, 2, responses.data());
   EXPECT_EQ(method->fBlocks, (std::vector<Long64_t>{1, 1}));
}

TEST_F(MethodBaseTest, ErrorsAreThoseOfTheSignalColumn)
{
   const float rows[] = {3, 9, 5, 9, 7, 9};
   float errors[4] = {0, 0, 0, -7};
   const auto plain = Make("");
   EXPECT_TRUE(plain->EvaluateErrors(rows, 3, errors));
   EXPECT_EQ(errors[3], -7) << "behind the last event";
   for (int i = 0; i < 3; ++i)
      EXPECT_EQ(errors[i], rows[2 * i] + 1) << "class 1 is the signal";
   // x0 of the training sample goes from 0 to 39
   const auto normalised = Make("VarTransform=N");
   normalised->TrainMethod();
   EXPECT_TRUE(normalised->EvaluateErrors(rows, 3, errors));
   for (int i = 0; i < 3; ++i)
      EXPECT_NEAR(errors[i], rows[2 * i] / 19.5 - 1 + 1, 1e-6);
   // several classes: all columns, whichever is the signal
   const auto several = Make("");
   several->SetAnalysisType(Types::kMulticlass);
   float columns[7] = {0, 0, 0, 0, 0, 0, -7};
   EXPECT_TRUE(several->EvaluateErrors(rows, 3, columns));
   for (int i = 0; i < 6; ++i)
      EXPECT_EQ(columns[i], rows[i / 2 * 2] + i % 2);
   EXPECT_EQ(columns[6], -7);
   const Event event({5, 9});
   double lower = 0, upper = 0;
   EXPECT_EQ(plain->GetMvaValue(&event, &lower, &upper), -14);
   EXPECT_EQ(lower, 6);
   EXPECT_EQ(upper, 6);
}

TEST_F(MethodBaseTest, PartsOfASample)
{
   const auto method = Make("");
   method->TrainMethod();
   method->SetCurrentType(Types::kTraining);
   const auto first = [&](Long64_t begin, Long64_t end) {
      const auto values = method->GetMvaValues(begin, end);
      return std::pair(values.size(), values.empty() ? 0 : values.front());
   };
   using Part_t = std::pair<std::size_t, double>;
   EXPECT_EQ(first(0, kTrainingEvents), Part_t(kTrainingEvents, 0));
   EXPECT_EQ(first(1, 3), Part_t(2, -2)); // of 1 and its root
   EXPECT_EQ(first(4, 4), Part_t(0, 0));
   EXPECT_EQ(first(4, -1), Part_t(kTrainingEvents - 4, -6));
   EXPECT_EQ(first(4, 1000), Part_t(kTrainingEvents - 4, -6));
   EXPECT_EQ(first(9, 4), Part_t(kTrainingEvents - 9, -12)) << "an end before the beginning means all";
   EXPECT_EQ(first(-5, 2), Part_t(2, 0));
}

TEST(MethodBase, SpectatorsFollowTheirBlocks)
{
   constexpr Long64_t n = 40;
   DataSetInfo info("dataset");
   info.AddVariable("x0");
   info.AddVariable("x1");
   info.AddSpectator("s");
   info.AddClass("Background");
   info.AddClass("Signal");
   SharedMatrix<float> variables(n, 2), weights(n, 1);
   SharedMatrix<double> spectators(n, 1);
   SharedMatrix<int> classes(n, 1);
   for (Long64_t i = 0; i < n; ++i) {
      spectators.Data()[i] = std::sin(i * i);
      variables.View()(i, 0) = static_cast<float>(std::cos(i) + spectators.Data()[i]);
      variables.View()(i, 1) = static_cast<float>(i);
      weights.Data()[i] = 1;
      classes.Data()[i] = i % 2;
   }
   info.SetDataSet(std::make_shared<DataSet>(variables, SharedMatrix<float>(n, 0), spectators, weights, classes, n, 2,
                                             std::vector<double>{1, 1}));
   RecordingMethod method(info, "VarTransform=D(_V_,_S0_)"); // mixes the spectator into the variables
   method.SetAnalysisType(Types::kClassification);
   method.SetupMethod();
   method.ProcessSetup();
   method.TrainMethod();
   std::vector<float> expected(n), found(n);
   method.Evaluate(variables.Data(), n, expected.data(), spectators.Data());
   for (const Long64_t block : {1, 7, 39}) {
      method.fBlockRows = block;
      method.Evaluate(variables.Data(), n, found.data(), spectators.Data());
      EXPECT_EQ(found, expected) << block;
   }
}

TEST_F(MethodBaseTest, WrongOrderAndWrongOptionsAreErrors)
{
   const auto method = Make("");
   ExpectError(EErrorCode::kState, {"TestAllMethods"}, [&] { method->GetResponses(Types::kTesting); });
   ExpectError(EErrorCode::kState, {"SetupMethod"}, [&] { method->SetupMethod(); });
   ExpectError(EErrorCode::kOption, {"VarTransfrom", "VarTransform"}, [&] { Make("VarTransfrom=D"); });
   ExpectError(EErrorCode::kOption, {}, [&] { Make("VarTransform=Q"); });
   ExpectError(EErrorCode::kState, {"2 variables"}, [&] { method->GetMvaValue(); });
}
