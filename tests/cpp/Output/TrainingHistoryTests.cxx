#include "TAxis.h"
#include "TGraph.h"
#include "TList.h"
#include "TMemFile.h"
#include "TorchMVA/Output/OutputFile.hxx"

#include <gtest/gtest.h>

#include <limits>

using namespace TorchMVA;

namespace {
const double kNaN = std::numeric_limits<double>::quiet_NaN();
}

TEST(TrainingHistory, AGraphForEveryFigureAgainstTheEpoch)
{
   TMemFile file("history", "RECREATE");
   WriteTrainingHistory(&file, {{"epoch", {1, 2, 3}}, {"validation_loss", {0.5, 0.4, 0.45}}, {"seconds", {1, 2, 1}}});
   EXPECT_EQ(file.GetListOfKeys()->GetSize(), 2) << "the epoch is the abscissa";
   auto *graph = file.Get<TGraph>("TrainingHistory_validation_loss");
   ASSERT_NE(graph, nullptr);
   ASSERT_EQ(graph->GetN(), 3);
   EXPECT_DOUBLE_EQ(graph->GetX()[2], 3);
   EXPECT_DOUBLE_EQ(graph->GetY()[1], 0.4);
   EXPECT_STREQ(graph->GetXaxis()->GetTitle(), "Epoch");
}

TEST(TrainingHistory, ValuesThatAreUnknownAreLeftOut)
{
   TMemFile file("history", "RECREATE");
   WriteTrainingHistory(&file, {{"epoch", {1, 2}}, {"training_loss", {kNaN, kNaN}}, {"validation_loss", {kNaN, 0.25}}});
   EXPECT_EQ(file.Get("TrainingHistory_training_loss"), nullptr);
   auto *graph = file.Get<TGraph>("TrainingHistory_validation_loss");
   ASSERT_NE(graph, nullptr);
   ASSERT_EQ(graph->GetN(), 1);
   EXPECT_DOUBLE_EQ(graph->GetX()[0], 2);
}

TEST(TrainingHistory, NothingWithoutAHistory)
{
   TMemFile file("history", "RECREATE");
   WriteTrainingHistory(&file, {});
   EXPECT_EQ(file.GetListOfKeys()->GetSize(), 0);
}
