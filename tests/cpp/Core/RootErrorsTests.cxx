// What ROOT prints as an error is kept or dropped, and its handler is afterwards what it was.

#include "Core/RootErrors.hxx"
#include "TError.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

using TorchMVA::Internal::QuietRoot;
using TorchMVA::Internal::RootErrors;

namespace {

int gNPrinted = 0;

void Count(int, Bool_t, const char *, const char *)
{
   ++gNPrinted;
}

/// ROOT calls Count in a test.
struct CountedMessages : testing::Test {
   CountedMessages() : fBefore(SetErrorHandler(Count)) { gNPrinted = 0; }
   ~CountedMessages() override { SetErrorHandler(fBefore); }
   ErrorHandlerFunc_t fBefore;
};

} // namespace

TEST_F(CountedMessages, ErrorsAreKeptAndWarningsPass)
{
   {
      const RootErrors errors;
      ::Warning("here", "as usual");
      ::Error("there", "first");
      ::Error("there", "second");
      EXPECT_EQ(errors.First(), "first (there)");
      EXPECT_EQ(gNPrinted, 1);
   }
   ::Error("there", "third");
   EXPECT_EQ(gNPrinted, 2);
}

TEST_F(CountedMessages, TheYoungestGuardTakesThemInWhateverOrderGuardsEnd)
{
   auto first = std::make_unique<RootErrors>(), second = std::make_unique<RootErrors>();
   first.reset();
   ::Error("there", "kept");
   EXPECT_EQ(second->First(), "kept (there)");
   second.reset();
   ::Error("there", "printed");
   EXPECT_EQ(gNPrinted, 1);
   EXPECT_EQ(GetErrorHandler(), Count);
}

TEST_F(CountedMessages, QuietIsOneThreadOnly)
{
   const QuietRoot quiet;
   ::Error("here", "dropped");
   EXPECT_EQ(gNPrinted, 0);
   std::thread([] { ::Warning("there", "printed"); }).join();
   EXPECT_EQ(gNPrinted, 1);
}

TEST_F(CountedMessages, ThreadsLeaveNothingBehind)
{
   std::vector<std::thread> threads;
   for (int t = 0; t < 4; ++t)
      threads.emplace_back([] {
         for (int i = 0; i < 2000; ++i) {
            const QuietRoot quiet;
            const RootErrors errors;
            ::Error("here", "dropped");
         }
      });
   for (auto &thread : threads)
      thread.join();
   EXPECT_EQ(gNPrinted, 0);
   EXPECT_EQ(GetErrorHandler(), Count);
}
