#include "PyTorch/ValidationSplit.hxx"
#include "TorchMVA/Core/Error.hxx"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

using TorchMVA::EErrorCode;
using namespace TorchMVA::Internal;

namespace {

std::string MessageOf(const std::string &size, Long64_t n)
{
   try {
      ParseValidationSize(size, n);
   } catch (const TorchMVA::Error &error) {
      EXPECT_EQ(error.GetCode(), EErrorCode::kOption);
      return error.GetMessage();
   }
   return "";
}

} // namespace

TEST(ValidationSize, PercentFractionAndNumber)
{
   EXPECT_EQ(ParseValidationSize("20%", 8000), 1600);
   EXPECT_EQ(ParseValidationSize(" 20 % ", 8000), 1600);
   EXPECT_EQ(ParseValidationSize("0.2", 8000), 1600);
   EXPECT_EQ(ParseValidationSize("2e-1", 8000), 1600);
   EXPECT_EQ(ParseValidationSize("100", 8000), 100);
   EXPECT_EQ(ParseValidationSize("1", 8000), 1);
   EXPECT_EQ(ParseValidationSize("33%", 10), 3);
   EXPECT_EQ(ParseValidationSize("7.9", 10), 7);
   EXPECT_EQ(ParseValidationSize("0.29", 100), 29) << "binary fractions must not lose an event";
   EXPECT_EQ(ParseValidationSize("29%", 100), 29);
}

TEST(ValidationSize, Messages)
{
   EXPECT_EQ(MessageOf("many", 100), "Cannot parse number \"many\"");
   EXPECT_EQ(MessageOf("", 100), "Cannot parse number \"\"");
   EXPECT_EQ(MessageOf("%", 100), "Cannot parse number \"%\"");
   EXPECT_EQ(MessageOf("20%%", 100), "Cannot parse number \"20%%\"");
   EXPECT_EQ(MessageOf("10 events", 100), "Cannot parse number \"10 events\"");
   EXPECT_EQ(MessageOf("nan", 100), "Cannot parse number \"nan\"");
   EXPECT_EQ(MessageOf("-5", 100), "Validation size \"-5\" is negative.");
   EXPECT_EQ(MessageOf("0", 100), "Validation size \"0\" is zero.");
   EXPECT_EQ(MessageOf("0.001", 100), "Validation size \"0.001\" is zero.");
   EXPECT_EQ(MessageOf("100%", 100),
             "Validation size \"100%\" is larger than or equal in size to training set (size=\"100\").");
   EXPECT_EQ(MessageOf("1e300", 100),
             "Validation size \"1e300\" is larger than or equal in size to training set (size=\"100\").");
}

TEST(ValidationSize, WhatNoNumberOfEventsFitsIsKnownBefore)
{
   for (const char *text : {"0%", "0", "100%", "250 %", "-1", "-20%", "many", "", "%", "1e999"})
      EXPECT_THROW(CheckValidationSize(text), TorchMVA::Error) << text;
   for (const char *text : {"20%", "0.2", "99.9%", "1", "100", "1e9", "1e-9"})
      EXPECT_NO_THROW(CheckValidationSize(text)) << text;
}

TEST(ValidationRows, TailWhenItHasEveryClass)
{
   const std::vector<int> classes{0, 1, 0, 1, 0, 1, 0, 1};
   EXPECT_TRUE(ChooseValidationRows(classes.data(), 8, 2, 2).IsTail());
}

TEST(ValidationRows, EveryClassWhenTheTailHasOne)
{
   std::vector<int> classes(100, 0);
   std::fill(classes.begin() + 60, classes.end(), 1);
   const ValidationRows rows = ChooseValidationRows(classes.data(), 100, 2, 20);
   ASSERT_EQ(rows.fValidation.size(), 20u);
   ASSERT_EQ(rows.fTraining.size(), 80u);
   EXPECT_EQ(std::count_if(rows.fValidation.begin(), rows.fValidation.end(), [](Long64_t i) { return i < 60; }), 12);
   std::vector<Long64_t> all(rows.fTraining);
   all.insert(all.end(), rows.fValidation.begin(), rows.fValidation.end());
   std::sort(all.begin(), all.end());
   std::vector<Long64_t> expected(100);
   std::iota(expected.begin(), expected.end(), 0);
   EXPECT_EQ(all, expected);
   EXPECT_TRUE(std::is_sorted(rows.fTraining.begin(), rows.fTraining.end()));
   EXPECT_TRUE(std::is_sorted(rows.fValidation.begin(), rows.fValidation.end()));
}

TEST(ValidationRows, RareClassesOnBothSides)
{
   std::vector<int> classes(100, 0);
   classes[98] = classes[99] = 1; // both would validate, or none
   const ValidationRows rows = ChooseValidationRows(classes.data(), 100, 2, 10);
   ASSERT_EQ(rows.fValidation.size(), 10u);
   EXPECT_EQ(std::count(rows.fValidation.begin(), rows.fValidation.end(), 99), 1);
   EXPECT_EQ(std::count(rows.fTraining.begin(), rows.fTraining.end(), 98), 1);
}

TEST(ValidationRows, ClassWithOneEventIsNoReason)
{
   std::vector<int> classes{2, 0, 1, 0, 1, 0, 1};
   EXPECT_TRUE(ChooseValidationRows(classes.data(), 7, 3, 2).IsTail());
}
