#include "Core/ExpandPath.hxx"
#include "PyTorch/InterruptGuard.hxx"
#include "PyTorch/MethodPyTorchImpl.hxx"
#include "PyTorch/PythonInterpreter.hxx"
#include "PyTorch/ValidationSplit.hxx"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"
#include "Weights/Checksum.hxx"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <set>

REGISTER_METHOD(PyTorch)

namespace fs = std::filesystem;

namespace TorchMVA {

using namespace Internal;

namespace {
/// An attribute that is one of these, or missing.
std::string OneOf(const XmlNode &node, const char *name, const std::vector<std::string> &known)
{
   const std::string found = node.Attribute(name, "");
   if (node.HasAttribute(name) && std::find(known.begin(), known.end(), found) == known.end())
      throw Error(EErrorCode::kWeightFile,
                  std::string("attribute ") + name + ": the value '" + found + "' is not known here",
                  {{"file", node.Document()->Path()}, {"element", "<" + node.Name() + ">"}});
   return found;
}

/// Throws Error (kOption) if an option names a column that the data set does not have; empty: it names none.
void RequireColumn(const std::string &option, const TString &name, const char *what,
                   std::initializer_list<const std::vector<VariableInfo> *> columns)
{
   std::vector<std::string> labels;
   for (const auto *infos : columns)
      for (const VariableInfo &info : *infos)
         labels.emplace_back(info.GetLabel().Data());
   if (name.IsNull() || std::find(labels.begin(), labels.end(), name.Data()) != labels.end())
      return;
   std::string known;
   for (const std::string &label : labels)
      known += (known.empty() ? "" : ", ") + label;
   throw Error(EErrorCode::kOption,
               "Option " + option + ": expected a " + what + " (" + known + "), found '" + name.Data() + "'" +
                  DidYouMean(name.Data(), labels),
               {{"option", option}});
}
} // namespace

MethodPyTorch::MethodPyTorch(const TString &jobName, const TString &title, DataSetInfo &info, const TString &options)
   : PyMethodBase(jobName, Types::kPyTorch, title, info, options), fImpl(std::make_unique<Impl>())
{
}

MethodPyTorch::MethodPyTorch(DataSetInfo &info, const TString &weightFile)
   : PyMethodBase(Types::kPyTorch, info, weightFile), fImpl(std::make_unique<Impl>())
{
}

MethodPyTorch::~MethodPyTorch() = default;

Bool_t MethodPyTorch::HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t)
{
   switch (type) {
   case Types::kRegression: return kTRUE;
   case Types::kClassification: return nClasses == 2;
   case Types::kMulticlass: return nClasses >= 2;
   default: return kFALSE;
   }
}

void MethodPyTorch::ProcessOptions()
{
   PyTorchOptions &options = fImpl->fOptions;
   // Without model persistence no file. TMVA's name where TMVA could have written it, else the format chooses the ending.
   const TString own = GetWeightFileDir().IsNull() ? TString()
                                                   : GetWeightFileDir() + "/TrainedModel_" + GetMethodName() +
                                                        (options.fFilenameModel.IsNull() ? "" : ".pt");
   // It is complete already: the name of a data set may have `~` and `$`.
   const bool usual = options.fFilenameTrainedModel.IsNull() || options.fFilenameTrainedModel == own;
   for (TString *path :
        {&options.fFilenameModel, &options.fFilenameTrainedModel, &options.fUserCode, &options.fTensorBoard})
      *path = ExpandPath(path->Data());
   if (usual)
      options.fFilenameTrainedModel = own;
   CheckValidationSize(options.fValidationSize.Data());
   const auto *variables = &DataInfo().GetVariableInfos(), *spectators = &DataInfo().GetSpectatorInfos();
   RequireColumn("Parametrise", options.fParametrise, "variable", {variables});
   RequireColumn("Decorrelate", options.fDecorrelate, "spectator or variable", {spectators, variables});
   fLogger.Info("Using PyTorch - setting special configuration options");
   SetupTorchModel(kFALSE);
}

void MethodPyTorch::SetupTorchModel(Bool_t loadTrainedModel)
{
   if (loadTrainedModel) {
      EnsureLoaded();
      return;
   }
   std::fflush(stdout); // what C++ printed comes before what the user's code prints
   SetupRequest request;
   request.fOptions = GetOptionInfos();
   request.fWeightFolder = GetWeightFolder();
   fImpl->fLog = MakeLog();
   fImpl->fIsReady = false;
   fImpl->Session(*this).Setup(request);
}

std::function<void(int, const std::string &)> MethodPyTorch::MakeLog() const
{
   // by value: user code may keep a callback longer than the method lives
   return [log = fLogger](int type, const std::string &text) {
      switch (type) {
      case kVERBOSE: log.Verbose(text); break;
      case kWARNING: log.Warning(text); break;
      default: log.Info(text);
      }
      std::fflush(stdout); // Python's own lines follow in order
   };
}

TrainRequest MethodPyTorch::MakeTrainRequest() const
{
   const Sample &sample = TrainingSample();
   const Long64_t n = sample.Size();
   TrainRequest request;
   request.fNValidation = ParseValidationSize(fImpl->fOptions.fValidationSize.Data(), n);
   request.fInputs = {sample.fVariables.fData, n, sample.fVariables.fColumns, sample.fVariablesOwner};
   if (!GetTransformations().MixesVariables()) {
      for (UInt_t i = 0; i < GetNVariables(); ++i)
         request.fVariableNames.emplace_back(DataInfo().GetVariableInfo(i).GetLabel().Data());
   }
   request.fWeights = {sample.fWeights, n, 1, sample.fOwner};
   if (DoRegression()) {
      request.fTargets = {sample.fTargets.fData, n, sample.fTargets.fColumns, sample.fTargetsOwner};
   } else {
      request.fClasses = {sample.fClasses, n, 1, sample.fOwner};
      ValidationRows rows = ChooseValidationRows(sample.fClasses, n, DataInfo().GetNClasses(), request.fNValidation);
      if (!rows.IsTail())
         fLogger.Info("The last training events do not contain every class: validation takes the last events of each");
      request.fTrainingRows = std::move(rows.fTraining);
      request.fValidationRows = std::move(rows.fValidation);
   }
   request.fSpectators = {sample.fSpectators.fData, n, sample.fSpectators.fColumns, sample.fOwner};
   for (const VariableInfo &info : DataInfo().GetSpectatorInfos())
      request.fSpectatorNames.emplace_back(info.GetLabel().Data());
   return request;
}

std::map<TString, Double_t> MethodPyTorch::OptimizeTuningParameters(TString fomType, TString fitType)
{
   return Tune(fomType, fitType, [this](const SearchRequest &search) {
      std::fflush(stdout);
      return fImpl->Session(*this).Tune(MakeTrainRequest(), search);
   });
}

void MethodPyTorch::Train()
{
   TrainRequest request = MakeTrainRequest();
   request.fProgress = gConfig().DrawProgressBar() && !gConfig().IsSilent();
   if (IsModelPersistence())
      request.fHistoryFile = HistoryFileName();
   fLogger.Info("Split TMVA training data in " + std::to_string(request.fInputs.fRows - request.fNValidation) +
                " training events and " + std::to_string(request.fNValidation) + " validation events");
   std::fflush(stdout);

   fImpl->fIsReady = false;
   fImpl->fNetwork.reset(); // what predicts until the end of the training is the model itself
   fImpl->fSpreadNetwork.reset();
   TrainResult result = fImpl->Session(*this).Train(request);
   fImpl->fNOutputs = result.fNOutputs;
   fImpl->fTrainedFile = result.fTrainedFile;
   fImpl->fHistory = std::move(result.fHistory);
   fImpl->fIsReady = true;
   MakeNetworks(request);
}

std::string MethodPyTorch::HistoryFileName() const
{
   std::string name = GetWeightFileName().Data();
   const std::string ending = "." + std::string(gConfig().GetIONames().fWeightFileExtension.Data()) + ".xml";
   if (name.size() > ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0)
      name.resize(name.size() - ending.size());
   return name + ".history.json";
}

MethodBase::TrainingHistory_t MethodPyTorch::GetTrainingHistory() const
{
   return fImpl->fHistory;
}

void MethodPyTorch::EnsureLoaded() const
{
   if (fImpl->fIsReady.load(std::memory_order_acquire))
      return;
   if (fImpl->fSource.fWeightFile.empty())
      throw Error(EErrorCode::kState, "The method is neither trained nor read from a weight file",
                  {{"method", GetMethodName().Data()}});
   const int expected = fImpl->fSource.fNOutputs;
   const int found = fImpl->Session(*this).Load(fImpl->fSource);
   if (expected != 0 && found != expected) // memory for the outputs was made by what the file says
      throw Error(EErrorCode::kWeightFile,
                  "expected in NOutputs the outputs of the model, " + std::to_string(found) + ", found " +
                     std::to_string(expected),
                  {{"file", fImpl->fSource.fWeightFile}});
   fImpl->fNOutputs = found;
   fImpl->fIsReady.store(true, std::memory_order_release);
}

UInt_t MethodPyTorch::GetNOutputs() const
{
   if (fImpl->fNOutputs.load(std::memory_order_acquire) == 0)
      EnsureLoaded();
   return fImpl->fNOutputs.load(std::memory_order_acquire);
}

const Network *MethodPyTorch::GetReadyNetwork() const
{
   if (const Network *network = fImpl->Native())
      return network;
   try {
      EnsureLoaded();
   } catch (const Error &error) {
      // Auto prefers Python for its speed only: without Python, torch or the model the network predicts as well
      if (IsInterrupt(error) || error.GetCode() == EErrorCode::kUserCode || !fImpl->fNetwork || fImpl->RequestsPython())
         throw;
      if (fImpl->fPrefersPython.exchange(false)) // several threads may come here, without the GIL: one warns
         PythonInterpreter::Instance().CallWithGil([&] {
            fLogger.Warning(
               "Python cannot be used, so the native engine applies the model, more slowly than PyTorch would: " +
               error.GetMessage());
         });
   }
   return fImpl->Native();
}

void MethodPyTorch::Predict(const float *rows, Long64_t n, float *outputs) const
{
   if (const Network *network = GetReadyNetwork()) {
      network->Evaluate(rows, n, outputs);
      return;
   }
   if (n == 0)
      return;
   TorchSession &session = *fImpl->fSession.load(std::memory_order_acquire);
   const Long64_t nVariables = GetNVariables();
   session.Predict({rows, n, nVariables, nullptr}, outputs, fImpl->fNOutputs.load(std::memory_order_relaxed));
}

Bool_t MethodPyTorch::PredictErrors(const float *rows, Long64_t n, float *errors) const
{
   if (GetReadyNetwork()) {
      if (fImpl->fSpreadNetwork)
         fImpl->fSpreadNetwork->Evaluate(rows, n, errors);
      return fImpl->fSpreadNetwork.has_value();
   }
   TorchSession &session = *fImpl->fSession.load(std::memory_order_acquire);
   return session.PredictSpread({rows, n, GetNVariables(), nullptr}, errors,
                                fImpl->fNOutputs.load(std::memory_order_relaxed));
}

Long64_t MethodPyTorch::GetBlockRows() const
{
   if (GetReadyNetwork())
      return MethodBase::GetBlockRows();
   return fImpl->fSession.load(std::memory_order_acquire)->UsesPredictFunc() ? std::numeric_limits<Long64_t>::max()
                                                                             : MethodBase::GetBlockRows();
}

void MethodPyTorch::AddWeightsXMLTo(const XmlNode &weights) const
{
   EnsureLoaded();
   const ExportedModel exported = fImpl->fExported ? *fImpl->fExported : fImpl->fSession.load()->Export();
   weights.SetAttribute("NOutputs", static_cast<long long>(GetNOutputs()));
   weights.SetAttribute("Prediction", exported.fPrediction);
   if (!exported.fUserCodeSha256.empty())
      weights.SetAttribute("UserCodeSha256", exported.fUserCodeSha256);
   WriteNetworks(weights);
   const XmlNode model = weights.AddChild("Model", exported.fText);
   model.SetAttribute("Format", exported.fFormat);
   model.SetAttribute(kChecksum, exported.fSha256);
   model.SetAttribute("Size", static_cast<long long>(exported.fSize));
   if (!exported.fText.empty()) {
      model.SetAttribute("Encoding", "zlib+base64");
      return;
   }
   if (fImpl->fTrainedFile.empty())
      throw Error(EErrorCode::kOption, "The model is too large for the weight file: set FilenameTrainedModel",
                  {{"method", GetMethodName().Data()}});
   const fs::path file = fs::absolute(fImpl->fTrainedFile).lexically_normal();
   const fs::path folder = fs::absolute(GetWeightFolder()).lexically_normal();
   const fs::path relative = file.lexically_relative(folder);
   model.SetAttribute("File", (relative.empty() ? file : relative).string());
}

Bool_t MethodPyTorch::IsUsedInApplication(const TString &option) const
{
   static const std::set<TString> used = {"FilenameModel", "FilenameTrainedModel", "UserCode", "Engine"};
   return used.count(option) > 0;
}

void MethodPyTorch::ReadWeightsFromXML(const XmlNode &weights)
{
   LoadRequest source;
   source.fUserCode = fImpl->fOptions.fUserCode.Data();
   source.fWeightFolder = GetWeightFolder();
   source.fWeightFile = GetWeightFileName().Data();
   const fs::path folder = source.fWeightFolder;
   const XmlNode model = weights ? weights.Child("Model") : XmlNode();
   if (model) {
      weights.RequireKnown({"NOutputs", "Prediction", "UserCodeSha256", kNotNative, kSlowPart},
                           {"Model", "Network", kSpread});
      model.RequireKnown({"Format", kChecksum, "Size", "Encoding", "File"});
      source.fNOutputs = ReadNOutputs(weights);
      source.fPrediction = OneOf(weights, "Prediction", {"Default", "User"});
      source.fUserCodeSha256 = weights.Attribute("UserCodeSha256", "");
      source.fSha256 = model.Attribute(kChecksum);
      source.fSize = model.IntAttribute("Size");
      if (model.HasAttribute("File")) {
         const fs::path file = model.Attribute("File");
         source.fFiles = {(folder / file).string(), (folder / file.filename()).string()};
      } else {
         OneOf(model, "Encoding", {"zlib+base64"});
         source.fText = model.Content();
         if (source.fText.empty())
            throw Error(EErrorCode::kWeightFile, "The element Model has neither content nor an attribute File",
                        {{"file", source.fWeightFile}});
      }
   } else if (!fImpl->fOptions.fFilenameTrainedModel
                  .IsNull()) { // written by TMVA itself: the file name is all there is
      const fs::path file = fImpl->fOptions.fFilenameTrainedModel.Data();
      source.fFiles = {file.string(), (folder / file).string(), (folder / file.filename()).string()};
   }
   source.fAllowUserCode = fImpl->fAllowUserCode;
   source.fGeneration = fImpl->fSource.fGeneration + 1;
   fImpl->fLog = MakeLog();
   fImpl->fNOutputs = source.fNOutputs;
   fImpl->fSource = std::move(source);
   fImpl->fExported.reset();
   fImpl->fIsReady = false;
   ReadNetworks(weights);
}

int MethodPyTorch::ReadNOutputs(const XmlNode &weights) const
{
   const int usual = static_cast<int>(DoRegression() ? GetNTargets() : DataInfo().GetNClasses());
   const long long found = weights.IntAttribute("NOutputs");
   const bool mayBeOne = GetAnalysisType() == Types::kClassification;
   if (found < 1 || (found != usual && !(mayBeOne && found == 1)))
      throw Error(EErrorCode::kWeightFile,
                  "expected in NOutputs " + std::to_string(usual) + (mayBeOne ? " or 1" : "") + ", found " +
                     std::to_string(found),
                  {{"file", weights.Document()->Path()}, {"element", "<Weights>"}});
   return static_cast<int>(found);
}

std::string MethodPyTorch::GetHelpText() const
{
   return "Trains a PyTorch network and applies it. Without a model it is a multilayer perceptron of Layout and\n"
          "Activation; FilenameModel has one of your own, written by torch.export.save (.pt2) or\n"
          "torch.jit.save(torch.jit.script(model), \"model.pt\").\n"
          "User code may do it in another way: load_model_custom_objects = {\"model\": ..., \"build_model\": ...,\n"
          "\"train_func\": ..., \"predict_func\": ..., \"criterion\": ..., \"optimizer\": ...}, in the file UserCode\n"
          "or in __main__; every key may be missing or None.";
}

} // namespace TorchMVA
