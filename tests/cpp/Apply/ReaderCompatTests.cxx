// What macros written for TMVA's Reader rely on beside its numbers (those are in ReaderTests).

#include "TError.h"
#include "TTree.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Reader.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"
#include "support/WeightFileText.hxx"

#include <gtest/gtest.h>

#include <limits>
#include <utility>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;
using TorchMVA::Test::ReadText;
using TorchMVA::Test::WithoutChecksums;
using TorchMVA::Test::WriteText;

namespace {

const char *kWeights = "dataset/weights/job_F.weights.xml";

std::vector<std::pair<int, std::string>> gLines;
void Remember(int level, Bool_t, const char *, const char *message)
{
   gLines.emplace_back(level, message);
}

/// What ROOT's error handler gets during `action`: level and text.
template <typename Action>
std::vector<std::pair<int, std::string>> Reports(Action &&action)
{
   gLines.clear();
   const auto before = SetErrorHandler(Remember);
   action();
   SetErrorHandler(before);
   return gLines;
}

/// Fisher on the array x[3] and the spectators "number" and "double x0 := x[0]*2".
class ReaderCompatTest : public ::testing::Test {
protected:
   void SetUp() override
   {
      Float_t x[3];
      Int_t number = 0;
      TTree signal("S", ""), background("B", "");
      for (TTree *tree : {&signal, &background}) {
         tree->SetDirectory(nullptr);
         tree->Branch("x", x, "x[3]/F");
         tree->Branch("number", &number, "number/I");
         for (int i = 0; i < 200; ++i) {
            number = i;
            for (int k = 0; k < 3; ++k)
               x[k] = float((i * (5 + k)) % 31) / 10 + (tree == &signal ? 0.5f : 0.f) * k;
            tree->Fill();
         }
      }
      DataLoader loader("dataset");
      loader.AddVariablesArray("x", 3);
      loader.AddSpectator("number", 'I');
      loader.AddSpectator("doubled := number*2");
      loader.AddSignalTree(&signal);
      loader.AddBackgroundTree(&background);
      loader.PrepareTrainingAndTestTree("", "SplitMode=Block:!V");
      Factory factory("job", "!V:Silent:!Color:AnalysisType=Classification");
      factory.BookMethod(&loader, Types::kFisher, "F", "");
      factory.TrainAllMethods();
      factory.TestAllMethods();
      const auto *method = factory.GetMethod("dataset", "F");
      fExpected = method->GetResponses(Types::kTesting);
      const Sample sample = loader.GetDataSetInfo().GetDataSet()->GetSample(Types::kTesting);
      fRows.assign(sample.fVariables.fData, sample.fVariables.fData + sample.fVariables.Size());
   }

   void Declare(Reader &reader)
   {
      for (int i = 0; i < 3; ++i)
         reader.AddVariable("x", &fInputs[i]); // the name of the array, once an element
      reader.AddSpectator("number", &fNumber);
      reader.AddSpectator("doubled := number * 2", &fDoubled); // blanks do not matter
   }

   TorchMVA::Test::WorkingDir fFolder;
   std::vector<float> fExpected, fRows;
   Float_t fInputs[3] = {0, 0, 0};
   Int_t fNumber = 0; // spectators may be integers
   Float_t fDoubled = 0;
};

} // namespace

TEST_F(ReaderCompatTest, ArraysAreDeclaredByNameOnceAnElementAndSpectatorsMayBeIntegers)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   reader.BookMVA("BDTG method", kWeights); // any tag
   for (std::size_t i = 0; i < fExpected.size(); i += 7) {
      std::copy_n(fRows.data() + 3 * i, 3, fInputs);
      ASSERT_EQ(reader.EvaluateMVA("BDTG method"), fExpected[i]) << i;
   }
}

namespace {

/// The response of a reader whose spectators stand in numbers of one type, and whose variables do in the second form.
template <typename T>
double Respond(T number, bool variables)
{
   Reader reader("!Color:Silent");
   Float_t x[3] = {1, 0, 1};
   T typed[3] = {1, 0, 1};
   T doubled = static_cast<T>(number + number);
   for (int i = 0; i < 3; ++i) {
      if (variables)
         reader.AddVariable("x", &typed[i]);
      else
         reader.AddVariable("x", &x[i]);
   }
   reader.AddSpectator("number", &number);
   reader.AddSpectator("doubled := number*2", &doubled);
   reader.BookMVA("F", kWeights);
   return reader.EvaluateMVA("F");
}

} // namespace

TEST_F(ReaderCompatTest, NumbersOfAnyTypeStandAtTheAddresses)
{
   const double expected = Respond<Float_t>(5, false);
   const auto expect = [&](auto number) {
      EXPECT_EQ(Respond(number, false), expected);
      EXPECT_EQ(Respond(number, true), expected);
   };
   expect(Double_t(5));
   expect(Bool_t(1)); // the method of this test does not look at spectators
   expect(Char_t(5));
   expect(static_cast<signed char>(5));
   expect(UChar_t(5));
   expect(Short_t(5));
   expect(UShort_t(5));
   expect(Int_t(5));
   expect(UInt_t(5));
   expect(Long_t(5));
   expect(ULong_t(5));
   expect(Long64_t(5));
   expect(ULong64_t(5));
}

TEST_F(ReaderCompatTest, AListInBracesIsOneOfVariables)
{
   Reader reader({"x", "x", "x"}, "!Color:Silent");
   ASSERT_EQ(reader.DataInfo().GetNVariables(), 3u);
   EXPECT_EQ(reader.DataInfo().GetVariableInfo(2).GetExpression(), "x");
   Reader two({"a", "b"}, "!Color:Silent");
   EXPECT_EQ(two.DataInfo().GetNVariables(), 2u);
}

TEST_F(ReaderCompatTest, ErrorsOfResponsesAreMinusOne)
{
   Reader reader("!Color:Silent:Error");
   Declare(reader);
   reader.BookMVA("F", kWeights);
   reader.EvaluateMVA("F");
   EXPECT_EQ(reader.GetMVAError(), -1);
   EXPECT_EQ(reader.GetMVAErrorLower(), -1);
   EXPECT_EQ(reader.GetMVAErrorUpper(), -1);
}

TEST_F(ReaderCompatTest, FindingWhatIsNotThereGivesNull)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   IMethod *booked = reader.BookMVA("F", kWeights);
   EXPECT_EQ(reader.FindMVA("F"), booked);
   EXPECT_EQ(reader.FindMVA("G"), nullptr);
   const auto reports = Reports([&] { EXPECT_EQ(reader.FindCutsMVA("F"), nullptr); });
   ASSERT_EQ(reports.size(), 1u);
   EXPECT_EQ(reports[0].first, kWarning);
   EXPECT_NE(reports[0].second.find("kCuts"), std::string::npos);
}

TEST_F(ReaderCompatTest, NaNIsReportedWithTheVariable)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   reader.BookMVA("F", kWeights);
   fInputs[1] = std::numeric_limits<float>::quiet_NaN();
   const auto reports = Reports([&] { EXPECT_EQ(reader.EvaluateMVA("F"), -999); });
   ASSERT_EQ(reports.size(), 1u);
   EXPECT_EQ(reports[0].first, kError);
   EXPECT_NE(reports[0].second.find("1-th variable of the event is NaN"), std::string::npos) << reports[0].second;
   const auto many = Reports([&] {
      for (int i = 0; i < 100; ++i)
         reader.EvaluateMVA("F");
   });
   EXPECT_LT(many.size(), 10u); // not a line an event for ever
}

TEST_F(ReaderCompatTest, OptionsOfOldWeightFilesAreAcceptedAndOthersAreNot)
{
   const std::string text = WithoutChecksums(ReadText(kWeights)), head = "<Options>";
   const auto with = [&](const std::string &options) {
      std::string changed = text;
      changed.replace(changed.find(head), head.size(), head + options);
      WriteText("changed.xml", changed);
   };
   std::string old;
   for (const auto &[name, value] : std::vector<std::pair<std::string, std::string>>{{"Normalise", "False"},
                                                                                     {"D", "False"},
                                                                                     {"VarTransformType", "Signal"},
                                                                                     {"TxtWeightFilesOnly", "True"},
                                                                                     {"NbinsMVAPdf", "60"},
                                                                                     {"NsmoothMVAPdf", "2"}})
      old += "<Option name=\"" + name + "\" modified=\"No\">" + value + "</Option>";
   with(old);
   Reader reader("!Color:Silent");
   Declare(reader);
   reader.BookMVA("old", "changed.xml");
   std::copy_n(fRows.data(), 3, fInputs);
   EXPECT_EQ(reader.EvaluateMVA("old"), fExpected[0]);
   with("<Option name=\"Normalize\" modified=\"No\">False</Option>");
   ExpectError(EErrorCode::kOption, {"Normalize"}, [&] { reader.BookMVA("new", "changed.xml"); });
   EXPECT_EQ(reader.FindMVA("new"), nullptr);
}

TEST_F(ReaderCompatTest, TwoTextsAreNamesAndOptionsAndValuesMayStandInBraces)
{
   Reader reader("x[0]:x[1]", "!Color:Silent");
   ASSERT_EQ(reader.DataInfo().GetNVariables(), 2u);
   EXPECT_EQ(reader.DataInfo().GetVariableInfo(1).GetExpression(), "x[1]");
   EXPECT_EQ(Reader("Silent", 0).DataInfo().GetNVariables(), 0u) << "0 was `verbose` before, and is no text";
   EXPECT_TRUE(Reader("Silent", kTRUE).Verbose());

   Reader undeclared("!Color:Silent");
   undeclared.BookMVA("F", kWeights);
   const float *x = fRows.data();
   const double y[3] = {x[0], x[1], x[2]};
   EXPECT_EQ(undeclared.EvaluateMVA({x[0], x[1], x[2]}, "F"), fExpected[0]);
   EXPECT_EQ(undeclared.EvaluateMVA({y[0], y[1], y[2]}, "F"), fExpected[0]);
   EXPECT_EQ(undeclared.EvaluateMVA(std::vector<Float_t>(x, x + 3), "F"), fExpected[0]);
   EXPECT_EQ(undeclared.EvaluateMVA(std::vector<Double_t>(y, y + 3), "F"), fExpected[0]);
   ExpectError(EErrorCode::kArgument, {"expected 3 variables, found 2"}, [&] { undeclared.EvaluateMVA({1, 2}, "F"); });
   EXPECT_EQ(undeclared.GetNVariables("F"), 3u);
   EXPECT_EQ(undeclared.GetNSpectators("F"), 2u);
}

TEST_F(ReaderCompatTest, AnOptionStringThatIsOnlyANameIsIgnoredWithAWarning)
{
   for (const char *name : {"myReader", " my reader ", "Silnt"}) {
      std::unique_ptr<Reader> reader;
      const auto reports = Reports([&] { reader = std::make_unique<Reader>(name); });
      ASSERT_EQ(reports.size(), 1u) << name;
      EXPECT_EQ(reports[0].first, kWarning);
      EXPECT_NE(reports[0].second.find("\"" + std::string(TString(TString(name).Strip(TString::kBoth)).Data()) + "\""),
                std::string::npos)
         << reports[0].second;
      Declare(*reader);
      reader->BookMVA("F", kWeights);
      std::copy_n(fRows.data(), 3, fInputs);
      EXPECT_EQ(reader->EvaluateMVA("F"), fExpected[0]);
   }
   EXPECT_NE(Reports([] { Reader reader("Silnt"); }).at(0).second.find("did you mean 'Silent'"), std::string::npos);
   for (const char *options : {"silent", "V", "native", ""})
      EXPECT_TRUE(Reports([&] { Reader reader(options); }).empty()) << options;
   for (const char *options : {"myReader:Silent", "!myReader", "name=myReader"})
      ExpectError(EErrorCode::kOption, {"yReader"}, [&] { Reader reader(options); });
}

TEST_F(ReaderCompatTest, WeightFilesAreKnownByTheirTags)
{
   Reader reader("!Color:Silent");
   Declare(reader);
   reader.BookMVA("b", kWeights);
   reader.BookMVA("a", kWeights);
   reader.BookMVA(Types::kFisher, ReadText(kWeights).c_str());
   EXPECT_EQ(reader.GetTags(), (std::vector<std::string>{"Fisher", "a", "b"}));
   EXPECT_EQ(reader.GetWeightFile("a"), fFolder / kWeights);
   EXPECT_EQ(reader.GetWeightFile("Fisher"), "");
   ExpectError(EErrorCode::kState, {"\"c\""}, [&] { reader.GetWeightFile("c"); });
}
