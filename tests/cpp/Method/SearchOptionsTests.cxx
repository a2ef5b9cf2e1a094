// What the second argument of Factory::OptimizeAllMethods may say.

#include "Method/SearchOptions.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <gtest/gtest.h>

#include "support/ExpectError.hxx"

using namespace TorchMVA;
using namespace TorchMVA::Test;
using Internal::SearchOptions;
using Internal::SearchRequest;

TEST(SearchOptions, NamesOfTMVAsAlgorithmsAreAccepted)
{
   for (const char *name : {"FitGA", "Minuit", "scan"}) {
      const SearchOptions options("ROCIntegral", name);
      EXPECT_TRUE(options.IsOfTMVA()) << name;
      EXPECT_EQ(options.Request().fNTrials, 20u);
   }
   EXPECT_FALSE(SearchOptions("ROCIntegral", "").IsOfTMVA());
   EXPECT_FALSE(SearchOptions("ROCIntegral", "Optuna:NumTrials=3").IsOfTMVA());
}

TEST(SearchOptions, OptionsFollowTheName)
{
   const SearchRequest request =
      SearchOptions("RMS", "FitGA:NumTrials=7:MaxTime=1.5:Seed=4:Parameters=Layout(64,64|8);Dropout(0..0.5)").Request();
   EXPECT_EQ(request.fFigure, "RMS");
   EXPECT_EQ(request.fNTrials, 7u);
   EXPECT_EQ(request.fMaxSeconds, 1.5);
   EXPECT_EQ(request.fSeed, 4u);
   EXPECT_EQ(request.fParameters, "Layout(64,64|8);Dropout(0..0.5)");
}

TEST(SearchOptions, WhatIsUnknownIsAnError)
{
   ExpectError(EErrorCode::kOption, {"Annealing"}, [] { SearchOptions("ROCIntegral", "Annealing"); });
   ExpectError(EErrorCode::kOption, {"NumTrial", "NumTrials"}, [] { SearchOptions("ROCIntegral", "NumTrial=3"); });
   ExpectError(EErrorCode::kOption, {"MaxTime", "-1"}, [] { SearchOptions("ROCIntegral", "MaxTime=-1"); });
}
