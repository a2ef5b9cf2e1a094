#ifndef TORCHMVA_PYTORCH_METHODPYTORCH_HXX
#define TORCHMVA_PYTORCH_METHODPYTORCH_HXX

#include "TString.h"
#include "TorchMVA/Method/PyMethodBase.hxx"

#include <functional>
#include <memory>
#include <string>

namespace TorchMVA {

class Network;
namespace Internal {
struct TrainRequest;
}

/// Trains a PyTorch model on the events of the host, through the embedded Python, and applies it.
///
/// Two engines apply a trained model. The native one (Network) runs inside the host, without Python and torch; the
/// training writes what it needs into the weight file if the model can be expressed in its operations and no function
/// of the user predicts something else. The embedded Python runs any model. SetEngine chooses; by default it is the
/// native engine where the weight file has it.
///
/// The model is a TorchScript or torch.export file (`FilenameModel`); what to do with it may be said by the Python
/// dictionary `load_model_custom_objects` (keys train_func, predict_func, criterion, optimizer, each optional), in the
/// file `UserCode` or in `__main__`. Events reach Python as views of the host's memory. Predictions of the trained
/// model go straight into the caller's memory. The weight file holds the trained model, or refers to it by relative
/// path and SHA-256 if it is large.
///
/// Thread safety: Predict may be called from any number of threads. The native engine has no lock; with Python, Predict
/// takes the GIL itself, may be called with or without it, and the calls share one Python.
class MethodPyTorch : public PyMethodBase {
public:
   MethodPyTorch(const TString &jobName, const TString &title, DataSetInfo &info, const TString &options = "");
   MethodPyTorch(DataSetInfo &info, const TString &weightFile);
   ~MethodPyTorch() override;

   /// Regression; classification of exactly two classes; multiclass of two or more.
   Bool_t HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t nTargets) override;
   void DeclareOptions() override;
   /// Those that say where the model is and how it is run.
   Bool_t IsUsedInApplication(const TString &option) const override;
   /// Checks the options and sets the model up for training. Throws Error (kOption, kModel, kUserCode, kPython).
   void ProcessOptions() override;
   /// Throws Error (kUserCode with the Python traceback, kModel, kData, kFile).
   void Train() override;
   /// Only where the default loop trains. By default the learning rate, the size of the batches and the weight decay, and
   /// of a network that is made of options its layout and dropout; the validation events decide (docs/tuning.md).
   std::map<TString, Double_t> OptimizeTuningParameters(TString fomType = "ROCIntegral",
                                                        TString fitType = "FitGA") override;
   void SetTuneParameters(std::map<TString, Double_t> parameters) override { TakeOver(parameters); }
   /// Columns of the model's output: the number of classes or targets; 1 is possible for two classes. Loads the model
   /// if the weight file does not say it.
   UInt_t GetNOutputs() const override;
   /// Loads the model at the first call. Throws Error (kModel, kUserCode, kPython).
   void Predict(const float *rows, Long64_t n, float *outputs) const override;
   /// The spread of the networks of an ensemble (option EnsembleSize); false for other models.
   Bool_t PredictErrors(const float *rows, Long64_t n, float *errors) const override;
   void SetEngine(Types::EEngine engine) override;
   void SetAllowUserCode(Bool_t allow) override;
   Bool_t UsesPython() const override;
   /// "native (avx512)", or "Python: " and why.
   TString GetEngineName() const;
   /// The network of the native engine; nullptr if Python predicts.
   const Network *GetNetwork() const;
   /// Loads the user code and a model now: the trained one for evaluation, else the one to train.
   void SetupTorchModel(Bool_t loadTrainedModel);

   /// For networks of at most 100000 parameters.
   Bool_t WritesClassAfterTraining() const override;

   /// Losses, learning rate and time of every epoch; empty after reading a weight file.
   TrainingHistory_t GetTrainingHistory() const override;

protected:
   /// All rows at once where a function of the user predicts, as in TMVA: it may look at the rows together.
   Long64_t GetBlockRows() const override;
   /// Of networks that the native engine runs.
   Bool_t WritePrediction(Internal::StandaloneCode &code, std::string *why) const override;
   void AddWeightsXMLTo(const XmlNode &weights) const override;
   void ReadWeightsFromXML(const XmlNode &weights) override;
   std::string GetHelpText() const override;

private:
   struct Impl;
   void EnsureLoaded() const;
   /// The network that predicts; nullptr: Python does, and is ready.
   const Network *GetReadyNetwork() const;
   /// By SetEngine, else by the option Engine, else by the part that torch evaluates faster.
   void ChooseEngine();
   /// Makes the native form of the trained model, if one exists. If its outputs differ from the model's on training
   /// events, it is dropped with a warning, and Python applies the model.
   void MakeNetworks(const Internal::TrainRequest &request);
   void WriteNetworks(const XmlNode &weights) const;
   /// The attribute NOutputs of `<Weights>`. Throws Error (kWeightFile).
   int ReadNOutputs(const XmlNode &weights) const;
   /// Throws Error (kWeightFile) unless the network has an input a variable and the outputs that the file says.
   void RequireShape(const Network &network, const char *what) const;
   void ReadNetworks(const XmlNode &weights);
   /// The events of TrainingSample(), and which of them validate.
   Internal::TrainRequest MakeTrainRequest() const;
   /// JSON beside the weight file.
   std::string HistoryFileName() const;
   /// Writes log lines of the Python side with the threshold of this method.
   std::function<void(int, const std::string &)> MakeLog() const;

   void DeclareModelOptions();
   void DeclareWeightOptions();
   void DeclareLoopOptions();
   void DeclarePhysicsOptions();

   std::unique_ptr<Impl> fImpl; //!
};

} // namespace TorchMVA

#endif
