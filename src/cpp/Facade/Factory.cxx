#include "TorchMVA/Factory.hxx"

#include "Core/ExpandPath.hxx"
#include "FactoryBooking.hxx"
#include "FileNames.hxx"
#include "StreamerInfoWriter.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"
#include "TorchMVA/Output/OutputFile.hxx"
#include "TorchMVA/Tools.hxx"

#include "TDirectory.h"
#include "TSystem.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <system_error>

namespace TorchMVA {

namespace {

constexpr Long64_t kMinTrainingEvents = 10;

const char *AnalysisTitle(Types::EAnalysisType type)
{
   switch (type) {
   case Types::kRegression: return "Regression";
   case Types::kMulticlass: return "Multiclass classification";
   default: return "Classification";
   }
}

/// The folder of a data set in the output file, where a '/' in its name makes folders inside of each other.
std::string FolderInFile(const TString &dataset)
{
   std::string folder;
   std::istringstream parts(dataset.Data());
   for (std::string part; std::getline(parts, part, '/');)
      folder += part.empty() ? "" : "/" + NameInFile(part);
   return folder;
}

} // namespace

Factory::Factory(TString jobName, TFile *targetFile, TString options)
   : Configurable("Factory", options), fJobName(jobName), fTargetFile(targetFile)
{
   Internal::RequireFileName(jobName, "job name", "Factory", true);
   DeclareFactoryOptions();
   ParseOptions();
   gConfig().SetUseColor(fColor);
   gConfig().SetSilent(fSilent);
   gConfig().SetDrawProgressBar(fDrawProgressBar);
   fLogger.SetSource("Factory");
   SetVerbose(fVerbose);
   if (!fAnalysisTypeName.EqualTo("Auto", TString::kIgnoreCase))
      fAnalysisType = Types::GetAnalysisType(fAnalysisTypeName);
}

Factory::Factory(TString jobName, TString options) : Factory(jobName, nullptr, options)
{
   gTools().TMVAWelcomeMessage();
}

Factory::~Factory() = default;

void Factory::DeclareFactoryOptions()
{
   fColor = !gROOT->IsBatch();
   DeclareOptionRef(fVerbose, "V", "Verbose output");
   DeclareOptionRef(fVerboseLevel, "VerboseLevel", "Log threshold of the factory");
   for (const char *level : {"Debug", "Verbose", "Info"})
      AddPreDefVal(level);
   DeclareOptionRef(fColor, "Color", "Coloured output; True by default unless ROOT is in batch mode");
   DeclareOptionRef(
      fTransformations, "Transformations",
      "Chains of transformations (see VarTransform), separated by ';', after which the variables are plotted in the "
      "output file, e.g. I;D;D,G; None: no plots");
   DeclareOptionRef(
      fCorrelations, "Correlations",
      "Print how the responses of the methods are correlated: methods that agree do not complement each other");
   DeclareOptionRef(fROC, "ROC",
                    "Print the evaluation tables of classification (areas under the ROC curves, efficiencies)");
   DeclareOptionRef(fSilent, "Silent", "No output but warnings and errors");
   DeclareOptionRef(fDrawProgressBar, "DrawProgressBar", "Show the progress of the default training");
   DeclareOptionRef(
      fModelPersistence, "ModelPersistence",
      "Write weight files, and read every method back from its file after training, so that what is evaluated is what "
      "Reader will apply; off: nothing is written");
   DeclareOptionRef(
      fAnalysisTypeName, "AnalysisType",
      "Kind of analysis; Auto: Classification for the classes Signal and Background, Multiclass for others; never "
      "Regression");
   for (const char *type : {"Classification", "Regression", "Multiclass", "Auto"})
      AddPreDefVal(type);
}

void Factory::SetVerbose(Bool_t on)
{
   fVerbose = on;
   fLogger.SetMinType(on || fVerboseLevel == "Verbose" ? kVERBOSE : fVerboseLevel == "Debug" ? kDEBUG : kINFO);
}

TDirectory *Factory::RootBaseDir()
{
   return fTargetFile;
}

// ---- booking --------------------------------------------------------------------------------------------------------

MethodBase *Factory::BookMethod(DataLoader *loader, Types::EMVA type, TString title, TString options)
{
   return BookMethod(loader, Types::Instance().GetMethodName(type), title, options);
}

MethodBase *Factory::BookMethod(DataLoader *loader, TString methodTypeName, TString title, TString options)
{
   Internal::RequireLoader(loader, "Factory::BookMethod");
   Internal::RequireFileName(title, "title", "Factory::BookMethod");
   DataSetInfo &info = loader->GetDataSetInfo();
   ResolveAnalysisType(info);
   RequireFree(*loader, title);
   RequireNameInFile(*loader, title);

   fLogger.Header(("Booking method: " + title).Data());
   std::unique_ptr<MethodBase> method = CreateMethod(methodTypeName.Data(), title, info, options);
   if (fAnalysisType != Types::kRegression && info.GetNClasses() < 2)
      throw Error(EErrorCode::kData,
                  "expected at least two classes for a classification, found " + std::to_string(info.GetNClasses()) +
                     ": add the trees before booking",
                  {{"data set", info.GetName()}, {"method", title.Data()}});
   if (fAnalysisType == Types::kRegression && info.GetNTargets() == 0)
      throw Error(EErrorCode::kData,
                  "expected at least one target for a regression, found none: call AddTarget before booking",
                  {{"data set", info.GetName()}, {"method", title.Data()}});
   if (!method->HasAnalysisType(fAnalysisType, info.GetNClasses(), info.GetNTargets())) {
      fLogger.Warning(
         TString::Format("Method %s is not capable of handling %s with %u classes and %u targets: not booked",
                         methodTypeName.Data(), AnalysisTitle(fAnalysisType), info.GetNClasses(), info.GetNTargets())
            .Data());
      return nullptr;
   }
   if (fModelPersistence)
      method->SetLiteralWeightFileDir(MakeWeightFolder(loader->GetName()));
   method->SetModelPersistence(fModelPersistence);
   method->SetAnalysisType(fAnalysisType);
   method->SetFile(fTargetFile);
   method->SetSilentFile(IsSilentFile());
   method->SetupMethod();
   method->ProcessSetup();
   method->CheckSetup();
   // Only now: what fails leaves no booking behind.
   auto &methods = BookingOf(*loader).fMethods;
   methods.push_back(std::move(method));
   return methods.back().get();
}

std::unique_ptr<MethodBase> Factory::CreateMethod(const std::string &typeName, const TString &title, DataSetInfo &info,
                                                  const TString &options) const
{
   std::unique_ptr<IMethod> created(ClassifierFactory::Instance().Create(typeName, fJobName, title, info, options));
   std::unique_ptr<MethodBase> method(dynamic_cast<MethodBase *>(created.get()));
   if (!method)
      throw Error(EErrorCode::kMethod, "method type \"" + typeName + "\" is no MethodBase", {{"method", title.Data()}});
   created.release();
   return method;
}

void Factory::ResolveAnalysisType(const DataSetInfo &info)
{
   if (fAnalysisType != Types::kNoAnalysisType)
      return;
   const UInt_t nClasses = info.GetNClasses();
   if (nClasses == 2 && info.GetClassInfo("Signal") && info.GetClassInfo("Background"))
      fAnalysisType = Types::kClassification;
   else if (nClasses >= 2)
      fAnalysisType = Types::kMulticlass;
   else
      throw Error(EErrorCode::kOption,
                  "AnalysisType=Auto cannot decide: expected at least two classes, found " + std::to_string(nClasses) +
                     "; say AnalysisType=Regression for a regression",
                  {{"data set", info.GetName()}});
}

TString Factory::MakeWeightFolder(const TString &datasetName) const
{
   const auto &names = gConfig().GetIONames();
   TString folder = datasetName + "/" + Internal::ExpandPath(names.fWeightFileDir.Data()).c_str();
   if (!names.fWeightFileDirPrefix.IsNull())
      folder = TString(Internal::ExpandPath(names.fWeightFileDirPrefix.Data())) + "/" + folder;
   // The name of a data set, no home folder; nor is it one where a user gives the path to a Reader.
   if (folder.BeginsWith("~"))
      folder.Prepend("./");
   std::error_code failure; // TSystem::mkdir takes one-letter names for drives
   std::filesystem::create_directories(folder.Data(), failure);
   // AccessPathName is true when the path can NOT be accessed.
   if (gSystem->AccessPathName(folder, kFileExists) || gSystem->AccessPathName(folder, kWritePermission))
      throw Error(EErrorCode::kFile, "expected a folder for weight files that can be written",
                  {{"folder", folder.Data()},
                   {"current folder", gSystem->WorkingDirectory()},
                   {"reason", failure ? failure.message() : "no right to write"}});
   return folder;
}

Factory::Booking *Factory::FindBooking(const TString &datasetName) const
{
   for (const auto &booking : fBookings)
      if (booking->fName == datasetName)
         return booking.get();
   return nullptr;
}

void Factory::RequireFree(DataLoader &loader, const TString &title) const
{
   const Booking *found = FindBooking(loader.GetName());
   if (found && found->fInfo != &loader.GetDataSetInfo())
      throw Error(EErrorCode::kState,
                  "two data loaders of the same name in one factory: their weight files would overwrite each other",
                  {{"data loader", loader.GetName()}});
   if (HasMethod(loader.GetName(), title))
      throw Error(EErrorCode::kState, "a method of this title is already booked",
                  {{"method", title.Data()}, {"data set", loader.GetName()}});
}

void Factory::RequireNameInFile(DataLoader &loader, const TString &title) const
{
   if (fJobName.Length() + title.Length() > Internal::kLongestName)
      throw Error(EErrorCode::kArgument,
                  "expected a job name and a title of at most " + std::to_string(Internal::kLongestName) +
                     " bytes together, since files are named after them, found " +
                     std::to_string(fJobName.Length() + title.Length()),
                  {{"job", fJobName.Data()}, {"method", title.Data()}});
   if (!fTargetFile)
      return;
   const std::string name = NameInFile(title.Data()),
                     why = ": ROOT takes '/', ':' and ';' in a name for parts of a path";
   for (const auto &booking : fBookings)
      if (booking->fName != loader.GetName() && FolderInFile(booking->fName) == FolderInFile(loader.GetName()))
         throw Error(EErrorCode::kState, "two data sets would have the same folder in the output file",
                     {{"data set", loader.GetName()}, {"other data set", booking->fName.Data()}});
   const Booking *found = FindBooking(loader.GetName());
   if (found) {
      for (const auto &method : found->fMethods)
         if (NameInTree(method->GetName()) == NameInTree(title.Data()))
            throw Error(EErrorCode::kState, "two methods would have the same folder or branch in the output file",
                        {{"method", title.Data()}, {"other method", method->GetName()}, {"name", name}});
   }
   Internal::RequireDifferentClassNames(loader.GetDataSetInfo());
   const std::string classes = Internal::RenamedClasses(loader.GetDataSetInfo());
   if (!found && !classes.empty()) // once for all methods
      fLogger.Warning("In the output file the class " + classes + why);
   if (name != title.Data())
      fLogger.Warning("In the output file the method \"" + std::string(title.Data()) + "\" is called \"" + name + "\"" +
                      why);
}

Factory::Booking &Factory::BookingOf(DataLoader &loader)
{
   if (Booking *found = FindBooking(loader.GetName()))
      return *found;
   fBookings.push_back(std::make_unique<Booking>());
   fBookings.back()->fName = loader.GetName();
   fBookings.back()->fInfo = &loader.GetDataSetInfo();
   return *fBookings.back();
}

Factory::Booking &Factory::RequireBooking(const TString &datasetName, const char *caller) const
{
   if (Booking *found = FindBooking(datasetName))
      return *found;
   std::string known;
   for (const auto &booking : fBookings)
      known += (known.empty() ? "" : ", ") + std::string(booking->fName.Data());
   throw Error(EErrorCode::kMethod,
               "no method is booked on data set \"" + std::string(datasetName.Data()) +
                  "\"; data sets: " + (known.empty() ? "none" : known),
               {{"caller", caller}});
}

MethodBase &Factory::RequireMethod(const TString &datasetName, const TString &title, const char *caller) const
{
   const Booking &booking = RequireBooking(datasetName, caller);
   std::string known;
   for (const auto &method : booking.fMethods) {
      if (method->GetMethodName() == title)
         return *method;
      known += (known.empty() ? "" : ", ") + std::string(method->GetName());
   }
   throw Error(EErrorCode::kMethod, "no method \"" + std::string(title.Data()) + "\"; booked: " + known,
               {{"data set", datasetName.Data()}, {"caller", caller}});
}

MethodBase *Factory::GetMethod(const TString &datasetName, const TString &title) const
{
   if (const Booking *booking = FindBooking(datasetName))
      for (const auto &method : booking->fMethods)
         if (method->GetMethodName() == title)
            return method.get();
   return nullptr;
}

Bool_t Factory::HasMethod(const TString &datasetName, const TString &title) const
{
   return GetMethod(datasetName, title) != nullptr;
}

Factory::MVector Factory::GetMethods(const TString &datasetName) const
{
   MVector methods;
   for (const auto &method : RequireBooking(datasetName, "Factory::GetMethods").fMethods)
      methods.push_back(method.get());
   return methods;
}

void Factory::DeleteAllMethods()
{
   fBookings.clear();
}

void Factory::PrintHelpMessage(const TString &datasetName, const TString &title) const
{
   if (!title.IsNull()) {
      RequireMethod(datasetName, title, "Factory::PrintHelpMessage").PrintHelpMessage();
      return;
   }
   for (const auto &method : RequireBooking(datasetName, "Factory::PrintHelpMessage").fMethods)
      method->PrintHelpMessage();
}

void Factory::MakeClass(const TString &datasetName, const TString &title) const
{
   if (!title.IsNull()) {
      RequireMethod(datasetName, title, "Factory::MakeClass").MakeClass();
      return;
   }
   for (const auto &method : RequireBooking(datasetName, "Factory::MakeClass").fMethods)
      method->MakeClass();
}

// ---- training and testing -------------------------------------------------------------------------------------------

void Factory::CheckTrainingInput(DataSetInfo &info) const
{
   const Long64_t nTraining = info.GetDataSet()->GetNTrainingEvents();
   if (nTraining < kMinTrainingEvents)
      throw Error(EErrorCode::kData,
                  "expected at least " + std::to_string(kMinTrainingEvents) + " training events, found " +
                     std::to_string(nTraining),
                  {{"data set", info.GetName()}});
}

std::map<TString, Double_t> Factory::OptimizeAllMethods(TString fomType, TString fitType)
{
   const TDirectory::TContext keepDirectory;
   std::map<TString, Double_t> best;
   for (const auto &booking : fBookings) {
      CheckTrainingInput(*booking->fInfo);
      for (const auto &method : booking->fMethods) {
         fLogger.Header(
            ("Optimize method: " + method->GetMethodName() + " for " + AnalysisTitle(fAnalysisType)).Data());
         auto found = method->OptimizeTuningParameters(fomType, fitType);
         if (!found.empty())
            best = std::move(found);
      }
   }
   return best;
}

void Factory::TrainAllMethods()
{
   if (fBookings.empty())
      fLogger.Info("...nothing found to train");
   const TDirectory::TContext keepDirectory;
   const Internal::StreamerInfoWriter streamerInfo(fTargetFile);
   for (const auto &booking : fBookings) {
      CheckTrainingInput(*booking->fInfo);
      if (fTargetFile && !booking->fDataSetWritten)
         WriteDataSet(*booking);
      PrintInputRanking(*booking);
      for (const auto &method : booking->fMethods)
         TrainOne(*method);
      booking->fTrained = true;
      booking->fTrainedOn = booking->fInfo->GetSharedDataSet();
      // Rankings come from what the method learnt, not from its weight file, so they go before reading that back.
      if (fAnalysisType != Types::kRegression)
         for (const auto &method : booking->fMethods)
            PrintRanking(*method);
      for (const auto &method : booking->fMethods) {
         // What is tested, evaluated and applied later is the model in the file, so the training sample is, too.
         if (method->IsModelPersistence())
            method->ReadStateFromFile();
         method->AddOutput(Types::kTraining);
      }
   }
}

void Factory::TrainOne(MethodBase &method)
{
   fLogger.Header(("Train method: " + method.GetMethodName() + " for " + AnalysisTitle(fAnalysisType)).Data());
   if (fTargetFile) {
      TDirectory *directory = MakeMethodDirectory(fTargetFile, method.DataInfo().GetName(),
                                                  method.GetMethodTypeName().Data(), method.GetName());
      method.SetBaseDir(directory);
      WriteMethodStrings(directory, method.IsModelPersistence() ? method.GetWeightFileName().Data() : "");
   }
   method.TrainMethod();
   if (fTargetFile)
      WriteTrainingHistory(method.BaseDir(), method.GetTrainingHistory());
   if (method.IsModelPersistence()) {
      method.WriteStateToFile();
      WriteStandaloneClass(method);
   }
   fLogger.Header("Training finished");
}

void Factory::WriteStandaloneClass(const MethodBase &method) const
{
   if (fAnalysisType != Types::kClassification || !method.WritesClassAfterTraining())
      return;
   try {
      method.MakeClass();
   } catch (const Error &error) {
      if (error.GetCode() != EErrorCode::kMethod) // kMethod: no class can do this; nobody asked for one, so go on
         throw;
      fLogger.Warning(("No standalone class of " + method.GetMethodName() + ": ").Data() + error.GetMessage());
   }
}

void Factory::PrintRanking(MethodBase &method) const
{
   if (const Ranking *ranking = method.CreateRanking())
      ranking->Print();
   else
      fLogger.Info(("No variable ranking supplied by classifier: " + method.GetMethodName()).Data());
}

void Factory::TestAllMethods()
{
   const TDirectory::TContext keepDirectory;
   const Internal::StreamerInfoWriter streamerInfo(fTargetFile);
   for (const auto &booking : fBookings) {
      booking->RequireSameEvents("Factory::TestAllMethods");
      for (const auto &method : booking->fMethods) {
         fLogger.Header(
            ("Test method: " + method->GetMethodName() + " for " + AnalysisTitle(fAnalysisType) + " performance")
               .Data());
         method->AddOutput(Types::kTesting);
      }
   }
}

} // namespace TorchMVA
