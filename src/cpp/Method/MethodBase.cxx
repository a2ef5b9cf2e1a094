#include "TorchMVA/Method/MethodBase.hxx"

#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Transform/VariableStatistics.hxx"
#include "TorchMVA/Weights/WeightFile.hxx"

#include "TStopwatch.h"
#include "TSystem.h"

#include <algorithm>
#include <set>

namespace TorchMVA {

namespace {

/// Options that TMVA's weight files may contain and that change nothing here.
const std::set<std::string> kCompatibilityOptions = {
   "CreateMVAPdfs", "Normalise", "D", "VarTransformType", "TxtWeightFilesOnly", "NbinsMVAPdf", "NsmoothMVAPdf"};

/// Memory of one thread, on loan: kept between calls so that an event loop does not allocate, and taken out of its
/// place meanwhile, because a prediction may run user code that evaluates another method.
template <typename T>
class Scratch {
public:
   explicit Scratch(std::vector<T> &home) : fHome(home), fVector(std::move(home)) {}
   ~Scratch()
   {
      if (fVector.capacity() <= kMaxKept)
         fHome = std::move(fVector);
   }
   Scratch(const Scratch &) = delete;
   Scratch &operator=(const Scratch &) = delete;
   std::vector<T> &operator*() { return fVector; }
   std::vector<T> *operator->() { return &fVector; }

private:
   static constexpr std::size_t kMaxKept = (std::size_t{16} << 20) / sizeof(T); // 16 MiB
   std::vector<T> &fHome;
   std::vector<T> fVector;
};

/// The same events with weight 0 where it is negative; `nNegative` says how many.
Sample WithoutNegativeWeights(Sample sample, Long64_t &nNegative)
{
   struct Owner {
      std::vector<float> fWeights;
      std::shared_ptr<const void> fEvents;
   };
   const float *begin = sample.fWeights;
   const auto owner = std::make_shared<Owner>(Owner{{begin, begin + sample.Size()}, sample.fOwner});
   for (float &weight : owner->fWeights)
      if (weight < 0) {
         weight = 0;
         ++nNegative;
      }
   sample.fWeights = owner->fWeights.data();
   sample.fOwner = owner;
   return sample;
}

} // namespace

MethodBase::MethodBase(const TString &jobName, Types::EMVA type, const TString &title, DataSetInfo &info,
                       const TString &options)
   : Configurable(title, options), fJobName(jobName), fMethodTitle(title), fMethodType(type), fDataSetInfo(info)
{
   fLogger.SetSource(title.Data());
}

MethodBase::MethodBase(Types::EMVA type, DataSetInfo &info, const TString &weightFile)
   : Configurable(""), fMethodType(type), fDataSetInfo(info), fWeightFile(weightFile)
{
}

MethodBase::~MethodBase() = default;

// ---- life cycle -----------------------------------------------------------------------------------------------------

void MethodBase::SetupMethod()
{
   if (fIsSetUp)
      throw Error(EErrorCode::kState, "SetupMethod was already called", {{"method", fMethodTitle.Data()}});
   fIsSetUp = kTRUE;
   DeclareBaseOptions();
   Init();
   DeclareOptions();
   fSignalReferenceCut = GetDefaultSignalReferenceCut();
}

void MethodBase::DeclareBaseOptions()
{
   DeclareOptionRef(fVerbose, "V", "Verbose output: overrides VerbosityLevel with Verbose");
   DeclareOptionRef(fVerbosityLevel, "VerbosityLevel", "Log threshold of this method");
   for (const char *level : {"Default", "Debug", "Verbose", "Info", "Warning", "Error", "Fatal"})
      AddPreDefVal(level);
   DeclareOptionRef(fVarTransformString, "VarTransform",
                    "Transformations of variables and targets before training, e.g. D,G (None: none)");
   DeclareOptionRef(fHelp, "H", "Print the help of this method before training");
   DeclareOptionRef(fIgnoreNegWeightsInTraining, "IgnoreNegWeightsInTraining",
                    "Events with negative weight count with weight 0 in the training of this method");
}

void MethodBase::ApplyVerbosity()
{
   static const std::vector<std::pair<TString, EMsgType>> levels = {
      {"Default", kINFO},    {"Debug", kDEBUG}, {"Verbose", kVERBOSE}, {"Info", kINFO},
      {"Warning", kWARNING}, {"Error", kERROR}, {"Fatal", kFATAL}};
   for (const auto &level : levels)
      if (fVerbosityLevel.EqualTo(level.first, TString::kIgnoreCase))
         fLogger.SetMinType(level.second);
   if (fVerbose)
      fLogger.SetMinType(kVERBOSE);
}

void MethodBase::ProcessSetup()
{
   ParseOptions();
   ApplyVerbosity();
   fTransformations = TransformPipeline::Parse(fVarTransformString.Data(), TransformContext::From(fDataSetInfo));
   ProcessOptions();
}

void MethodBase::TrainMethod()
{
   if (fHelp)
      PrintHelpMessage();
   fCurrentType = Types::kTraining;
   // The method's views of the events must not outlive Train(): with a transformation they are a copy of all of them.
   struct ReleaseSample {
      Sample &fSample;
      ~ReleaseSample() { fSample = Sample(); }
   } release{fTrainingSample};

   TStopwatch watch;
   Sample sample = Data()->GetSample(Types::kTraining);
   if (fIgnoreNegWeightsInTraining) {
      Long64_t nNegative = 0;
      sample = WithoutNegativeWeights(sample, nNegative);
      fLogger.Info(("IgnoreNegWeightsInTraining: " + std::to_string(nNegative) + " events count with weight 0"));
   }
   fTrainingSample = fTransformations.FitTransform(sample);
   fNTrainingEvents = fTrainingSample.Size();
   if (!fTransformations.IsIdentity())
      PrintVariableStatistics(("TFHandler_" + fMethodTitle).Data(), fDataSetInfo.GetVariableInfos(), fTrainingSample);
   Train();
   fTrainTime = watch.RealTime();
   fLogger.Info(
      TString::Format("Elapsed time for training with %lld events: %.3g sec", fNTrainingEvents, fTrainTime).Data());
}

void MethodBase::AddOutput(Types::ETreeType type)
{
   const bool isTraining = type == Types::kTraining;
   const Sample sample = Data()->GetSample(type);
   fLogger.Info(TString::Format("Evaluation of %s on %s sample (%lld events)", fMethodTitle.Data(),
                                isTraining ? "training" : "testing", sample.Size())
                   .Data());
   TStopwatch watch;
   (isTraining ? fTrainingResponses : fTestResponses) = EvaluateSample(sample);
   (isTraining ? fHasTrainingResponses : fHasTestResponses) = kTRUE;
   const Double_t time = watch.RealTime();
   if (!isTraining)
      fTestTime = time;
   fLogger.Info(TString::Format("Elapsed time for evaluation of %lld events: %.3g sec", sample.Size(), time).Data());
}

Bool_t MethodBase::HasResponses(Types::ETreeType type) const
{
   return type == Types::kTraining ? fHasTrainingResponses : fHasTestResponses;
}

const std::vector<Float_t> &MethodBase::GetResponses(Types::ETreeType type) const
{
   if (!HasResponses(type))
      throw Error(EErrorCode::kState,
                  type == Types::kTraining ? "the training sample was not evaluated yet: call TrainAllMethods first"
                                           : "the test sample was not evaluated yet: call TestAllMethods first",
                  {{"method", fMethodTitle.Data()}, {"data set", fDataSetInfo.GetName()}});
   return type == Types::kTraining ? fTrainingResponses : fTestResponses;
}

// ---- weight file ----------------------------------------------------------------------------------------------------

TString MethodBase::GetWeightFileName() const
{
   if (!fWeightFile.IsNull())
      return fWeightFile;
   const TString folder = fWeightFileDir.IsNull() ? TString(".") : fWeightFileDir;
   return folder + "/" + fJobName + "_" + fMethodTitle + "." + gConfig().GetIONames().fWeightFileExtension + ".xml";
}

std::string MethodBase::GetWeightFolder() const
{
   return gSystem->GetDirName(GetWeightFileName()).Data();
}

void MethodBase::WriteStateTo(const XmlNode &root) const
{
   WeightFileHeader header;
   header.fMethodType = GetMethodTypeName().Data();
   header.fMethodTitle = fMethodTitle.Data();
   header.fAnalysisType = fAnalysisType;
   header.fNTrainingEvents = fNTrainingEvents;
   header.fTrainingTime = fTrainTime;
   header.fOptions = GetOptionInfos();
   header.SetData(fDataSetInfo);
   header.Write(root);
   fTransformations.Write(root.AddChild("Transformations"));
   root.AddChild("MVAPdfs");
   AddWeightsXMLTo(root.AddChild("Weights"));
}

void MethodBase::WriteStateToFile() const
{
   const TString path = GetWeightFileName();
   fLogger.Info(("Creating xml weight file: " + path).Data());
   const XmlDocument document = XmlDocument::Create("MethodSetup");
   WriteStateTo(document.Root());
   document.Write(path.Data());
}

void MethodBase::ReadOptions(const std::vector<OptionInfo> &options)
{
   for (const auto &option : options)
      if (kCompatibilityOptions.count(option.fName) == 0)
         SetOption(option.fName, option.fValue);
   ApplyVerbosity();
}

void MethodBase::ReadStateFromXML(const XmlNode &root)
{
   const WeightFileHeader header = WeightFileHeader::Read(root);
   const std::string type = GetMethodTypeName().Data();
   if (header.fMethodType != type)
      throw Error(EErrorCode::kWeightFile,
                  "expected a weight file of method type \"" + type + "\", found \"" + header.fMethodType + "\"",
                  {{"file", root.Document()->Path()}});
   fMethodTitle = header.fMethodTitle.c_str();
   SetName(fMethodTitle);
   fLogger.SetSource(header.fMethodTitle);
   fAnalysisType = header.fAnalysisType;
   fNTrainingEvents = header.fNTrainingEvents;
   fTrainTime = header.fTrainingTime;
   ReadOptions(header.fOptions);
   header.ApplyTo(fDataSetInfo, root.Document()->Path());
   const XmlNode transformations = root.Child("Transformations");
   fTransformations = transformations ? TransformPipeline::Read(transformations, TransformContext::From(fDataSetInfo))
                                      : TransformPipeline();
   ReadWeightsFromXML(root.Child("Weights"));
}

void MethodBase::ReadStateFromFile()
{
   const TString path = GetWeightFileName();
   fLogger.Info(("Reading weight file: " + path).Data());
   const XmlDocument document = XmlDocument::Read(path.Data());
   ReadStateFromXML(document.Root());
}

void MethodBase::ReadStateFromXMLString(const char *xml)
{
   const XmlDocument document = XmlDocument::Parse(xml);
   ReadStateFromXML(document.Root());
}

// ---- application ----------------------------------------------------------------------------------------------------

UInt_t MethodBase::GetNResponses() const
{
   switch (fAnalysisType) {
   case Types::kMulticlass: return fDataSetInfo.GetNClasses();
   case Types::kRegression: return fDataSetInfo.GetNTargets();
   default: return 1;
   }
}

UInt_t MethodBase::GetSignalColumn() const
{
   return GetNOutputs() == 1 ? 0 : fDataSetInfo.GetSignalClassIndex();
}

void MethodBase::Evaluate(const float *variables, Long64_t n, float *responses, const double *spectators) const
{
   const Long64_t nVariables = GetNVariables();
   const Long64_t nSpectators = fDataSetInfo.GetNSpectators();
   const Long64_t nResponses = GetNResponses();
   const Long64_t block = std::max<Long64_t>(GetBlockRows(), 1);
   for (Long64_t first = 0; first < n; first += block)
      EvaluateBlock(variables + first * nVariables, std::min(block, n - first), responses + first * nResponses,
                    spectators ? spectators + first * nSpectators : nullptr);
}

void MethodBase::EvaluateBlock(const float *variables, Long64_t n, float *responses, const double *spectators) const
{
   thread_local std::vector<float> transformedHome;
   thread_local std::vector<double> spectatorHome;
   thread_local std::vector<float> outputsHome;
   Scratch transformed(transformedHome);
   Scratch spectatorCopy(spectatorHome);
   Scratch outputs(outputsHome);

   const float *inputs = variables;
   if (!fTransformations.IsIdentity()) {
      transformed->assign(variables, variables + n * GetNVariables());
      double *spectatorRows = nullptr;
      if (spectators) {
         spectatorCopy->assign(spectators, spectators + n * fDataSetInfo.GetNSpectators());
         spectatorRows = spectatorCopy->data();
      }
      fTransformations.Apply(n, transformed->data(), nullptr, spectatorRows);
      inputs = transformed->data();
   }
   const Long64_t nOutputs = GetNOutputs();
   const Long64_t nResponses = GetNResponses();
   if (nOutputs == nResponses) {
      Predict(inputs, n, responses);
   } else if (nResponses == 1) {
      outputs->resize(n * nOutputs);
      Predict(inputs, n, outputs->data());
      const Long64_t column = GetSignalColumn();
      for (Long64_t i = 0; i < n; ++i)
         responses[i] = (*outputs)[i * nOutputs + column];
   } else {
      throw Error(EErrorCode::kModel,
                  "expected " + std::to_string(nResponses) + " outputs, the model has " + std::to_string(nOutputs),
                  {{"method", fMethodTitle.Data()}});
   }
   if (DoRegression() && fTransformations.TransformsTargets())
      fTransformations.InvertTargets(n, responses);
}

std::vector<Float_t> MethodBase::EvaluateSample(const Sample &sample) const
{
   std::vector<Float_t> responses(sample.Size() * GetNResponses());
   Evaluate(sample.fVariables.fData, sample.Size(), responses.data(), sample.fSpectators.fData);
   return responses;
}

const std::vector<Float_t> &MethodBase::EvaluateCurrentEvent()
{
   if (fCurrentEvent.GetNVariables() != GetNVariables())
      throw Error(EErrorCode::kState,
                  "expected an event of " + std::to_string(GetNVariables()) + " variables, found " +
                     std::to_string(fCurrentEvent.GetNVariables()),
                  {{"method", fMethodTitle.Data()}});
   const auto &spectators = fCurrentEvent.GetSpectators();
   fCurrentResponses.resize(GetNResponses());
   Evaluate(fCurrentEvent.GetValues().data(), 1, fCurrentResponses.data(),
            spectators.size() == fDataSetInfo.GetNSpectators() ? spectators.data() : nullptr);
   return fCurrentResponses;
}

Double_t MethodBase::GetMvaValue(Double_t *errLower, Double_t *errUpper)
{
   if (errLower)
      *errLower = -1;
   if (errUpper)
      *errUpper = -1;
   return EvaluateCurrentEvent().at(0);
}

Double_t MethodBase::GetMvaValue(const Event *event, Double_t *errLower, Double_t *errUpper)
{
   SetCurrentEvent(*event);
   return GetMvaValue(errLower, errUpper);
}

std::vector<Double_t> MethodBase::GetMvaValues(Long64_t first, Long64_t last, Bool_t logProgress)
{
   return GetDataMvaValues(Data(), first, last, logProgress);
}

std::vector<Double_t> MethodBase::GetDataMvaValues(DataSet *data, Long64_t first, Long64_t last, Bool_t)
{
   const Sample all = data->GetSample(fCurrentType);
   if (last < 0 || first > last || last > all.Size())
      last = all.Size();
   first = std::clamp<Long64_t>(first, 0, last);
   const Sample sample = all.Slice(first, last - first);
   const auto responses = EvaluateSample(sample);
   const Long64_t nResponses = GetNResponses();
   std::vector<Double_t> values(sample.Size());
   for (Long64_t i = 0; i < sample.Size(); ++i)
      values[i] = responses[i * nResponses];
   return values;
}

const std::vector<Float_t> &MethodBase::GetRegressionValues()
{
   return EvaluateCurrentEvent();
}

const std::vector<Float_t> &MethodBase::GetMulticlassValues()
{
   return EvaluateCurrentEvent();
}

const std::vector<Float_t> &MethodBase::GetRegressionValues(const Event *event)
{
   SetCurrentEvent(*event);
   return GetRegressionValues();
}

const std::vector<Float_t> &MethodBase::GetMulticlassValues(const Event *event)
{
   SetCurrentEvent(*event);
   return GetMulticlassValues();
}

std::vector<Float_t> MethodBase::GetAllRegressionValues()
{
   return EvaluateSample(Data()->GetSample(fCurrentType));
}

std::vector<Float_t> MethodBase::GetAllMulticlassValues()
{
   return EvaluateSample(Data()->GetSample(fCurrentType));
}

Event MethodBase::GetEvent(Long64_t i) const
{
   const Event event = Data()->GetEvent(i, fCurrentType);
   std::vector<Float_t> values = event.GetValues();
   std::vector<Float_t> targets = event.GetTargets();
   std::vector<Double_t> spectators = event.GetSpectators();
   fTransformations.Apply(1, values.data(), targets.data(), spectators.data());
   return Event(values, targets, spectators, event.GetClass(), event.GetOriginalWeight(), event.GetBoostWeight());
}

void MethodBase::PrintHelpMessage() const
{
   fLogger.Header("Help of method type " + std::string(GetMethodTypeName().Data()));
   const std::string text = GetHelpText();
   if (!text.empty())
      fLogger.Info(text);
   fLogger.Info("Options (type, default): meaning");
   for (const auto &option : GetOptionInfos()) {
      std::string line = "  " + option.fName + " (" + option.fType + ", " +
                         (option.fDefault.empty() ? "\"\"" : option.fDefault) + "): " + option.fDescription;
      for (std::size_t i = 0; i < option.fAllowed.size(); ++i)
         line += (i == 0 ? " {" : ", ") + option.fAllowed[i] + (i + 1 == option.fAllowed.size() ? "}" : "");
      fLogger.Info(line);
   }
}

} // namespace TorchMVA
