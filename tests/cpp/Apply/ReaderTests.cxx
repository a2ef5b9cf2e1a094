#include "TorchMVA/Reader.hxx"

#include "../Facade/ClassExample.hxx"
#include "TError.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Factory.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>
#include <thread>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

namespace {

const char *kWeights = "dataset/weights/job_Fisher.weights.xml";

class ReaderTest : public ::testing::Test {
protected:
   void SetUp() override
   {
      const TorchMVA::Test::ClassExample example;
      auto loader = example.MakeLoader("dataset");
      Factory factory("job", "!V:Silent:!Color:AnalysisType=Classification");
      factory.BookMethod(loader.get(), Types::kFisher, "Fisher", "VarTransform=D,G");
      factory.TrainAllMethods();
      factory.TestAllMethods();
      const auto *method = factory.GetMethod("dataset", "Fisher");
      fExpected = method->GetResponses(Types::kTesting);
      const Sample sample = loader->GetDataSetInfo().GetDataSet()->GetSample(Types::kTesting);
      fRows.assign(sample.fVariables.fData, sample.fVariables.fData + sample.fVariables.Size());
   }

   void Declare(Reader &reader)
   {
      for (int i = 0; i < 4; ++i)
         reader.AddVariable(TString::Format("var%d", i + 1), &fInputs[i]);
   }

   TorchMVA::Test::WorkingDir fFolder;
   std::vector<float> fExpected, fRows;
   Float_t fInputs[4] = {0, 0, 0, 0};
};

} // namespace

TEST_F(ReaderTest, AllFormsGiveTheNumbersOfTheFactory)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   reader.BookMVA("any tag", kWeights);
   std::vector<float> batch(fExpected.size());
   reader.EvaluateBatch("any tag", fRows.data(), batch.size(), batch.data());
   for (std::size_t i = 0; i < fExpected.size(); i += 97) {
      std::copy_n(fRows.data() + 4 * i, 4, fInputs);
      EXPECT_EQ(reader.EvaluateMVA("any tag"), fExpected[i]);
      EXPECT_EQ(reader.EvaluateMVA(std::vector<Float_t>(fInputs, fInputs + 4), "any tag"), fExpected[i]);
      EXPECT_EQ(reader.EvaluateMVA(std::vector<Double_t>(fInputs, fInputs + 4), "any tag"), fExpected[i]);
      EXPECT_EQ(batch[i], fExpected[i]);
   }
}

TEST_F(ReaderTest, NamesWithoutAddressesServeTheVectorForm)
{
   Reader reader(TString("var1:var2:var3:var4"), "!Color:Silent");
   reader.BookMVA("F", kWeights);
   EXPECT_EQ(reader.EvaluateMVA(std::vector<Float_t>(fRows.begin(), fRows.begin() + 4), "F"), fExpected[0]);
   ExpectError(EErrorCode::kState, {"var1"}, [&] { reader.EvaluateMVA("F"); });
   ExpectError(EErrorCode::kArgument, {}, [&] { reader.EvaluateMVA(std::vector<Float_t>{1, 2}, "F"); });
}

TEST_F(ReaderTest, BooksFromTheTextOfAWeightFile)
{
   std::stringstream text;
   text << std::ifstream(kWeights).rdbuf();
   Reader reader("!Color:Silent");
   Declare(reader);
   reader.BookMVA(Types::kFisher, text.str().c_str());
   std::copy_n(fRows.data(), 4, fInputs);
   EXPECT_EQ(reader.EvaluateMVA("Fisher"), fExpected[0]);
}

TEST_F(ReaderTest, NaNGivesMinus999)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   reader.BookMVA("F", kWeights);
   fInputs[2] = std::numeric_limits<float>::quiet_NaN();
   EXPECT_EQ(reader.EvaluateMVA("F"), -999);
   fInputs[2] = 0;
   EXPECT_NE(reader.EvaluateMVA("F"), -999);
}

TEST_F(ReaderTest, ABlockHasTheNumbersOfSingleEventsAlsoWithNaN)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   reader.BookMVA("F", kWeights);
   const Long64_t n = 70000; // more than one block of the evaluation
   std::vector<float> rows(4 * n);
   for (std::size_t i = 0; i < rows.size(); ++i)
      rows[i] = fRows[i % fRows.size()];
   const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
   for (const Long64_t i : {0, 32767, 32768, 69999})
      rows[4 * i + i % 4] = i % 2 ? nan : -nan;
   rows[4 * 100] = infinity; // a number: it reaches the method
   std::vector<float> batch(n);
   std::vector<std::string> lines;
   static std::vector<std::string> *gLines = nullptr;
   gLines = &lines;
   const auto before = SetErrorHandler([](int, Bool_t, const char *, const char *text) { gLines->emplace_back(text); });
   reader.EvaluateBatch("F", rows.data(), n, batch.data());
   SetErrorHandler(before);
   ASSERT_EQ(lines.size(), 1u);
   EXPECT_EQ(lines[0], "4 of 70000 events have a NaN among their variables --> return MVA value -999");
   for (Long64_t i = 0; i < n; ++i) {
      const bool isNaN = i == 0 || i == 32767 || i == 32768 || i == 69999;
      ASSERT_EQ(batch[i] == -999, isNaN) << i;
      if (isNaN || i == 100 || i % 500 != 1)
         continue;
      std::copy_n(rows.data() + 4 * i, 4, fInputs);
      ASSERT_EQ(reader.EvaluateMVA("F"), batch[i]) << i;
   }
}

TEST_F(ReaderTest, BlocksFromManyThreadsAreThoseOfOne)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   reader.BookMVA("F", kWeights);
   const Long64_t n = fExpected.size();
   std::vector<std::vector<float>> found(4, std::vector<float>(n));
   std::vector<std::thread> threads;
   for (auto &responses : found)
      threads.emplace_back([&reader, &responses, this, n] {
         for (Long64_t first = 0; first < n; first += 7)
            reader.EvaluateBatch("F", fRows.data() + 4 * first, std::min<Long64_t>(7, n - first), &responses[first]);
      });
   for (auto &thread : threads)
      thread.join();
   for (const auto &responses : found)
      EXPECT_EQ(responses, fExpected);
}

TEST_F(ReaderTest, SeveralMethodsShareTheInputs)
{
   const TorchMVA::Test::ClassExample example;
   auto loader = example.MakeLoader("other");
   Factory factory("job", "!V:Silent:!Color:AnalysisType=Classification");
   factory.BookMethod(loader.get(), Types::kLD, "LD", "VarTransform=N");
   factory.TrainAllMethods();

   Reader reader("!Color:Silent"), alone("!Color:Silent");
   Declare(reader);
   Declare(alone);
   reader.BookMVA("F", kWeights);
   auto *second = dynamic_cast<MethodBase *>(reader.BookMVA("L", "other/weights/job_LD.weights.xml"));
   alone.BookMVA("L", "other/weights/job_LD.weights.xml");
   ASSERT_NE(second, nullptr);
   for (std::size_t i = 0; i < fExpected.size(); i += 97) { // in turns: the last tag is remembered
      std::copy_n(fRows.data() + 4 * i, 4, fInputs);
      ASSERT_EQ(reader.EvaluateMVA("F"), fExpected[i]);
      ASSERT_EQ(reader.EvaluateMVA("L"), alone.EvaluateMVA("L"));
      ASSERT_EQ(reader.EvaluateMVA(second), alone.EvaluateMVA("L"));
      ASSERT_NE(reader.EvaluateMVA("L"), fExpected[i]);
   }
   ExpectError(EErrorCode::kState, {"\"F\", \"L\""}, [&] { reader.EvaluateMVA("N"); });
   EXPECT_EQ(reader.EvaluateMVA("L"), alone.EvaluateMVA("L"));
}

TEST_F(ReaderTest, WrongBlocksAreNamed)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   reader.BookMVA("F", kWeights);
   float response = 7;
   ExpectError(EErrorCode::kState, {"\"G\"", "\"F\""}, [&] { reader.EvaluateBatch("G", fRows.data(), 1, &response); });
   ExpectError(EErrorCode::kArgument, {"found -1"}, [&] { reader.EvaluateBatch("F", fRows.data(), -1, &response); });
   ExpectError(EErrorCode::kArgument, {"variables", "null"}, [&] { reader.EvaluateBatch("F", nullptr, 1, &response); });
   ExpectError(EErrorCode::kArgument, {"responses", "null"},
               [&] { reader.EvaluateBatch("F", fRows.data(), 1, nullptr); });
   reader.EvaluateBatch("F", nullptr, 0, nullptr);
   EXPECT_EQ(response, 7);
   EXPECT_EQ(reader.GetNResponses("F"), 1u);
   ExpectError(EErrorCode::kState, {"\"G\""}, [&] { reader.GetNResponses("G"); });
}

TEST_F(ReaderTest, MistakesAreNamed)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   reader.BookMVA("F", kWeights);
   ExpectError(EErrorCode::kState, {"already exists"}, [&] { reader.BookMVA("F", kWeights); });
   ExpectError(EErrorCode::kState, {"already exists"}, [&] { reader.BookMVA("F", "no/such.xml"); });
   ExpectError(EErrorCode::kState, {"\"F\""}, [&] { reader.EvaluateMVA("G"); });
   EXPECT_EQ(reader.FindMVA("G"), nullptr);
   ExpectError(EErrorCode::kFile, {"no/such.xml"}, [&] { reader.BookMVA("G", "no/such.xml"); });
   ExpectError(EErrorCode::kMethod, {"multiclass", "use EvaluateMVA"}, [&] { reader.EvaluateMulticlass("F"); });
   ExpectError(EErrorCode::kMethod, {"multiclass", "use EvaluateMVA"}, [&] { reader.EvaluateMulticlass(3, "F"); });
   ExpectError(EErrorCode::kMethod, {"regression", "use EvaluateMVA"}, [&] { reader.EvaluateRegression("F"); });
   for (const std::vector<float> &values : {std::vector<float>{1, 2, 3}, {1, 2, 3, 4, 5}})
      ExpectError(EErrorCode::kArgument, {"expected 4 variables, found " + std::to_string(values.size())},
                  [&] { reader.EvaluateMVA(values, "F"); });
   ExpectError(EErrorCode::kOption, {}, [] { Reader misspelt("Slient=1"); });
}

TEST_F(ReaderTest, OtherVariablesAreRefusedWithBothSpellings)
{
   Reader fewer("!Color:Silent");
   fewer.AddVariable("var1", &fInputs[0]);
   ExpectError(EErrorCode::kWeightFile, {}, [&] { fewer.BookMVA("F", kWeights); });

   Reader swapped("!Color:Silent");
   for (const char *name : {"var2", "var1", "var3", "var4"})
      swapped.AddVariable(name, &fInputs[0]);
   ExpectError(EErrorCode::kWeightFile, {"var1", "var2"}, [&] { swapped.BookMVA("F", kWeights); });
   EXPECT_EQ(swapped.FindMVA("F"), nullptr);
}
