// Trains and applies MethodPyTorch directly, in a plain executable: Python is started by the library.

#include "PyTorch/ToyMethod.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TestDataDir.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

using namespace ToyPyTorch;
using TorchMVA::EErrorCode;
using TorchMVA::Types;

namespace {

/// Mean response on each class of the test sample.
std::pair<double, double> Means(const Toy &toy)
{
   const TorchMVA::Sample sample = toy.fData->GetSample(Types::kTesting);
   const std::vector<float> responses = toy.Evaluate();
   double sum[2] = {0, 0};
   for (Long64_t i = 0; i < sample.Size(); ++i)
      sum[sample.fClasses[i]] += responses[i];
   return {2 * sum[0] / sample.Size(), 2 * sum[1] / sample.Size()};
}

template <typename F>
TorchMVA::Error ErrorOf(F &&function)
{
   try {
      function();
   } catch (const TorchMVA::Error &error) {
      return error;
   }
   ADD_FAILURE() << "no TorchMVA::Error was thrown";
   return TorchMVA::Error(EErrorCode::kInternal, "nothing was thrown");
}

bool Contains(const std::string &text, const std::string &part)
{
   return text.find(part) != std::string::npos;
}

} // namespace

TEST(MethodPyTorch, TrainsWithDefaultsOnly)
{
   WorkingDir folder;
   WriteText("code.py", ModelCode(4, 2));
   Toy toy("!H:!V:FilenameModel=model.pt:NumEpochs=20:BatchSize=10:UserCode=code.py");
   toy.Book();
   toy.Train();
   const auto means = Means(toy);
   EXPECT_GT(means.first, 0.6);
   EXPECT_LT(means.second, 0.3);
   EXPECT_TRUE(fs::exists("weights/TrainedModel_Net.pt"));
   EXPECT_EQ(toy.fMethod->GetNOutputs(), 2u);
}

TEST(MethodPyTorch, TrainsWithUserFunctionsAndWeightFileGivesSameBits)
{
   WorkingDir folder;
   WriteText("code.py", ModelCode(4, 2) + kUserFunctions);
   Toy toy("FilenameModel=model.pt:FilenameTrainedModel=trained.h5:NumEpochs=20:BatchSize=10:UserCode=code.py:"
           "LearningRateSchedule=2,0.5");
   toy.Book();
   toy.Train();
   EXPECT_GT(Means(toy).first, 0.6);
   toy.fMethod->WriteStateToFile();
   EXPECT_TRUE(fs::exists("trained.h5"));

   fs::create_directory("elsewhere"); // a weight folder can be moved, without the model file
   fs::rename("weights/job_Net.weights.xml", "elsewhere/net.xml");
   fs::remove("trained.h5");
   Loaded loaded("elsewhere/net.xml");
   EXPECT_EQ(loaded.Evaluate(toy.fData->GetSample(Types::kTesting)), toy.Evaluate());
}

TEST(MethodPyTorch, RegressionAndMulticlass)
{
   WorkingDir folder;
   WriteText("code.py", ModelCode(3, 1, ""));
   Toy regression("FilenameModel=model.pt:NumEpochs=40:BatchSize=10:UserCode=code.py", Types::kRegression, 3);
   regression.Book();
   regression.Train();
   const TorchMVA::Sample sample = regression.fData->GetSample(Types::kTesting);
   const std::vector<float> values = regression.Evaluate();
   double square = 0;
   for (std::size_t i = 0; i < values.size(); ++i)
      square += std::pow(values[i] - sample.fTargets.fData[i], 2) / values.size();
   EXPECT_LT(square, 1.); // the variance of the target is 3

   WriteText("code.py", ModelCode(4, 3) + kUserFunctions);
   Toy multiclass("FilenameModel=model.pt:NumEpochs=20:BatchSize=10:SaveBestOnly=False:UserCode=code.py",
                  Types::kMulticlass, 4, 3, 600);
   multiclass.Book();
   multiclass.Train();
   EXPECT_EQ(multiclass.Evaluate().size(), 600u * 3);
   EXPECT_EQ(multiclass.fMethod->GetNOutputs(), 3u);
}

TEST(MethodPyTorch, OneSigmoidOutputIsTheSignalProbability)
{
   WorkingDir folder;
   WriteText("code.py", ModelCode(4, 1, "torch.nn.Sigmoid()"));
   Toy toy("FilenameModel=model.pt:NumEpochs=20:BatchSize=10:UserCode=code.py");
   toy.Book();
   toy.Train();
   EXPECT_EQ(toy.fMethod->GetNOutputs(), 1u);
   EXPECT_GT(Means(toy).first, 0.6);
   EXPECT_LT(Means(toy).second, 0.3);
}

TEST(MethodPyTorch, PythonSeesTheMemoryOfTheDataSetAndKeepsItAlive)
{
   WorkingDir folder;
   WriteText("code.py", ModelCode(4, 2) + R"(
import sys
def train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
    sys.kept_X = train_loader.dataset.tensors[0]
    with open('addresses.txt', 'w') as file:
        print(sys.kept_X.data_ptr(), val_loader.dataset.tensors[0].data_ptr(), file=file)
    for X, y in train_loader:
        X.zero_()  # batches belong to the user code
    return model

def predict(model, X):
    sys.kept_array = X
    with open('rows.txt', 'w') as file:
        print(X.ctypes.data, int(X.flags.writeable), file=file)
    return model(torch.tensor(X)).detach().double().numpy()[:, ::-1][:, ::-1]

load_model_custom_objects = {"criterion": None, "train_func": train, "predict_func": predict}
)");
   std::string sum;
   {
      Toy toy("FilenameModel=model.pt:UserCode=code.py:SaveBestOnly=False");
      toy.Book();
      toy.Train();
      const TorchMVA::Sample training = toy.fData->GetSample(Types::kTraining);
      std::istringstream addresses(ReadText("addresses.txt"));
      std::uintptr_t train = 0, validation = 0;
      addresses >> train >> validation;
      EXPECT_EQ(train, reinterpret_cast<std::uintptr_t>(training.fVariables.fData));
      EXPECT_EQ(validation, reinterpret_cast<std::uintptr_t>(training.fVariables.Row(320)));
      EXPECT_NE(training.fVariables(0, 0), 0.F) << "user code changed the data set through a batch";

      toy.Evaluate();
      std::istringstream rows(ReadText("rows.txt"));
      std::uintptr_t test = 0;
      int isWriteable = -1;
      rows >> test >> isWriteable;
      EXPECT_NE(test, reinterpret_cast<std::uintptr_t>(toy.fData->GetSample(Types::kTesting).fVariables.fData));
      EXPECT_EQ(isWriteable, 1) << "rows for predict_func are its own";
      double total = 0;
      for (Long64_t i = 0; i < 320; ++i)
         total += training.fVariables(i, 0);
      sum = std::to_string(total);
   }
   // method, data set and info are gone; what Python keeps is still there
   WriteText("later.py",
             "import sys\n"
             "open('kept.txt', 'w').write('%.3f %d' % (sys.kept_X[:, 0].double().sum(), sys.kept_array.shape[0]))\n" +
                ModelCode(4, 2));
   Toy other("FilenameModel=model.pt:UserCode=later.py");
   other.Book();
   std::istringstream kept(ReadText("kept.txt"));
   double total = 0;
   int n = 0;
   kept >> total >> n;
   EXPECT_NEAR(total, std::stod(sum), 1e-2);
   EXPECT_EQ(n, 400);
}

TEST(MethodPyTorch, ValidationContainsEveryClassOfABlockOrderedSample)
{
   WorkingDir folder;
   WriteText("code.py", ModelCode(4, 2) + R"(
def train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler, weights):
    Y = torch.cat([y for X, y in val_loader])
    with open('classes.txt', 'w') as file:
        print(len(Y), int(Y[:, 0].sum()), len(train_loader.dataset), float(weights[1].sum()), file=file)
    return model

load_model_custom_objects = {"train_func": train}
)");
   Toy toy("FilenameModel=model.pt:UserCode=code.py:SaveBestOnly=False", Types::kClassification, 4, 2, 400, true);
   toy.Book();
   toy.Train();
   EXPECT_EQ(ReadText("classes.txt"), "80 40 320 100.0\n"); // weights 1 and 1.5
}

TEST(MethodPyTorch, UserCodeErrorsCarryTheTraceback)
{
   WorkingDir folder;
   auto trainError = [](const std::string &body) {
      WriteText("code.py", ModelCode(4, 2) + "def train(*args, **kwargs):\n    " + body +
                              "\nload_model_custom_objects = {'train_func': train}\n");
      return ErrorOf([] {
         Toy toy("FilenameModel=model.pt:UserCode=code.py");
         toy.Book();
         toy.Train();
      });
   };
   const TorchMVA::Error raised = trainError("raise ValueError('no luck')");
   EXPECT_EQ(raised.GetCode(), EErrorCode::kUserCode);
   EXPECT_TRUE(Contains(raised.GetMessage(), "ValueError: no luck")) << raised.what();
   EXPECT_TRUE(Contains(raised.GetTraceback(), "code.py")) << raised.GetTraceback();
   EXPECT_TRUE(Contains(raised.GetTraceback(), "in train")) << raised.GetTraceback();
   EXPECT_TRUE(Contains(trainError("raise SystemExit(3)").GetMessage(), "SystemExit: 3"));
   EXPECT_EQ(trainError("raise KeyboardInterrupt").GetMessage(), "Interrupted");
   EXPECT_TRUE(Contains(trainError("return 5").GetMessage(), "found int"));

   WriteText("code.py", "def broken(:\n");
   const TorchMVA::Error syntax = ErrorOf([] { Toy("FilenameModel=model.pt:UserCode=code.py").Book(); });
   EXPECT_EQ(syntax.GetCode(), EErrorCode::kUserCode);
   EXPECT_TRUE(Contains(syntax.GetTraceback(), "SyntaxError"));
   const TorchMVA::Error missing = ErrorOf([] { Toy("FilenameModel=model.pt:UserCode=nothing.py").Book(); });
   EXPECT_TRUE(Contains(missing.GetMessage(), "Input user code is not existing : nothing.py"));
}

TEST(MethodPyTorch, ModelsThatDoNotFitAreRefused)
{
   WorkingDir folder;
   auto bookError = [](const std::string &options) { return ErrorOf([&] { Toy(options).Book(); }); };
   WriteText("code.py", ModelCode(3, 2));
   const TorchMVA::Error input = bookError("FilenameModel=model.pt:UserCode=code.py");
   EXPECT_EQ(input.GetCode(), EErrorCode::kModel);
   EXPECT_TRUE(Contains(input.GetMessage(), "4 input variables")) << input.what();
   WriteText("code.py", ModelCode(4, 3));
   const TorchMVA::Error output = bookError("FilenameModel=model.pt:UserCode=code.py");
   EXPECT_EQ(output.GetCode(), EErrorCode::kModel);
   EXPECT_TRUE(Contains(output.GetMessage(), "expected 2 or 1 outputs, found 3")) << output.what();
   EXPECT_EQ(bookError("FilenameModel=absent.pt").GetCode(), EErrorCode::kModel);
   WriteText("foreign.pt", "this is no model");
   EXPECT_EQ(bookError("FilenameModel=foreign.pt").GetCode(), EErrorCode::kModel);
   EXPECT_EQ(bookError("FilenameModel=model.pt:BatchSize=0").GetCode(), EErrorCode::kOption);
}

TEST(MethodPyTorch, PredictionsOfWrongShapeAreRefused)
{
   WorkingDir folder;
   for (const char *result : {"np.zeros((len(X), 3))", "np.zeros((2, len(X)))", "'text'", "None"}) {
      WriteText("code.py", ModelCode(4, 2) + "import numpy as np\ndef predict(model, X):\n    return " + result +
                              "\nload_model_custom_objects = {'predict_func': predict}\n");
      const TorchMVA::Error error = ErrorOf([] {
         Toy toy("FilenameModel=model.pt:UserCode=code.py:NumEpochs=1");
         toy.Book();
         toy.Train();
      });
      EXPECT_EQ(error.GetCode(), EErrorCode::kUserCode) << result;
      EXPECT_TRUE(Contains(error.GetMessage(), "predict_func must return")) << error.what();
   }
}

TEST(MethodPyTorch, TamperedModelIsRefused)
{
   WorkingDir folder;
   WriteText("code.py", ModelCode(4, 2));
   Toy toy("FilenameModel=model.pt:NumEpochs=1:UserCode=code.py");
   toy.Book();
   toy.Train();
   toy.fMethod->WriteStateToFile();
   std::string text = ReadText("weights/job_Net.weights.xml");
   const std::size_t at = text.find(" Sha256=\"", text.find("<Model ")) + 9;
   text[at] = text[at] == '0' ? '1' : '0';
   WriteText("weights/changed.xml", text);
   Loaded loaded("weights/changed.xml");
   const TorchMVA::Error error = ErrorOf([&] { loaded.Evaluate(toy.fData->GetSample(Types::kTesting)); });
   EXPECT_EQ(error.GetCode(), EErrorCode::kModel);
   EXPECT_TRUE(Contains(error.GetMessage(), "expected SHA-256")) << error.what();
}

TEST(MethodPyTorch, PredictsFromManyThreads)
{
   WorkingDir folder;
   WriteText("code.py", ModelCode(4, 2));
   Toy toy("FilenameModel=model.pt:NumEpochs=1:UserCode=code.py");
   toy.Book();
   toy.Train();
   toy.fMethod->WriteStateToFile();
   const TorchMVA::Sample sample = toy.fData->GetSample(Types::kTesting);
   std::vector<float> expected(sample.Size());
   for (Long64_t i = 0; i < sample.Size(); ++i)
      toy.fMethod->Evaluate(sample.fVariables.Row(i), 1, &expected[i]);

   const Loaded loaded("weights/job_Net.weights.xml"); // loads at the first evaluation, in whichever thread
   std::vector<std::vector<float>> found(4, std::vector<float>(sample.Size()));
   std::vector<std::thread> threads;
   for (auto &values : found)
      threads.emplace_back([&] {
         for (Long64_t i = 0; i < sample.Size(); ++i)
            loaded.fMethod->Evaluate(sample.fVariables.Row(i), 1, &values[i]);
      });
   for (auto &thread : threads)
      thread.join();
   for (const auto &values : found)
      EXPECT_EQ(values, expected);
}

TEST(MethodPyTorch, ReadsWeightFilesOfTmva)
{
   WorkingDir folder;
   const fs::path golden = fs::path(TORCHMVA_TEST_DATA_DIR) / "golden" / "pytorch";
   for (const char *name : {"testPyTorchClassification_PyTorch.weights.xml", "trainedPyTorchModelClassification.pt"})
      fs::copy(golden / name, name);
   TorchMVA::DataSetInfo info("golden");
   for (const char *name : {"var1", "var2", "var3", "var4"})
      info.AddVariable(name);
   TorchMVA::MethodPyTorch method(info, "testPyTorchClassification_PyTorch.weights.xml");
   method.SetupMethod();
   method.ReadStateFromFile();
   std::istringstream lines(ReadText(golden / "pytorch_response_first20.csv"));
   std::string line;
   std::getline(lines, line);
   int n = 0;
   for (; std::getline(lines, line); ++n) {
      std::istringstream cells(line);
      std::vector<std::string> cell;
      for (std::string text; std::getline(cells, text, ',');)
         cell.push_back(text);
      float values[4];
      for (int k = 0; k < 4; ++k)
         values[k] = std::stof(cell.at(3 + k));
      float response = 0;
      method.Evaluate(values, 1, &response);
      EXPECT_NEAR(response, std::stof(cell.at(11)), 2e-4) << line;
   }
   EXPECT_EQ(n, 40);
}
