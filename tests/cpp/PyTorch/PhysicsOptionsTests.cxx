// Options of MethodPyTorch that need the host: the spread of an ensemble, names of variables.

#include "PyTorch/ToyMethod.hxx"
#include "TorchMVA/Reader.hxx"
#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

#include <cmath>

using namespace ToyPyTorch;
using TorchMVA::EErrorCode;
using TorchMVA::Types;
using TorchMVA::Test::ExpectError;

namespace {

const char *const kSmall = "Layout=8:NumEpochs=2:Seed=1:";

std::vector<float> Errors(const TorchMVA::MethodBase &method, const TorchMVA::Sample &sample)
{
   std::vector<float> errors(sample.Size() * method.GetNResponses(), -1);
   EXPECT_TRUE(method.EvaluateErrors(sample.fVariables.fData, sample.Size(), errors.data()));
   return errors;
}

} // namespace

TEST(PhysicsOptions, TheSpreadOfAnEnsembleIsTheErrorOfItsResponse)
{
   WorkingDir folder;
   Toy toy(std::string(kSmall) + "EnsembleSize=3:VarTransform=N");
   toy.Book();
   toy.Train();
   toy.fMethod->WriteStateToFile();
   const TorchMVA::Sample sample = toy.fData->GetSample(Types::kTesting);
   const std::vector<float> errors = Errors(*toy.fMethod, sample);
   for (const float error : errors)
      EXPECT_GT(error, 0);
   fs::remove_all("weights/TrainedModel_Net.pt2"); // the weight file is enough

   Loaded loaded("weights/job_Net.weights.xml");
   EXPECT_EQ(loaded.Evaluate(sample), toy.Evaluate());
   EXPECT_EQ(Errors(*loaded.fMethod, sample), errors);

   TorchMVA::Reader reader("Silent:Error"), plain("Silent");
   for (TorchMVA::Reader *one : {&reader, &plain}) {
      for (const char *name : {"x0", "x1", "x2", "x3"})
         one->AddVariable(name, static_cast<Float_t *>(nullptr));
      one->BookMVA("Net", "weights/job_Net.weights.xml");
      const float *row = sample.fVariables.Row(5);
      EXPECT_NEAR(one->EvaluateMVA(std::vector<Float_t>(row, row + 4), "Net"), toy.Evaluate()[5], 1e-6);
   }
   EXPECT_NEAR(reader.GetMVAError(), errors[5], 1e-6);
   EXPECT_EQ(reader.GetMVAErrorUpper(), reader.GetMVAErrorLower());
   EXPECT_EQ(plain.GetMVAError(), -1);
}

TEST(PhysicsOptions, ASingleNetworkHasNoError)
{
   WorkingDir folder;
   Toy toy(kSmall);
   toy.Book();
   toy.Train();
   const TorchMVA::Sample sample = toy.fData->GetSample(Types::kTesting);
   std::vector<float> errors(sample.Size(), -7);
   EXPECT_FALSE(toy.fMethod->EvaluateErrors(sample.fVariables.fData, sample.Size(), errors.data()));
   EXPECT_EQ(errors.front(), -7);
}

TEST(PhysicsOptions, NamesOfVariablesReachThem)
{
   for (const char *option : {"Parametrise", "Decorrelate"}) {
      WorkingDir folder;
      Toy good(std::string(kSmall) + option + "=x2:VarTransform=N");
      good.Book();
      good.Train();
      Toy unknown(std::string(kSmall) + option + "=y2");
      ExpectError(EErrorCode::kOption, {option, "x0, x1, x2, x3", "found 'y2'", "did you mean 'x2'"},
                  [&] { unknown.Book(); });
      Toy mixed(std::string(kSmall) + option + "=x2:VarTransform=D");
      mixed.Book();
      ExpectError(EErrorCode::kOption, {option, "VarTransform mixes the variables"}, [&] { mixed.Train(); });
   }
}

TEST(PhysicsOptions, ARegressionHasNoBackground)
{
   for (const char *option : {"Parametrise=x1", "Decorrelate=x1", "Calibrate"}) {
      WorkingDir folder;
      Toy toy(std::string(kSmall) + option, Types::kRegression);
      ExpectError(EErrorCode::kOption, {"regression"}, [&] { toy.Book(); });
   }
}
