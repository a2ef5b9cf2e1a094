// The grammar of option strings (Configurable).

#include "support/ExpectError.hxx"

#include "TError.h"
#include "TorchMVA/Core/Configurable.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <gtest/gtest.h>

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
                     BadCase{"NumEpochs=", {"NumEpochs"}}, BadCase{"NumEpochs=99999999999", {"99999999999"}},
                     BadCase{"Seed=-1", {"non-negative"}}, BadCase{"Rate=fast", {"number", "fast"}},
                     BadCase{"V=perhaps", {"True or False", "perhaps"}},
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

TEST(NearestName, IsCaseInsensitiveAndRefusesTheFarAway)
{
   EXPECT_EQ(Internal::EditDistance("kitten", "SITTING"), 3u);
   EXPECT_EQ(Internal::EditDistance("", "abc"), 3u);
   EXPECT_EQ(Internal::NearestNames("var5", {"weight", "var1", "var2", "VAR5"}, 1), std::vector<std::string>{"VAR5"});
   EXPECT_EQ(Internal::DidYouMean("xyz", {"weight"}), "");
}
