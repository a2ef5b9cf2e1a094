#ifndef TORCHMVA_TESTS_SUPPORT_ARRAYS_HXX
#define TORCHMVA_TESTS_SUPPORT_ARRAYS_HXX

#include "TorchMVA/Core/Matrix.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace TorchMVA {
namespace Test {

/// Equal shape and equal bits.
template <typename T>
::testing::AssertionResult SameBits(MatrixView<const T> a, MatrixView<const T> b)
{
   if (a.fRows != b.fRows || a.fColumns != b.fColumns)
      return ::testing::AssertionFailure() << a.fRows << "x" << a.fColumns << " and " << b.fRows << "x" << b.fColumns;
   for (Long64_t i = 0; i < a.Size(); ++i) {
      if (std::memcmp(a.fData + i, b.fData + i, sizeof(T)) != 0)
         return ::testing::AssertionFailure() << "row " << i / a.fColumns << " column " << i % a.fColumns << ": "
                                              << a.fData[i] << " and " << b.fData[i];
   }
   return ::testing::AssertionSuccess();
}

/// Equal shape, and |a - b| <= absolute + relative * |b| everywhere.
template <typename T>
::testing::AssertionResult Near(MatrixView<const T> a, MatrixView<const T> b, double absolute, double relative = 0.)
{
   if (a.fRows != b.fRows || a.fColumns != b.fColumns)
      return ::testing::AssertionFailure() << a.fRows << "x" << a.fColumns << " and " << b.fRows << "x" << b.fColumns;
   for (Long64_t i = 0; i < a.Size(); ++i) {
      const double limit = absolute + relative * std::fabs(double(b.fData[i]));
      if (!(std::fabs(double(a.fData[i]) - double(b.fData[i])) <= limit))
         return ::testing::AssertionFailure() << "row " << i / a.fColumns << " column " << i % a.fColumns << ": "
                                              << a.fData[i] << " and " << b.fData[i];
   }
   return ::testing::AssertionSuccess();
}

} // namespace Test
} // namespace TorchMVA

#endif
