// Correlations of a class; ranges and moments of columns are in Transform/NumericsTests.cxx.

#include "Data/Statistics.hxx"

#include <gtest/gtest.h>

using namespace TorchMVA;
using namespace TorchMVA::Internal;

// numpy.cov(rows.T, aweights=weights, ddof=0) of each class, divided by the standard deviations
TEST(Correlations, AreThoseOfTheClassAndWeighted)
{
   const float rows[] = {1, 10, 5, 2, 12, 5, 4, 9, 5, 7, 15, 5, 3, 3, 1, 1, 8, 2, 6, 6, 4};
   const float weights[] = {1, 2, .5, 1.5, 1, 3, .25};
   const int classes[] = {0, 0, 0, 0, 1, 1, 1};
   Sample sample;
   sample.fVariables = {rows, 7, 3};
   sample.fWeights = weights;
   sample.fClasses = classes;
   const TMatrixD first = Correlations(sample, 0), second = Correlations(sample, 1);
   EXPECT_NEAR(first(0, 1), 0.7920248604664865, 1e-12);
   EXPECT_EQ(first(0, 2), 0) << "a constant";
   EXPECT_EQ(first(2, 2), 1);
   EXPECT_NEAR(second(0, 1), -0.6849827438616796, 1e-12);
   EXPECT_NEAR(second(0, 2), 0.2272727272727272, 1e-12);
   EXPECT_NEAR(second(1, 2), 0.5538158354626346, 1e-12);
   for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(second(i, i), 1);
      for (int j = 0; j < 3; ++j)
         EXPECT_EQ(second(i, j), second(j, i));
   }
   EXPECT_EQ(Correlations(sample, 2)(0, 1), 0) << "no events";
}
