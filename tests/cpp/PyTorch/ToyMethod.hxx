#ifndef TORCHMVA_TESTS_PYTORCH_TOYMETHOD_HXX
#define TORCHMVA_TESTS_PYTORCH_TOYMETHOD_HXX

#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/PyTorch/MethodPyTorch.hxx"
#include "support/TempDir.hxx"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace ToyPyTorch {

/// Before torch starts its threads: the networks here are too small for two, and other tests run beside.
const bool kOneThread = setenv("OMP_NUM_THREADS", "1", 0) == 0;

namespace fs = std::filesystem;

using TorchMVA::Test::ReadText;
using TorchMVA::Test::WorkingDir;
using TorchMVA::Test::WriteText;

/// Gaussians, class c shifted by c, `nVariables` columns; all events train and test. Weight 1 + 0.5 * class.
inline std::shared_ptr<TorchMVA::DataSet> MakeToy(Long64_t n, int nVariables, unsigned nClasses, bool regression,
                                                  bool blocks = false)
{
   std::mt19937 random(7);
   std::normal_distribution<float> gauss;
   TorchMVA::SharedMatrix<float> variables(2 * n, nVariables), targets(2 * n, regression ? 1 : 0), weights(2 * n, 1);
   TorchMVA::SharedMatrix<double> spectators(2 * n, 0);
   TorchMVA::SharedMatrix<int> classes(2 * n, 1);
   for (Long64_t i = 0; i < 2 * n; ++i) {
      const int cls = blocks ? int((i % n) * nClasses / n) : int(i % nClasses);
      float sum = 0;
      for (int k = 0; k < nVariables; ++k)
         sum += variables.View()(i, k) = gauss(random) + cls;
      classes.Data()[i] = cls;
      weights.Data()[i] = 1 + 0.5F * cls;
      if (regression)
         targets.View()(i, 0) = sum;
   }
   return std::make_shared<TorchMVA::DataSet>(variables, targets, spectators, weights, classes, n, nClasses,
                                              std::vector<double>(nClasses, 1.));
}

/// Variables x0, x1, ...; classes Signal, Background, ... or target t.
inline std::unique_ptr<TorchMVA::DataSetInfo> MakeInfo(std::shared_ptr<TorchMVA::DataSet> data, int nVariables,
                                                       unsigned nClasses, bool regression)
{
   auto info = std::make_unique<TorchMVA::DataSetInfo>("toy");
   for (int k = 0; k < nVariables; ++k)
      info->AddVariable(TString::Format("x%d", k));
   if (regression) {
      info->AddTarget("t");
      info->AddClass("Regression");
   } else {
      const char *names[] = {"Signal", "Background", "Third", "Fourth"};
      for (unsigned c = 0; c < nClasses; ++c)
         info->AddClass(names[c]);
   }
   info->SetBuilder([data](TorchMVA::DataSetInfo &) { return data; });
   return info;
}

/// A method with the data set it works on.
struct Toy {
   std::shared_ptr<TorchMVA::DataSet> fData;
   std::unique_ptr<TorchMVA::DataSetInfo> fInfo;
   std::unique_ptr<TorchMVA::MethodPyTorch> fMethod;

   explicit Toy(const std::string &options, TorchMVA::Types::EAnalysisType type = TorchMVA::Types::kClassification,
                int nVariables = 4, unsigned nClasses = 2, Long64_t n = 400, bool blocks = false)
   {
      const bool regression = type == TorchMVA::Types::kRegression;
      fData = MakeToy(n, nVariables, regression ? 1 : nClasses, regression, blocks);
      fInfo = MakeInfo(fData, nVariables, nClasses, regression);
      fMethod = std::make_unique<TorchMVA::MethodPyTorch>("job", "Net", *fInfo, options.c_str());
      fMethod->SetAnalysisType(type);
      fMethod->SetEngine(TorchMVA::Types::kPythonEngine); // NetworkEngineTests has the other one
      std::filesystem::create_directory("weights");       // as the Factory does
      fMethod->SetWeightFileDir("weights");
      fMethod->SetupMethod();
   }
   void Book() { fMethod->ProcessSetup(); }
   void Train() { fMethod->TrainMethod(); }
   std::vector<float> Evaluate() const
   {
      const TorchMVA::Sample sample = fData->GetSample(TorchMVA::Types::kTesting);
      std::vector<float> responses(sample.Size() * fMethod->GetNResponses());
      fMethod->Evaluate(sample.fVariables.fData, sample.Size(), responses.data());
      return responses;
   }
};

/// The same network read from its weight file, with a data set of its own.
struct Loaded {
   std::unique_ptr<TorchMVA::DataSetInfo> fInfo = std::make_unique<TorchMVA::DataSetInfo>("loaded");
   std::unique_ptr<TorchMVA::MethodPyTorch> fMethod;

   /// Python predicts unless another engine is asked for.
   explicit Loaded(const std::string &file, int nVariables = 4,
                   TorchMVA::Types::EEngine engine = TorchMVA::Types::kPythonEngine)
   {
      for (int k = 0; k < nVariables; ++k)
         fInfo->AddVariable(TString::Format("x%d", k));
      fMethod = std::make_unique<TorchMVA::MethodPyTorch>(*fInfo, file.c_str());
      fMethod->SetEngine(engine);
      fMethod->SetupMethod();
      fMethod->ReadStateFromFile();
   }
   std::vector<float> Evaluate(const TorchMVA::Sample &sample) const
   {
      std::vector<float> responses(sample.Size() * fMethod->GetNResponses());
      fMethod->Evaluate(sample.fVariables.fData, sample.Size(), responses.data());
      return responses;
   }
};

/// User code that writes model.pt: Linear(in, 16)-ReLU-Linear(16, out)[-last].
inline std::string ModelCode(int in, int out, const std::string &last = "torch.nn.Softmax(dim=1)")
{
   return "import torch\n"
          "torch.manual_seed(1)\n"
          "_layers = [torch.nn.Linear(" +
          std::to_string(in) + ", 16), torch.nn.ReLU(), torch.nn.Linear(16, " + std::to_string(out) + ")]\n" +
          (last.empty() ? "" : "_layers.append(" + last + ")\n") +
          "torch.jit.save(torch.jit.script(torch.nn.Sequential(*_layers)), 'model.pt')\n"
          "globals().pop('load_model_custom_objects', None)\n";
}

/// Train and predict functions in the manner of TMVA's tutorials.
inline const char *const kUserFunctions = R"(
def train(model, train_loader, val_loader, num_epochs, batch_size, optimizer, criterion, save_best, scheduler):
    trainer = optimizer(model.parameters(), lr=0.01)
    schedule, steps = scheduler
    best_val = None
    for epoch in range(num_epochs):
        model.train()
        for i, (X, y) in enumerate(train_loader):
            trainer.zero_grad()
            loss = criterion(model(X), y)
            loss.backward()
            trainer.step()
        if schedule:
            schedule(optimizer, epoch, steps)
        model.eval()
        total = 0.
        with torch.no_grad():
            for X, y in val_loader:
                total += criterion(model(X), y).item()
        curr_val = total / len(val_loader)
        if save_best:
            if best_val is None:
                best_val = curr_val
            best_val = save_best(model, curr_val, best_val)
    return model

def predict(model, test_X, batch_size=32):
    model.eval()
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.Tensor(test_X)), batch_size=batch_size)
    with torch.no_grad():
        return torch.cat([model(X) for (X,) in loader]).numpy()

load_model_custom_objects = {"optimizer": torch.optim.SGD, "criterion": torch.nn.MSELoss(), "train_func": train,
                             "predict_func": predict}
)";

} // namespace ToyPyTorch

#endif
