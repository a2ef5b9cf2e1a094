// The grammar of option strings (Configurable).

#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"

#include "TError.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Configurable.hxx"
#include "TorchMVA/Core/NearestName.hxx"
#include "TorchMVA/Core/OptionHelp.hxx"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

namespace {

class Job : public Configurable {
public:
   explicit Job(const TString &options) : Configurable("Job", options)
   {
      DeclareOptionRef(fFlag, "V", "verbose");
      DeclareOptionRef(fHelp, "H", "help");
      DeclareOptionRef(fInt, "NumEpochs", "epochs");
      DeclareOptionRef(fUInt, "Seed", "seed");
      DeclareOptionRef(fFloat, "Rate", "rate");
      DeclareOptionRef(fDouble, "Size", "size");
      DeclareOptionRef(fText, "UserCode", "file");
      DeclareOptionRef(fMethod, "Method", "discriminant");
      AddPreDefVal("Fisher");
      AddPreDefVal("Mahalanobis");
   }
   using Configurable::IsOptionSet;
   using Configurable::ParseOptions;
   using Configurable::SetOption;

   Bool_t fFlag = kFALSE;
   Bool_t fHelp = kTRUE;
   Int_t fInt = 10;
   UInt_t fUInt = 1;
   Float_t fFloat = 0.5f;
   Double_t fDouble = 0.25;
   TString fText = "none";
   TString fMethod = "Fisher";
};

class ArrayJob : public Configurable {
public:
   explicit ArrayJob(const TString &options) : Configurable("ArrayJob", options)
   {
      DeclareOptionRef(fInts, 3, "NVars", "numbers");
      Double_t *steps = fSteps.data();
      DeclareOptionRef(steps, 2, "Step", "steps");
      DeclareOptionRef(fModes, 2, "Mode", "modes");
      for (const char *mode : {"Fast", "Exact"})
         AddPreDefVal(mode);
      DeclareOptionRef(fTexts, 2, "File", "files");
      DeclareOptionRef(fLiteral, "NVars[9]", "an option of that very name");
      DeclareOptionRef(fNumber, "Number", "no array");
   }
   using Configurable::ParseOptions;
   using Configurable::SetOption;

   Int_t fInts[3] = {1, 2, 3};
   std::vector<Double_t> fSteps = {0.5, 0.25};
   TString fModes[2] = {"Fast", "Fast"};
   TString fTexts[2] = {"", "a b"};
   Int_t fLiteral = 0;
   Int_t fNumber = 0;
};

std::string State(const Job &job)
{
   std::string text;
   for (const auto &info : job.GetOptionInfos())
      text += info.fName + "=" + info.fValue + ";";
   return text;
}

const char *const kDefaults = "V=False;H=True;NumEpochs=10;Seed=1;Rate=0.5;Size=0.25;UserCode=none;Method=Fisher;";

struct Case {
   const char *fOptions;
   const char *fChanged; ///< "name=value" of the one option that is changed, or ""
};

class Accepted : public ::testing::TestWithParam<Case> {};

struct BadCase {
   const char *fOptions;
   std::vector<std::string> fWords;
};

class Rejected : public ::testing::TestWithParam<BadCase> {};

std::vector<std::pair<std::string, std::string>> gWarnings;
void RememberWarning(int level, Bool_t, const char *location, const char *message)
{
   if (level >= kWarning)
      gWarnings.emplace_back(location, message);
}

} // namespace

TEST_P(Accepted, SetsExactlyThatOption)
{
   Job job(GetParam().fOptions);
   job.ParseOptions();
   std::string expected = kDefaults;
   const std::string changed = GetParam().fChanged;
   if (!changed.empty()) {
      const std::string name = changed.substr(0, changed.find('=') + 1);
      const auto begin = expected.find((name == "V=" ? "" : ";") + name) + (name == "V=" ? 0 : 1);
      expected.replace(begin, expected.find(';', begin) - begin, changed);
      EXPECT_TRUE(job.IsOptionSet(TString(changed.substr(0, changed.find('=')))));
   }
   EXPECT_EQ(State(job), expected);
}

INSTANTIATE_TEST_SUITE_P(
   Grammar, Accepted,
   ::testing::Values(Case{"", ""}, Case{":", ""}, Case{"::V::", "V=True"}, Case{"V", "V=True"}, Case{"v", "V=True"},
                     Case{"!H", "H=False"}, Case{"!h", "H=False"}, Case{"V=1", "V=True"}, Case{"V=kTrue", "V=True"},
                     Case{"V=t", "V=True"}, Case{"H=kFALSE", "H=False"}, Case{"H=0", "H=False"}, Case{"h=f", "H=False"},
                     Case{"NumEpochs=800", "NumEpochs=800"}, Case{"NumEpochs=800.0", "NumEpochs=800"},
                     Case{"numepochs=8e2", "NumEpochs=800"}, Case{"NumEpochs=-3", "NumEpochs=-3"},
                     Case{"NumEpochs=+3", "NumEpochs=3"}, Case{"Seed=4294967295", "Seed=4294967295"},
                     Case{"Rate=1e-3", "Rate=0.001"}, Case{"Size=20", "Size=20"}, Case{"Size= 20 ", "Size=20"},
                     Case{"NumEpochs=", ""}, Case{"Seed= ", ""},
                     Case{"Rate=:Size=", ""}, // blank numbers ask for nothing
                     Case{"UserCode=my file.py", "UserCode=my file.py"}, Case{"UserCode=a=b", "UserCode=a=b"},
                     Case{"UserCode=", "UserCode="}, Case{"Mahalanobis", "Method=Mahalanobis"},
                     Case{"mahalanobis", "Method=Mahalanobis"}, Case{"Method=MAHALANOBIS", "Method=Mahalanobis"}));

TEST_P(Rejected, ThrowsAndChangesNothing)
{
   Job job(TString("V:") + GetParam().fOptions);
   try {
      job.ParseOptions();
      ADD_FAILURE() << "accepted: " << GetParam().fOptions;
   } catch (const TorchMVA::Error &error) {
      EXPECT_EQ(error.GetCode(), EErrorCode::kOption);
      for (const auto &word : GetParam().fWords)
         EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << word << " in " << error.what();
   }
   EXPECT_EQ(State(job), kDefaults);
}

INSTANTIATE_TEST_SUITE_P(
   Grammar, Rejected,
   ::testing::Values(BadCase{"NumEpoch=3", {"NumEpoch=3", "did you mean 'NumEpochs'"}},
                     BadCase{"NumEpoch=3:Sed=1", {"NumEpoch=3", "'NumEpochs'", "Sed=1", "'Seed'"}},
                     BadCase{"Fischer", {"Fischer", "did you mean 'Fisher'"}},
                     BadCase{"NumEpochs=many", {"NumEpochs", "integer", "many"}},
                     BadCase{"NumEpochs=3x", {"NumEpochs", "3x"}}, BadCase{"NumEpochs=2.5", {"2.5"}},
                     BadCase{"NumEpochs=99999999999", {"99999999999"}}, BadCase{"Seed=-1", {"non-negative"}},
                     BadCase{"Rate=fast", {"number", "fast"}}, BadCase{"V=perhaps", {"True or False", "perhaps"}},
                     BadCase{"Method=Fischer", {"one of Fisher, Mahalanobis", "did you mean 'Fisher'"}},
                     BadCase{"!NumEpochs", {"no flag"}}, BadCase{"NumEpochs", {"NumEpochs=value"}},
                     BadCase{"!V=1", {"!V=1"}}, BadCase{" V", {"' V'", "did you mean 'V'"}},
                     BadCase{"zzzzzz=1", {"zzzzzz"}}));

TEST(Options, RepeatedOptionWarnsAndTheLastOneWins)
{
   gWarnings.clear();
   const auto before = SetErrorHandler(RememberWarning);
   Job job("Seed=3:V:seed=4");
   job.ParseOptions();
   SetErrorHandler(before);
   EXPECT_EQ(job.fUInt, 4u);
   ASSERT_EQ(gWarnings.size(), 1u);
   EXPECT_NE(gWarnings[0].second.find("Seed"), std::string::npos);
   EXPECT_NE(gWarnings[0].second.find("previously set to 3"), std::string::npos);
}

TEST(Options, InfosGiveTypesDefaultsAndAllowedValues)
{
   Job job("Rate=0.125");
   job.ParseOptions();
   const auto infos = job.GetOptionInfos();
   ASSERT_EQ(infos.size(), 8u);
   EXPECT_EQ(infos[0].fType, "Bool");
   EXPECT_EQ(infos[4].fType, "Float");
   EXPECT_EQ(infos[4].fDefault, "0.5");
   EXPECT_EQ(infos[4].fValue, "0.125");
   EXPECT_TRUE(infos[4].fIsSet);
   EXPECT_FALSE(infos[3].fIsSet);
   EXPECT_EQ(infos[7].fAllowed, (std::vector<std::string>{"Fisher", "Mahalanobis"}));
}

TEST(Options, ValuesOfAWeightFileAreSetOneByOne)
{
   Job job("");
   for (const auto &info : Job("").GetOptionInfos())
      job.SetOption(info.fName, info.fValue);
   EXPECT_EQ(State(job), kDefaults);
   ExpectError(EErrorCode::kOption, {"Sead", "Seed"}, [&] { job.SetOption("Sead", "1"); });
}

TEST(ArrayOptions, OneElementOrAllAreSet)
{
   ArrayJob job("NVars[1]=7:nvars[2]=8.0:Step=2:mode[1]=exact:File[0]=x y:NVars[9]=5");
   job.ParseOptions();
   EXPECT_EQ((std::vector<Int_t>(job.fInts, job.fInts + 3)), (std::vector<Int_t>{1, 7, 8}));
   EXPECT_EQ(job.fSteps, (std::vector<Double_t>{2, 2}));
   EXPECT_STREQ(job.fModes[0], "Fast");
   EXPECT_STREQ(job.fModes[1], "Exact");
   EXPECT_STREQ(job.fTexts[0], "x y");
   EXPECT_EQ(job.fLiteral, 5); // looked up literally before it is taken for an element

   ArrayJob all("NVars=4:NVars[0]=6");
   all.ParseOptions();
   EXPECT_EQ((std::vector<Int_t>(all.fInts, all.fInts + 3)), (std::vector<Int_t>{6, 4, 4}));
}

TEST(ArrayOptions, InfosAndWeightFilesHoldTheValuesSeparatedByBlanks)
{
   ArrayJob job("NVars[1]=7");
   job.ParseOptions();
   const auto infos = job.GetOptionInfos();
   EXPECT_EQ(infos[0].fType, "Int");
   EXPECT_EQ(infos[0].fSize, 3u);
   EXPECT_EQ(infos[0].fDefault, "1 2 3");
   EXPECT_EQ(infos[0].fValue, "1 7 3");
   EXPECT_EQ(infos[3].fValue, "\"\" \"a b\"");
   EXPECT_EQ(infos[5].fSize, 0u);
   ArrayJob other("");
   for (const auto &info : infos)
      other.SetOption(info.fName, info.fValue);
   for (std::size_t i = 0; i < infos.size(); ++i)
      EXPECT_EQ(other.GetOptionInfos()[i].fValue, infos[i].fValue);
   ExpectError(EErrorCode::kOption, {"NVars", "3 values", "1 2"}, [&] { other.SetOption("NVars", "1 2"); });
}

TEST(ArrayOptions, MistakesAreNamed)
{
   const auto parse = [](const char *options) { ArrayJob(options).ParseOptions(); };
   ExpectError(EErrorCode::kOption, {"NVars", "index from 0 to 2", "'3'"}, [&] { parse("NVars[3]=1"); });
   ExpectError(EErrorCode::kOption, {"'-1'"}, [&] { parse("NVars[-1]=1"); });
   ExpectError(EErrorCode::kOption, {"'x'"}, [&] { parse("NVars[x]=1"); });
   ExpectError(EErrorCode::kOption, {"Number", "no array"}, [&] { parse("Number[0]=1"); });
   ExpectError(EErrorCode::kOption, {"Mode", "one of Fast, Exact"}, [&] { parse("Mode[0]=Slow"); });
   ExpectError(EErrorCode::kOption, {"Nothing[0]=1"}, [&] { parse("Nothing[0]=1"); });
}

TEST(Help, TableIsAlignedAndWrapsLongCells)
{
   OptionInfo plain{"BatchSize", "UInt", "100", "100", {}, "Events in a training batch"};
   OptionInfo chosen{
      "M", "String", "", "", {"Fisher", "Mahalanobis", "SomethingElse"}, std::string(58, 'x') + " second line"};
   const std::string table = Internal::FormatOptionTable({plain, chosen});
   std::vector<std::string> lines;
   std::istringstream in(table);
   for (std::string line; std::getline(in, line);)
      lines.push_back(line);
   ASSERT_EQ(lines.size(), 5u);
   const auto meaning = lines[0].find("meaning");
   EXPECT_EQ(lines[1].find_first_not_of("- "), std::string::npos);
   EXPECT_EQ(lines[2].find("Events in a training batch"), meaning);
   EXPECT_EQ(lines[3].find("\"\""), lines[0].find("default"));
   EXPECT_EQ(lines[4].find("SomethingElse"), lines[0].find("allowed"));
   EXPECT_EQ(lines[4].find("second line"), meaning);
}

TEST(Help, MarkdownEscapesWhatWouldBeSyntax)
{
   const std::string table =
      Internal::FormatOptionMarkdown({{"nTrain_<Class>", "Int", "0", "0", {"a", "b"}, "this | that <title>"}});
   EXPECT_NE(table.find("| `nTrain_<Class>` | Int | `0` | a, b | this \\| that &lt;title> |"), std::string::npos)
      << table;
}

TEST(Help, OptionsReferenceIsWrittenWhereGConfigSays)
{
   const TorchMVA::Test::WorkingDir folder;
   gConfig().SetWriteOptionsReference(kTRUE);
   gConfig().GetIONames().fOptionsReferenceFileDir = "info/below";
   Job job("V");
   job.SetConfigName("MethodJob");
   job.ParseOptions();
   gConfig().SetWriteOptionsReference(kFALSE);
   const std::string text = TorchMVA::Test::ReadText("info/below/MethodJob.optref");
   EXPECT_NE(text.find(Internal::FormatOptionTable(job.GetOptionInfos())), std::string::npos) << text;
   gConfig().SetWriteOptionsReference(kTRUE);
   TorchMVA::Test::WriteText("file", "");
   gConfig().GetIONames().fOptionsReferenceFileDir = "file";
   ExpectError(EErrorCode::kFile, {"file/MethodJob.optref"}, [&] { job.ParseOptions(); });
   gConfig().SetWriteOptionsReference(kFALSE);
   gConfig().GetIONames().fOptionsReferenceFileDir = "optionInfo";
}

TEST(NearestName, IsCaseInsensitiveAndRefusesTheFarAway)
{
   EXPECT_EQ(Internal::EditDistance("kitten", "SITTING"), 3u);
   EXPECT_EQ(Internal::EditDistance("", "abc"), 3u);
   EXPECT_EQ(Internal::NearestNames("var5", {"weight", "var1", "var2", "VAR5"}, 1), std::vector<std::string>{"VAR5"});
   EXPECT_EQ(Internal::DidYouMean("xyz", {"weight"}), "");
}
