#include "TorchMVA/Reader.hxx"

#include "../Facade/ClassExample.hxx"
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

TEST_F(ReaderTest, MistakesAreNamed)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   reader.BookMVA("F", kWeights);
   ExpectError(EErrorCode::kState, {}, [&] { reader.BookMVA("F", kWeights); });
   ExpectError(EErrorCode::kState, {"\"F\""}, [&] { reader.EvaluateMVA("G"); });
   EXPECT_EQ(reader.FindMVA("G"), nullptr);
   ExpectError(EErrorCode::kFile, {"no/such.xml"}, [&] { reader.BookMVA("G", "no/such.xml"); });
   Int_t number = 0;
   ExpectError(EErrorCode::kArgument, {}, [&] { reader.AddVariable("n", &number); });
   ExpectError(EErrorCode::kMethod, {"multiclass", "use EvaluateMVA"}, [&] { reader.EvaluateMulticlass("F"); });
   ExpectError(EErrorCode::kMethod, {"multiclass", "use EvaluateMVA"}, [&] { reader.EvaluateMulticlass(3, "F"); });
   ExpectError(EErrorCode::kMethod, {"regression", "use EvaluateMVA"}, [&] { reader.EvaluateRegression("F"); });
   ExpectError(EErrorCode::kOption, {}, [] { Reader misspelt("Slient"); });
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
