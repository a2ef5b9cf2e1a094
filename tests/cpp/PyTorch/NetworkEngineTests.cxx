// The two engines of MethodPyTorch: which one predicts, that they agree, what is refused.

#include "PyTorch/ToyMethod.hxx"
#include "TorchMVA/Network/Network.hxx"
#include "TorchMVA/RReader.hxx"
#include "TorchMVA/Reader.hxx"
#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

using namespace ToyPyTorch;
using TorchMVA::EErrorCode;
using TorchMVA::Types;
using TorchMVA::Test::ExpectError;

namespace {

const char *const kWeights = "weights/job_Net.weights.xml";

bool Contains(const std::string &text, const std::string &part)
{
   return text.find(part) != std::string::npos;
}

/// Trains and writes; the method itself still predicts with Python.
void Write(Toy &toy)
{
   toy.Book();
   toy.Train();
   toy.fMethod->WriteStateToFile();
}

/// The method of the weight file with the native engine gives what Python gives.
void ExpectAgreement(const Toy &toy, const char *what)
{
   const Loaded native(kWeights, 4, Types::kAutoEngine);
   EXPECT_FALSE(native.fMethod->UsesPython()) << what;
   EXPECT_TRUE(native.fMethod->GetEngineName().BeginsWith("native")) << native.fMethod->GetEngineName();
   const std::vector<float> found = native.Evaluate(toy.fData->GetSample(Types::kTesting)), expected = toy.Evaluate();
   ASSERT_EQ(found.size(), expected.size());
   float scale = 0;
   for (const float value : expected)
      scale = std::max(scale, std::fabs(value));
   for (std::size_t i = 0; i < found.size(); ++i)
      ASSERT_NEAR(found[i], expected[i], 1e-5 * scale) << what << " " << i;
}

} // namespace

TEST(NetworkEngine, NetworksOfOptionsAreNative)
{
   WorkingDir folder;
   const std::string options = "Layout=16,16:NumEpochs=2:Seed=1";
   for (const char *more :
        {"", ":BatchNorm:Dropout=0.2:Residual:Activation=GELU", ":EnsembleSize=2:Calibrate", ":VarTransform=D,G"}) {
      Toy toy(options + more);
      Write(toy);
      ExpectAgreement(toy, more);
   }
   Toy multiclass(options, Types::kMulticlass, 4, 3);
   Write(multiclass);
   ExpectAgreement(multiclass, "multiclass");
   Toy regression(options + ":VarTransform=N", Types::kRegression);
   Write(regression);
   ExpectAgreement(regression, "regression");
}

TEST(NetworkEngine, ModelsThatItCannotExpressStayWithPython)
{
   WorkingDir folder;
   WriteText("code.py", "import torch\nclass Mixing(torch.nn.Module):\n    def __init__(self):\n"
                        "        super().__init__()\n        self.last = torch.nn.Linear(4, 2)\n"
                        "    def forward(self, x):\n        return torch.softmax(self.last(x.cumsum(1)), 1)\n"
                        "load_model_custom_objects = {'model': Mixing()}\n");
   Toy toy("NumEpochs=1:UserCode=code.py");
   Write(toy);
   EXPECT_TRUE(Contains(ReadText(kWeights), "NotNative=\"")) << "the reason is in the weight file";
   const Loaded loaded(kWeights, 4, Types::kAutoEngine);
   EXPECT_TRUE(loaded.fMethod->UsesPython());
   EXPECT_TRUE(loaded.fMethod->GetEngineName().Contains("cumsum")) << loaded.fMethod->GetEngineName();
   EXPECT_EQ(loaded.Evaluate(toy.fData->GetSample(Types::kTesting)), toy.Evaluate());
   ExpectError(EErrorCode::kMethod, {"cumsum"}, [] { Loaded(kWeights, 4, Types::kNativeEngine); });
}

TEST(NetworkEngine, AutoLeavesToPythonWhatTorchEvaluatesFaster)
{
   WorkingDir folder;
   WriteText("code.py", "import torch\nclass Attention(torch.nn.Module):\n    def __init__(self):\n"
                        "        super().__init__()\n        self.last = torch.nn.Linear(2, 2)\n"
                        "    def forward(self, x):\n        x = x.view(-1, 2, 2)\n"
                        "        x = torch.softmax(x @ x.transpose(1, 2), 2) @ x\n"
                        "        return torch.softmax(self.last(x.mean(1)), 1)\n"
                        "load_model_custom_objects = {'model': Attention()}\n");
   Toy toy("NumEpochs=1:Seed=1:UserCode=code.py");
   Write(toy);
   const std::string text = ReadText(kWeights), why = "torch evaluates a product of two values faster";
   EXPECT_TRUE(Contains(text, "SlowPart=\"" + why));
   const TorchMVA::Sample sample = toy.fData->GetSample(Types::kTesting);
   const Loaded native(kWeights, 4, Types::kNativeEngine), python(kWeights);
   const std::vector<float> expected = python.Evaluate(sample), fromNetwork = native.Evaluate(sample);
   EXPECT_FALSE(native.fMethod->UsesPython());
   for (std::size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(fromNetwork[i], expected[i], 1e-6) << i;
   EXPECT_TRUE(python.fMethod->GetEngineName().Contains("as asked for")) << python.fMethod->GetEngineName();
   ExpectError(EErrorCode::kMethod, {"Engine=Python"}, [&] { python.fMethod->WriteStandaloneHeader("p.hxx", "N"); });
   {
      const Loaded automatic(kWeights, 4, Types::kAutoEngine);
      EXPECT_TRUE(automatic.fMethod->UsesPython());
      EXPECT_EQ(automatic.fMethod->GetNetwork(), nullptr);
      EXPECT_TRUE(automatic.fMethod->GetEngineName().Contains(why)) << automatic.fMethod->GetEngineName();
      EXPECT_EQ(automatic.Evaluate(sample), expected);
      // as code it needs no Python, however fast torch is
      EXPECT_TRUE(automatic.fMethod->WritesClassAfterTraining());
      automatic.fMethod->MakeClass("Net.C");
      automatic.fMethod->WriteStandaloneHeader("a.hxx", "N");
      native.fMethod->WriteStandaloneHeader("n.hxx", "N");
      EXPECT_TRUE(Contains(ReadText("Net.C"), "class ReadNet"));
      EXPECT_EQ(ReadText("a.hxx"), ReadText("n.hxx"));
   }
   // without the model there is the network, which the file's checksum and its own guard
   const auto model = text.find("<Model "), end = text.find("</Model>");
   ASSERT_NE(end, std::string::npos);
   std::string damaged = text;
   char &character = damaged[damaged.find_first_not_of(" \n", (model + end) / 2)]; // the last ones may be padding
   character = character == 'A' ? 'B' : 'A';
   WriteText("weights/damaged.xml", damaged);
   ExpectError(EErrorCode::kWeightFile, {"damaged"}, [&] { Loaded("weights/damaged.xml").Evaluate(sample); });
   ::testing::internal::CaptureStderr();
   const Loaded alone("weights/damaged.xml", 4, Types::kAutoEngine);
   EXPECT_EQ(alone.Evaluate(sample), fromNetwork);
   EXPECT_EQ(alone.Evaluate(sample), fromNetwork);
   const std::string said = ::testing::internal::GetCapturedStderr(), words = "Python cannot be used";
   EXPECT_FALSE(alone.fMethod->UsesPython());
   EXPECT_NE(said.find(words), std::string::npos) << said;
   EXPECT_EQ(said.find(words), said.rfind(words)) << "once\n" << said;
}

TEST(NetworkEngine, AFunctionOfTheUserThatDoesMoreThanCallTheModelStaysWithPython)
{
   WorkingDir folder;
   for (const bool doesMore : {false, true}) {
      WriteText("code.py", ModelCode(4, 2) +
                              "def predict(model, X, batch_size=100):\n    with torch.no_grad():\n"
                              "        return model(torch.from_numpy(X)).numpy()" +
                              (doesMore ? " ** 2" : "") + "\nload_model_custom_objects = {'predict_func': predict}\n");
      Toy toy("FilenameModel=model.pt:NumEpochs=1:UserCode=code.py");
      Write(toy);
      const Loaded loaded(kWeights, 4, Types::kAutoEngine);
      EXPECT_EQ(loaded.fMethod->UsesPython(), doesMore);
      EXPECT_EQ(loaded.fMethod->GetEngineName().Contains("predict_func"), doesMore) << loaded.fMethod->GetEngineName();
   }
}

TEST(NetworkEngine, DamageIsFoundBeforeAnEventIsApplied)
{
   WorkingDir folder;
   Toy toy("Layout=8:NumEpochs=1:Seed=1");
   Write(toy);
   const std::string text = ReadText(kWeights);
   const auto changed = [&](const std::string &after, char other) {
      std::string damaged = text;
      const std::size_t at = damaged.find(after) + after.size();
      damaged[at] = damaged[at] == other ? static_cast<char>(other + 1) : other;
      WriteText("weights/changed.xml", damaged);
   };
   changed("Md5=\"", '0');
   ExpectError(EErrorCode::kWeightFile, {"MD5"}, [] { Loaded("weights/changed.xml", 4, Types::kAutoEngine); });
   changed("<Parameters>", 'A');
   ExpectError(EErrorCode::kWeightFile, {"MD5"}, [] { Loaded("weights/changed.xml", 4, Types::kAutoEngine); });
   changed("<Network Version=\"", '2');
   ExpectError(EErrorCode::kWeightFile, {"ersion"}, [] { Loaded("weights/changed.xml", 4, Types::kAutoEngine); });
   changed("NInputs=\"", '3');
   ExpectError(EErrorCode::kWeightFile, {}, [] { Loaded("weights/changed.xml", 4, Types::kAutoEngine); });
}

TEST(NetworkEngine, ReadersChooseTheEngine)
{
   WorkingDir folder;
   Toy toy("Layout=8:NumEpochs=1:Seed=1");
   Write(toy);
   const std::vector<float> event{0.5F, -0.25F, 1.F, 2.F};
   std::vector<double> found;
   for (const char *engine : {"Auto", "Native", "Python"}) {
      TorchMVA::Reader reader(TString("Silent:Engine=") + engine);
      for (const char *name : {"x0", "x1", "x2", "x3"})
         reader.AddVariable(name, static_cast<Float_t *>(nullptr));
      const auto *method = dynamic_cast<TorchMVA::MethodPyTorch *>(reader.BookMVA("Net", kWeights));
      ASSERT_NE(method, nullptr);
      EXPECT_EQ(method->UsesPython(), std::string(engine) == "Python");
      EXPECT_EQ(method->GetNetwork() == nullptr, method->UsesPython());
      found.push_back(reader.EvaluateMVA(event, "Net"));
      const TorchMVA::Experimental::RReader frame(kWeights, engine);
      EXPECT_EQ(frame.UsesPython(), method->UsesPython());
      EXPECT_EQ(frame.Compute(event).at(0), static_cast<float>(found.back()));
   }
   EXPECT_EQ(found[0], found[1]);
   EXPECT_NEAR(found[0], found[2], 1e-6);
   ExpectError(EErrorCode::kOption, {"Engine"}, [] { TorchMVA::Reader("Engine=Fast"); });
   ExpectError(EErrorCode::kArgument, {"Native"}, [] { TorchMVA::Experimental::RReader(kWeights, "Fast"); });
}

TEST(NetworkEngine, ThreadsShareOneNetworkAndGetTheSameBits)
{
   WorkingDir folder;
   Toy toy("Layout=32:NumEpochs=1:Seed=1");
   Write(toy);
   const Loaded loaded(kWeights, 4, Types::kNativeEngine);
   const TorchMVA::Sample sample = toy.fData->GetSample(Types::kTesting);
   const std::vector<float> expected = loaded.Evaluate(sample);
   std::vector<std::vector<float>> found(4, std::vector<float>(sample.Size()));
   std::vector<std::thread> threads;
   for (auto &values : found)
      threads.emplace_back([&values, &loaded, &sample] {
         for (Long64_t i = 0; i < sample.Size(); ++i)
            loaded.fMethod->Evaluate(sample.fVariables.Row(i), 1, &values[i]);
      });
   for (auto &thread : threads)
      thread.join();
   for (const auto &values : found)
      EXPECT_EQ(values, expected);
}
