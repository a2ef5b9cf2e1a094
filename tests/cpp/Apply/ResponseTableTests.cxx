// The memory of responses by the values of their inputs.

#include "Apply/ResponseTable.hxx"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

using TorchMVA::Internal::InputRows;
using TorchMVA::Internal::ResponseTable;

namespace {

float At(const std::uint32_t *responses, int k)
{
   float value;
   std::memcpy(&value, responses + k, sizeof(value));
   return value;
}

} // namespace

TEST(ResponseTable, FindsWhatWasInsertedAndNothingElse)
{
   constexpr std::size_t kN = 100000;
   ResponseTable table(3, 1, 2);
   std::vector<float> variables, responses;
   std::vector<double> spectators;
   for (std::size_t i = 0; i < kN; ++i) {
      variables.insert(variables.end(), {float(i % 10), float(i / 10 % 100), -1});
      spectators.push_back(double(i / 1000));
      responses.insert(responses.end(), {float(i), -float(i)});
   }
   std::vector<std::thread> threads;
   for (std::size_t part = 0; part < 4; ++part)
      threads.emplace_back([&, part] {
         const std::size_t first = part * kN / 4;
         table.Insert({&variables[3 * first], &spectators[first], kN / 4}, &responses[2 * first]);
      });
   for (auto &thread : threads)
      thread.join();
   EXPECT_EQ(table.Size(), kN);
   for (std::size_t i = 0; i < kN; ++i) {
      const auto *found = table.Find(&variables[3 * i], &spectators[i]);
      ASSERT_NE(found, nullptr) << i;
      ASSERT_EQ(At(found, 0), float(i));
      ASSERT_EQ(At(found, 1), -float(i));
   }
   const float other[] = {0, 0, 1};
   const double spectator = 0, far = 1000;
   EXPECT_EQ(table.Find(other, &spectator), nullptr);
   EXPECT_EQ(table.Find(variables.data(), &far), nullptr);
}

TEST(ResponseTable, KeepsTheFirstResponseOfEqualRows)
{
   ResponseTable table(1, 0, 1);
   const float rows[] = {2, 2, 3}, responses[] = {5, 6, 7};
   EXPECT_EQ(table.Find(rows, nullptr), nullptr);
   table.Insert({rows, nullptr, 3}, responses);
   EXPECT_EQ(table.Size(), 2u);
   EXPECT_EQ(At(table.Find(rows, nullptr), 0), 5);
   EXPECT_EQ(At(table.Find(rows + 2, nullptr), 0), 7);
}
