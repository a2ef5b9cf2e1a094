#include "TorchMVA/Method/MethodBase.hxx"

#include "Core/ExpandPath.hxx"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/OptionHelp.hxx"
#include "MvaPdfs.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Transform/VariableStatistics.hxx"
#include "TorchMVA/Weights/WeightFile.hxx"
#include "Weights/Checksum.hxx"

#include "TStopwatch.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace TorchMVA {

namespace {

/// Options that TMVA's weight files may contain and that change nothing here.
const std::set<std::string> kCompatibilityOptions = {"Normalise",          "D",           "VarTransformType",
                                                     "TxtWeightFilesOnly", "NbinsMVAPdf", "NsmoothMVAPdf"};

/// Options of all methods that an application does not depend on.
const std::set<std::string> kBaseOptionsOfTraining = {"V", "VerbosityLevel", "H", "IgnoreNegWeightsInTraining"};

std::set<std::string> NamesOf(const std::vector<OptionInfo> &options)
{
   std::set<std::string> names;
   for (const auto &option : options)
      names.insert(option.fName);
   return names;
}

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
   : Configurable(""), fMethodType(type), fDataSetInfo(info), fWeightFile(Internal::ExpandPath(weightFile.Data()))
{
}

MethodBase::~MethodBase() = default;

// ---- life cycle -----------------------------------------------------------------------------------------------------

void MethodBase::SetupMethod()
{
   if (fIsSetUp)
      throw Error(EErrorCode::kState, "SetupMethod was already called", {{"method", fMethodTitle.Data()}});
   fIsSetUp = kTRUE;
   SetConfigName("Method" + GetMethodTypeName());
   DeclareBaseOptions();
   fNBaseOptions = GetOptionInfos().size();
   Init();
   DeclareOptions();
   fNOwnOptions = GetOptionInfos().size() - fNBaseOptions;
   fSignalReferenceCut = GetDefaultSignalReferenceCut();
}

void MethodBase::DeclareBaseOptions()
{
   DeclareOptionRef(fVerbose, "V", "Verbose output: overrides VerbosityLevel with Verbose");
   DeclareOptionRef(fVerbosityLevel, "VerbosityLevel", "Log threshold of this method");
   for (const char *level : {"Default", "Debug", "Verbose", "Info", "Warning", "Error", "Fatal"})
      AddPreDefVal(level);
   DeclareOptionRef(
      fVarTransformString, "VarTransform",
      "Transformations before training and application, one after the other, e.g. D,G: I identity, N to [-1, 1] "
      "(targets too), D decorrelate, P principal components, G to a Gaussian, U to a uniform distribution; "
      "N(var1,var2) of these variables only, D_Signal fitted on the class Signal; None: none");
   DeclareOptionRef(fHelp, "H", "Print the help of this method, with this table, before training");
   DeclareOptionRef(
      fIgnoreNegWeightsInTraining, "IgnoreNegWeightsInTraining",
      "Events of negative weight count with weight 0 in the training of this method; without, they keep their weight");
   DeclareOptionRef(fCreateMVAPdfs, "CreateMVAPdfs",
                    "Densities of the response for probability and rarity; adds the options NSmoothMVAPdf, ...");
}

void MethodBase::ApplyVerbosity()
{
   static const std::vector<std::pair<TString, EMsgType>> levels = {
      {"Default", kINFO},    {"Debug", kDEBUG}, {"Verbose", kVERBOSE}, {"Info", kINFO},
      {"Warning", kWARNING}, {"Error", kERROR}, {"Fatal", kFATAL}};
   for (const auto &level : levels)
      if (fVerbosityLevel.EqualTo(level.first, TString::kIgnoreCase))
         fLogger.SetMinType(std::max(level.second, fMinLogType));
   if (fVerbose)
      fLogger.SetMinType(std::max(kVERBOSE, fMinLogType));
}

void MethodBase::ProcessSetup()
{
   DeclarePdfOptions();
   ParseOptions();
   ApplyVerbosity();
   fTransformations = TransformPipeline::Parse(fVarTransformString.Data(), TransformContext::From(fDataSetInfo));
   ProcessOptions();
}

void MethodBase::CheckSetup()
{
   if (!fIsSetUp)
      throw Error(EErrorCode::kState, "SetupMethod was not called", {{"method", fMethodTitle.Data()}});
}

void MethodBase::TrainMethod()
{
   if (fHelp)
      PrintHelpMessage();
   Reset();
   fCurrentType = Types::kTraining;
   fEventCollection.clear();
   TStopwatch watch;
   WithTrainingSample([this] {
      fNTrainingEvents = fTrainingSample.Size();
      if (!fTransformations.IsIdentity())
         PrintVariableStatistics(("TFHandler_" + fMethodTitle).Data(), fDataSetInfo.GetVariableInfos(),
                                 fTrainingSample);
      Train();
   });
   fTrainTime = watch.RealTime();
   fLogger.Info(
      TString::Format("Elapsed time for training with %lld events: %.3g sec", fNTrainingEvents, fTrainTime).Data());
   if (fCreateMVAPdfs && !DoRegression() && !DoMulticlass()) { // now, since the weight file keeps them
      AddOutput(Types::kTraining);
      CreateMVAPdfs();
   }
}

void MethodBase::WithTrainingSample(const std::function<void()> &use)
{
   // The method's views of the events must not outlive `use`: with a transformation they are a copy of all of them.
   struct ReleaseSample {
      Sample &fSample;
      ~ReleaseSample() { fSample = Sample(); }
   } release{fTrainingSample};

   Sample sample = Data()->GetSample(Types::kTraining);
   if (fIgnoreNegWeightsInTraining) {
      Long64_t nNegative = 0;
      sample = WithoutNegativeWeights(sample, nNegative);
      fLogger.Info(("IgnoreNegWeightsInTraining: " + std::to_string(nNegative) + " events count with weight 0"));
   }
   fTrainingSample = fTransformations.FitTransform(sample);
   use();
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

void MethodBase::SetWeightFileName(const TString &path)
{
   fWeightFile = Internal::ExpandPath(path.Data());
}

void MethodBase::SetWeightFileDir(const TString &dir)
{
   fWeightFileDir = Internal::ExpandPath(dir.Data());
}

TString MethodBase::GetWeightFileName() const
{
   if (!fWeightFile.IsNull())
      return fWeightFile;
   const TString folder = fWeightFileDir.IsNull() ? "." : fWeightFileDir;
   return folder + "/" + fJobName + "_" + fMethodTitle + "." + gConfig().GetIONames().fWeightFileExtension + ".xml";
}

std::string MethodBase::GetWeightFolder() const
{
   // not TSystem::GetDirName: it takes one-letter folders for drives
   const std::string folder = std::filesystem::path(GetWeightFileName().Data()).parent_path().string();
   return folder.empty() ? "." : folder;
}

void MethodBase::WriteStateTo(const XmlNode &root) const
{
   WeightFileHeader header;
   header.fMethodType = GetMethodTypeName().Data();
   header.fMethodTitle = fMethodTitle.Data();
   header.fAnalysisType = fAnalysisType;
   header.fNTrainingEvents = fNTrainingEvents;
   header.fTrainingTime = fTrainTime;
   header.fOptions = GetStateOptions();
   header.SetData(fDataSetInfo);
   header.Write(root);
   fTransformations.Write(root.AddChild("Transformations"));
   WriteMVAPdfs(root.AddChild("MVAPdfs"));
   AddWeightsXMLTo(root.AddChild("Weights"));
   Internal::WriteChecksum(root);
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
   const auto baseOptions = NamesOf(GetBaseOptionInfos());
   DeclareCompatibilityOptions();
   const auto known = NamesOf(GetOptionInfos());
   std::vector<std::pair<std::string, Error>> unreadable;
   for (const auto &option : options) {
      if (kCompatibilityOptions.count(option.fName) > 0)
         continue;
      try {
         SetOption(option.fName, option.fValue);
      } catch (const Error &error) {
         unreadable.emplace_back(option.fName, error);
      }
   }
   for (const auto &[name, error] : unreadable) { // now that the others are known, on which it may depend
      const bool isOwn = known.count(name) > 0 && baseOptions.count(name) == 0;
      if (isOwn ? IsUsedInApplication(name) : kBaseOptionsOfTraining.count(name) == 0)
         throw Error(error);
      fLogger.Warning(error.GetMessage() + ": it keeps its default, since only a training needs it");
   }
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
   fTMVARelease = header.fTMVARelease;
   fEventCollection.clear();
   fNTrainingEvents = header.fNTrainingEvents;
   fTrainTime = header.fTrainingTime;
   ReadOptions(header.fOptions);
   header.ApplyTo(fDataSetInfo, root.Document()->Path());
   const XmlNode transformations = root.Child("Transformations");
   fTransformations = transformations ? TransformPipeline::Read(transformations, TransformContext::From(fDataSetInfo))
                                      : TransformPipeline::Parse("", TransformContext::From(fDataSetInfo));
   for (const OptionInfo &option : header.fOptions) {
      if (option.fName == "VarTransform")
         fTransformations.RequireKinds(option.fValue, root.Document()->Path());
   }
   ReadMVAPdfs(root.Child("MVAPdfs"));
   ReadWeightsFromXML(root.Child("Weights"));
   Internal::VerifyChecksum(root); // last, since an error that names what is wrong says more
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

// ---- help -----------------------------------------------------------------------------------------------------------

std::vector<OptionInfo> MethodBase::GetBaseOptionInfos() const
{
   auto infos = GetOptionInfos();
   const auto own = infos.begin() + fNBaseOptions;
   infos.erase(own, own + fNOwnOptions);
   return infos;
}

std::vector<OptionInfo> MethodBase::GetOwnOptionInfos() const
{
   const auto infos = GetOptionInfos();
   return {infos.begin() + fNBaseOptions, infos.begin() + fNBaseOptions + fNOwnOptions};
}

std::string MethodBase::GetHelpPage() const
{
   const std::string type = GetMethodTypeName().Data();
   std::string page = GetHelpText();
   page += page.empty() ? "" : "\n\n";
   const auto own = GetOwnOptionInfos();
   page += own.empty() ? type + " has no options of its own."
                       : "Options of " + type + ":\n\n" + Internal::FormatOptionTable(own);
   return page + "\n\nOptions of every method:\n\n" + Internal::FormatOptionTable(GetBaseOptionInfos());
}

void MethodBase::PrintHelpMessage() const
{
   fLogger.Header("Help of method type " + std::string(GetMethodTypeName().Data()));
   fLogger.Info(GetHelpPage());
}

} // namespace TorchMVA
