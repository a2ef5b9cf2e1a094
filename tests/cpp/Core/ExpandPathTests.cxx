#include "Core/ExpandPath.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <pwd.h>
#include <string>
#include <unistd.h>

using TorchMVA::Internal::ExpandPath;

namespace {

/// An environment variable that has another value while this lives.
class Variable {
public:
   Variable(const char *name, const char *value) : fName(name)
   {
      if (const char *before = std::getenv(name))
         fBefore = before;
      if (value)
         setenv(name, value, 1);
      else
         unsetenv(name);
   }
   ~Variable()
   {
      if (fBefore)
         setenv(fName, fBefore->c_str(), 1);
      else
         unsetenv(fName);
   }
   Variable(const Variable &) = delete;
   Variable &operator=(const Variable &) = delete;

private:
   const char *fName;
   std::optional<std::string> fBefore;
};

} // namespace

TEST(ExpandPath, TildeAtTheStartIsTheHomeFolder)
{
   const Variable home("HOME", "/home/of me");
   EXPECT_EQ(ExpandPath("~"), "/home/of me");
   EXPECT_EQ(ExpandPath("~/a/b.xml"), "/home/of me/a/b.xml");
   EXPECT_EQ(ExpandPath("a/~/b"), "a/~/b");
   EXPECT_EQ(ExpandPath("./~"), "./~");
   EXPECT_EQ(ExpandPath(""), "");
}

TEST(ExpandPath, AUserHasAHomeToo)
{
   const passwd *me = getpwuid(getuid());
   ASSERT_NE(me, nullptr);
   const std::string name = me->pw_name, home = me->pw_dir;
   EXPECT_EQ(ExpandPath("~" + name + "/x"), home + "/x");
   EXPECT_EQ(ExpandPath("~nobody_of_this_name/x"), "~nobody_of_this_name/x");
   const Variable unset("HOME", nullptr);
   EXPECT_EQ(ExpandPath("~/x"), home + "/x");
}

TEST(ExpandPath, ADollarInTheNameOfAFileIsOne)
{
   const TorchMVA::Test::WorkingDir folder;
   const std::string here = std::filesystem::current_path().string();
   const Variable home("HOME", here.c_str());
   std::filesystem::create_directories("d$HOME");
   TorchMVA::Test::WriteText("d$HOME/job_${HOME}.xml", "");
   EXPECT_EQ(ExpandPath("d$HOME/job_${HOME}.xml"), "d$HOME/job_${HOME}.xml");
   EXPECT_EQ(ExpandPath("~/d$HOME"), here + "/d$HOME");
   EXPECT_EQ(ExpandPath("d$HOME/other_$HOME.xml"), "d" + here + "/other_" + here + ".xml");
}

TEST(ExpandPath, VariablesAreReplacedOnce)
{
   const Variable home("HOME", "/home/me"), other("TORCHMVA_TEST_A", "a$HOME"), unset("TORCHMVA_TEST_B", nullptr);
   EXPECT_EQ(ExpandPath("$HOME/x"), "/home/me/x");
   EXPECT_EQ(ExpandPath("${HOME}x/$HOME"), "/home/mex//home/me");
   EXPECT_EQ(ExpandPath("p/$TORCHMVA_TEST_A.pt"), "p/a$HOME.pt");
   for (const char *text : {"$TORCHMVA_TEST_B/x", "cost$", "$$", "${HOME", "${}", "a$/b", "$9"})
      EXPECT_EQ(ExpandPath(text), text);
}
