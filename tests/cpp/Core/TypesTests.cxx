// Enumerations, errors and shared matrices.

#include "support/ExpectError.hxx"

#include "TorchMVA/Core/Matrix.hxx"
#include "TorchMVA/Core/Types.hxx"

#include <gtest/gtest.h>

#include <cstdint>
#include <new>
#include <stdexcept>

using namespace TorchMVA;
using TorchMVA::Test::ExpectError;

TEST(Types, NumbersAndNamesAreThoseOfTMVA)
{
   EXPECT_EQ(Types::kFisher, 5);
   EXPECT_EQ(Types::kBDT, 9);
   EXPECT_EQ(Types::kLD, 18);
   EXPECT_EQ(Types::kPyTorch, 27);
   EXPECT_EQ(Types::kMaxMethod, 33);
   EXPECT_EQ(Types::kTrainingOriginal, 4);
   for (int i = 0; i < Types::kMaxMethod; ++i) {
      const auto type = static_cast<Types::EMVA>(i);
      EXPECT_EQ(Types::Instance().GetMethodType(Types::Instance().GetMethodName(type)), type);
   }
   EXPECT_EQ(Types::Instance().GetMethodName(Types::kPyTorch), "PyTorch");
}

TEST(Types, UnknownMethodTypeSuggestsANearName)
{
   ExpectError(EErrorCode::kMethod, {"Fischer", "Fisher"}, [] { Types::Instance().GetMethodType("Fischer"); });
   ExpectError(EErrorCode::kMethod, {"60"}, [] { Types::Instance().GetMethodName(static_cast<Types::EMVA>(60)); });
}

TEST(Types, ATakenNameCannotBeMappedAnew)
{
   EXPECT_FALSE(Types::Instance().AddTypeMapping(Types::kBDT, "Fisher"));
   EXPECT_TRUE(Types::Instance().AddTypeMapping(Types::kFisher, "Fisher"));
   EXPECT_TRUE(Types::Instance().AddTypeMapping(Types::kPlugins, "AnotherPlugin"));
   EXPECT_EQ(Types::Instance().GetMethodType("AnotherPlugin"), Types::kPlugins);
   EXPECT_EQ(Types::Instance().GetMethodName(Types::kPlugins), "Plugins");
}

TEST(Types, NamesThatAreNoPartOfTheEnumGetNumbersOfTheirOwn)
{
   const auto first = Types::Instance().AddTypeMapping("MyOwnMethod");
   const auto second = Types::Instance().AddTypeMapping("MyOtherMethod");
   EXPECT_GT(first, Types::kMaxMethod);
   EXPECT_NE(first, second);
   EXPECT_EQ(Types::Instance().AddTypeMapping("MyOwnMethod"), first);
   EXPECT_EQ(Types::Instance().GetMethodType("MyOwnMethod"), first);
   EXPECT_EQ(Types::Instance().GetMethodName(second), "MyOtherMethod");
   EXPECT_EQ(Types::Instance().AddTypeMapping("Fisher"), Types::kFisher);
}

TEST(Types, AnalysisTypesAreFoundInAnyCase)
{
   EXPECT_EQ(Types::GetAnalysisType("multiclass"), Types::kMulticlass);
   EXPECT_STREQ(Types::GetAnalysisTypeName(Types::kRegression), "Regression");
   ExpectError(EErrorCode::kArgument, {"Clasification", "did you mean 'Classification'"},
               [] { Types::GetAnalysisType("Clasification"); });
}

TEST(Error, TextHasMessageContextAndTraceback)
{
   const Error error(EErrorCode::kFile, "no such file", {{"file", "a.root"}}, "Traceback: boom");
   EXPECT_STREQ(error.what(), "no such file\n   file: a.root\nTraceback: boom");
   EXPECT_EQ(error.GetMessage(), "no such file");
   EXPECT_STREQ(Error::GetCodeName(error.GetCode()), "File");
   EXPECT_THROW(throw error, std::runtime_error);
}

TEST(SharedMatrix, IsAlignedAndLivesAsLongAsAnOwner)
{
   std::shared_ptr<const void> owner;
   const float *data = nullptr;
   {
      SharedMatrix<float> matrix(3, 5);
      matrix.View()(2, 4) = 7;
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(matrix.Data()) % 64, 0u);
      const SharedMatrix<float> copy = matrix;
      EXPECT_EQ(copy.Data(), matrix.Data());
      owner = matrix.Owner();
      data = matrix.Data();
   }
   EXPECT_EQ(data[14], 7);
   EXPECT_EQ(owner.use_count(), 1);
}

TEST(SharedMatrix, EmptyOnesHaveAnAddressAndImpossibleOnesThrow)
{
   EXPECT_NE(SharedMatrix<double>(0, 4).Data(), nullptr);
   EXPECT_NE(SharedMatrix<int>(4, 0).Data(), nullptr);
   EXPECT_THROW(SharedMatrix<double>(1LL << 60, 1LL << 10), std::bad_alloc);
   EXPECT_THROW(SharedMatrix<double>(-1, 1), std::bad_alloc);
}
