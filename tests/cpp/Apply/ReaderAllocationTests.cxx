// An event loop over a Reader takes no memory from the heap: every allocation of the process is counted here.

#include "../Facade/ClassExample.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Reader.hxx"
#include "support/TempDir.hxx"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<long> gAllocations{0};
}

// GCC 12 sees `free` of memory from `new` once it has inlined these, and does not see that both are replaced.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void *operator new(std::size_t size)
{
   ++gAllocations;
   if (void *memory = std::malloc(size ? size : 1))
      return memory;
   throw std::bad_alloc();
}

void operator delete(void *memory) noexcept
{
   std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
   std::free(memory);
}

using namespace TorchMVA;

TEST(ReaderAllocation, EventsAndBlocksTakeNoMemory)
{
   const TorchMVA::Test::WorkingDir folder;
   const TorchMVA::Test::ClassExample example;
   const auto loader = example.MakeLoader("dataset");
   Factory factory("job", "!V:Silent:!Color:AnalysisType=Classification");
   factory.BookMethod(loader.get(), Types::kFisher, "Plain", "");
   factory.BookMethod(loader.get(), Types::kFisher, "Transformed", "VarTransform=D,G,N");
   factory.TrainAllMethods();

   Reader reader("!Color:Silent");
   Float_t inputs[4] = {0.1f, -0.3f, 0.7f, 1.1f};
   for (int i = 0; i < 4; ++i)
      reader.AddVariable(TString::Format("var%d", i + 1), &inputs[i]);
   const TString tags[] = {"Plain", "Transformed"};
   const long unbooked = gAllocations;
   for (const auto &tag : tags)
      reader.BookMVA(tag, "dataset/weights/job_" + tag + ".weights.xml");
   ASSERT_GT(gAllocations, unbooked + 100) << "what the library takes is not counted";
   const std::vector<float> passed(inputs, inputs + 4), rows(4 * 3000, 0.5f);
   std::vector<float> responses(3000);
   double sum = 0;
   const auto evaluate = [&] {
      for (const auto &tag : tags) {
         sum += reader.EvaluateMVA(tag) + reader.EvaluateMVA(passed, tag);
         reader.EvaluateBatch(tag, rows.data(), 3000, responses.data());
      }
   };
   evaluate(); // the first time takes what is kept then
   const long before = gAllocations;
   for (int i = 0; i < 10; ++i)
      evaluate();
   EXPECT_EQ(gAllocations, before);
   EXPECT_NE(sum, 0);
}
