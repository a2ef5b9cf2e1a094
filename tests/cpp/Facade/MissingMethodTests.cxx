// Methods that do not exist: the error says so, and which ones do.

#include "Facade/ClassExample.hxx"
#include "TorchMVA/Factory.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"
#include "support/ExpectError.hxx"
#include "support/TempDir.hxx"
#include "support/ToyTree.hxx"

#include <gtest/gtest.h>

#include <algorithm>

using namespace TorchMVA;
using namespace TorchMVA::Test;

namespace {

class MissingMethod : public ::testing::Test {
protected:
   Silence fSilence;
   WorkingDir fFolder;
   ClassExample fExample;
   std::unique_ptr<DataLoader> fLoader = fExample.MakeLoader("dataset");
   Factory fFactory{"job", "Silent:!Color:AnalysisType=Classification"};
};

} // namespace

TEST_F(MissingMethod, EveryTypeOfTMVAThatIsNotHereIsNamed)
{
   const auto available = ClassifierFactory::Instance().List();
   EXPECT_EQ(std::count(available.begin(), available.end(), "CrossValidation"), 0) << "the class of that name books it";
   int nMissing = 0;
   for (int i = 0; i < Types::kMaxMethod; ++i) {
      const auto type = static_cast<Types::EMVA>(i);
      const std::string name = Types::Instance().GetMethodName(type).Data();
      if (type == Types::kPlugins || type == Types::kCrossValidation ||
          std::count(available.begin(), available.end(), name) > 0)
         continue;
      ExpectError(EErrorCode::kMethod, {"\"" + name + "\"", "available: ", "Fisher, ", "LD, ", "PyTorch"},
                  [&] { fFactory.BookMethod(fLoader.get(), type, "title"); });
      ++nMissing;
   }
   EXPECT_GT(nMissing, 20);
   EXPECT_FALSE(fFactory.HasMethod("dataset", "title"));
}

TEST_F(MissingMethod, NamesThatNobodyKnowsGetTheNearestOne)
{
   ExpectError(EErrorCode::kMethod, {"FooBar", "available: "},
               [&] { fFactory.BookMethod(fLoader.get(), "FooBar", "title"); });
   ExpectError(EErrorCode::kMethod, {"Fischer", "did you mean 'Fisher'"},
               [&] { fFactory.BookMethod(fLoader.get(), "Fischer", "title"); });
   ExpectError(EErrorCode::kMethod, {"pytorch", "did you mean 'PyTorch'"},
               [&] { fFactory.BookMethod(fLoader.get(), "pytorch", "title"); });
   ExpectError(EErrorCode::kMethod, {"33"}, [&] { fFactory.BookMethod(fLoader.get(), Types::kMaxMethod, "title"); });
}

TEST_F(MissingMethod, APluginWithoutAHandlerSaysHowToAddOne)
{
   ExpectError(EErrorCode::kMethod, {"AddHandler", "TMVA@@MethodBase", "MyTitle"},
               [&] { fFactory.BookMethod(fLoader.get(), Types::kPlugins, "MyTitle"); });
   DataSetInfo info;
   auto &registry = ClassifierFactory::Instance();
   ExpectError(EErrorCode::kMethod, {"job_MyTitle"},
               [&] { registry.Create("Plugins", info, "dataset/weights/job_MyTitle.weights.xml"); });
   ExpectError(EErrorCode::kMethod, {"weight file"}, [&] { registry.Create("Plugins", info); });
}
