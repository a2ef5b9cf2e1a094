// gConfig: threads and workers. TMVA's defaults are in TypesTests and in tests/python/test_globals.py.

#include "support/ExpectError.hxx"

#include "TROOT.h"
#include "TorchMVA/Core/Config.hxx"

#include <gtest/gtest.h>
#include <sched.h>

using namespace TorchMVA;

TEST(Config, ThreadsOfRootAndOfReadingAreSwitchedTogether)
{
   cpu_set_t allowed;
   ASSERT_EQ(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
   EXPECT_EQ(gConfig().GetNCpu(), static_cast<UInt_t>(CPU_COUNT(&allowed)));
   EXPECT_EQ(gConfig().GetNThreads(), gConfig().GetNCpu());
   EXPECT_FALSE(gConfig().IsMTEnabled());
   gConfig().EnableMT(2);
   EXPECT_TRUE(gConfig().IsMTEnabled());
   EXPECT_TRUE(ROOT::IsImplicitMTEnabled());
   EXPECT_EQ(gConfig().GetNThreads(), 2u);
   gConfig().DisableMT();
   EXPECT_FALSE(ROOT::IsImplicitMTEnabled());
   EXPECT_EQ(gConfig().GetNThreads(), 1u);
}

TEST(Config, WorkersAreAtLeastOne)
{
   EXPECT_EQ(gConfig().GetNumWorkers(), 1u);
   gConfig().SetNumWorkers(3);
   EXPECT_EQ(gConfig().GetNumWorkers(), 3u);
   TorchMVA::Test::ExpectError(EErrorCode::kArgument, {"at least one"}, [] { gConfig().SetNumWorkers(0); });
   EXPECT_EQ(gConfig().GetNumWorkers(), 3u);
   gConfig().SetNumWorkers(1);
}
