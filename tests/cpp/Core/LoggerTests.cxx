// The format of log lines, which is TMVA's.

#include "TError.h"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

using namespace TorchMVA;

namespace {

std::string Printed(const std::function<void()> &action)
{
   ::testing::internal::CaptureStdout();
   action();
   return ::testing::internal::GetCapturedStdout();
}

std::string gReported;
void Remember(int level, Bool_t, const char *location, const char *message)
{
   gReported += std::to_string(level) + " " + location + ": " + message + "\n";
}

class LoggerTest : public ::testing::Test {
protected:
   LoggerTest() { gConfig().SetUseColor(kTRUE); }
   ~LoggerTest() override { gConfig() = fKept; }
   Config fKept = gConfig();
   const std::string fBlank = std::string(25, ' ') + ": ";
};

} // namespace

TEST_F(LoggerTest, FieldIsTwentyFiveWideAndNamedInHeadersOnly)
{
   const Logger log("Factory");
   EXPECT_EQ(Printed([&] { log.Header("Train"); }), "Factory                  : Train\n");
   EXPECT_EQ(Printed([&] { log.Info("text"); }), fBlank + "text\n");
   EXPECT_EQ(Printed([&] { log.Info("two\nlines"); }), fBlank + "two\n" + fBlank + "lines\n");
   EXPECT_EQ(Printed([&] { Logger("AVeryLongNameOfSomeSourceOfLines").Header("x"); }),
             "AVeryLongNameOfSomeSou...: x\n");
}

TEST_F(LoggerTest, WithoutColourTheLevelIsSpelledOut)
{
   const Logger log("Factory", kDEBUG);
   EXPECT_EQ(Printed([&] { log.Verbose("text"); }), fBlank + "text\n");
   EXPECT_EQ(Printed([&] { log.Debug("text"); }), "\033[34m" + fBlank + "text\033[0m\n");
   gConfig().SetUseColor(kFALSE);
   EXPECT_EQ(Printed([&] { log.Info("text"); }), fBlank + "text\n");
   EXPECT_EQ(Printed([&] { log.Verbose("text"); }), "<VERBOSE> " + fBlank + "text\n");
   EXPECT_EQ(Printed([&] { log.Debug("text"); }), "<DEBUG> " + fBlank + "text\n");
   EXPECT_EQ(Printed([&] { log.Header("text"); }), "<HEADER> Factory                  : text\n");
}

TEST_F(LoggerTest, ThresholdAndSilenceHoldBackLines)
{
   Logger log("Factory");
   EXPECT_EQ(Printed([&] { log.Verbose("text"); }), "");
   log.SetMinType(kWARNING);
   EXPECT_EQ(Printed([&] { log.Info("text"); }), "");
   EXPECT_EQ(Printed([&] { log.Header("text"); }), "Factory                  : text\n"); // above all levels
   gConfig().SetSilent(kTRUE);
   EXPECT_EQ(Printed([&] { log.Header("text"); }), "");
}

TEST_F(LoggerTest, WarningsAndErrorsGoToRootsHandlerAlsoInSilence)
{
   gReported.clear();
   const auto before = SetErrorHandler(Remember);
   gConfig().SetSilent(kTRUE);
   const Logger log("Reader");
   EXPECT_EQ(Printed([&] {
                log.Warning("careful");
                log.Error("wrong");
             }),
             "");
   SetErrorHandler(before);
   EXPECT_EQ(gReported, std::to_string(kWarning) + " TorchMVA::Reader: careful\n" + std::to_string(kError) +
                           " TorchMVA::Reader: wrong\n");
}
