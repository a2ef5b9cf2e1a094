#include "../Facade/ClassExample.hxx"
#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

using namespace TorchMVA;
using TorchMVA::Test::ClassExample;
using TorchMVA::Test::ExpectError;

TEST(VariableSelection, HasTheChosenColumnsOfTheSameEvents)
{
   const ClassExample example;
   auto loader = example.MakeLoader("dataset");
   DataSetInfo &info = loader->GetDataSetInfo();
   const auto all = info.GetSharedDataSet();
   const TMatrixD correlations = info.CorrelationMatrix("Signal");
   auto selected = info.SelectVariables({3, 1});
   const Sample before = all->GetSample(Types::kTesting);
   info.Invalidate();

   EXPECT_EQ(selected->GetListOfVariables(), (std::vector<TString>{"var4", "var2"}));
   EXPECT_EQ(selected->GetNClasses(), 2u);
   EXPECT_EQ(selected->CorrelationMatrix("Signal")(0, 1), correlations(3, 1));
   const DataSet *data = selected->GetDataSet();
   EXPECT_EQ(data->GetNTrainingEvents(), all->GetNTrainingEvents());
   const Sample after = data->GetSample(Types::kTesting);
   EXPECT_EQ(after.fWeights, before.fWeights) << "shared, not copied";
   EXPECT_EQ(after.fClasses, before.fClasses);
   ASSERT_EQ(after.fVariables.fRows, before.fVariables.fRows);
   for (Long64_t i = 0; i < after.Size(); ++i) {
      ASSERT_EQ(after.fVariables(i, 0), before.fVariables(i, 3));
      ASSERT_EQ(after.fVariables(i, 1), before.fVariables(i, 1));
   }
   ExpectError(EErrorCode::kArgument, {"below 4", "found 4"}, [&] { all->SelectVariables({0, 4}); });
}
