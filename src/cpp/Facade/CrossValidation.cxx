#include "TorchMVA/CrossValidation.hxx"

#include "FactoryBooking.hxx"
#include "FileNames.hxx"
#include "FoldFigures.hxx"
#include "FoldOptions.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/CrossValidation/MethodCrossValidation.hxx"
#include "TorchMVA/Output/OutputFile.hxx"

#include "TDirectory.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace TorchMVA {

namespace {

TString Flag(const char *name, bool on)
{
   return TString(":") + (on ? "" : "!") + name;
}

TString TitleOf(const OptionMap &method)
{
   return method.GetValue<TString>("MethodTitle");
}

/// A new output file in a folder, named after a title.
std::unique_ptr<TFile> OpenFoldFile(const std::filesystem::path &folder, const TString &title)
{
   const std::string name = NameInFile(title.Data()) + ".root"; // TFile::Open takes ':' for a protocol
   std::string opened = name; // and '$' and '~' for paths of their own: such a file gets its name when it is open
   std::replace_if(opened.begin(), opened.end(), [](char c) { return c == '$' || c == '~'; }, '_');
   const bool isOther = opened != name;
   const auto path = folder / (isOther ? opened + ".part" : name);
   std::unique_ptr<TFile> file(TFile::Open(path.c_str(), "RECREATE"));
   std::error_code failure;
   if (file && isOther)
      std::filesystem::rename(path, folder / name, failure);
   if (!file || failure)
      throw Error(EErrorCode::kFile, "cannot write the output file of a fold", {{"file", (folder / name).string()}});
   return file;
}

} // namespace

/// The methods of one fold, each in a factory of its own, because each may have an output file of its own.
struct CrossValidation::Fold {
   std::vector<std::unique_ptr<TFile>> fFiles;
   std::vector<std::unique_ptr<Factory>> fFactories; ///< after the files: gone before them
   std::vector<MethodBase *> fMethods;
};

CrossValidation::CrossValidation(TString jobName, DataLoader *loader, TFile *file, TString options)
   : Envelope("CrossValidation", loader, file, options), fJobName(jobName)
{
   Internal::RequireFileName(jobName, "job name", "CrossValidation", true);
   DeclareCrossValidationOptions();
   ParseOptions();
   gConfig().SetUseColor(fColor);
   gConfig().SetSilent(fSilent);
   gConfig().SetDrawProgressBar(fDrawProgressBar);
   CheckOptions();
}

CrossValidation::CrossValidation(TString jobName, DataLoader *loader, TString options)
   : CrossValidation(jobName, loader, nullptr, options)
{
}

CrossValidation::~CrossValidation() = default;

void CrossValidation::DeclareCrossValidationOptions()
{
   DeclareOptionRef(fNumFolds, "NumFolds", "Number of folds");
   DeclareOptionRef(fSplitType, "SplitType", "How events are assigned to folds");
   for (const char *type : {"Deterministic", "Random", "RandomStratified"})
      AddPreDefVal(type);
   DeclareOptionRef(
      fSplitExpr, "SplitExpr",
      "Fold of an event, from 0, as a formula of [spectators] and [NumFolds], for SplitType=Deterministic");
   DeclareOptionRef(fOutputEnsembling, "OutputEnsembling",
                    "How new events are evaluated: by the fold of SplitExpr (None), or the mean of all folds (Avg)");
   for (const char *kind : {"None", "Avg"})
      AddPreDefVal(kind);
   DeclareOptionRef(fFoldFileOutput, "FoldFileOutput", "An output file <title>_fold<i>.root for each fold as well");
   DeclareOptionRef(fNumWorkerProcs, "NumWorkerProcs", "Processes; more than 1 warns, and one is used");
   DeclareOptionRef(fTransformations, "Transformations",
                    "Chains of transformations, separated by ';', whose variable plots go to the output file");
   DeclareOptionRef(fCorrelations, "Correlations", "Print correlations of the responses of the methods");
   DeclareOptionRef(fROC, "ROC", "Print the evaluation tables of classification");
   DeclareOptionRef(fAnalysisType, "AnalysisType", "Kind of analysis; Auto decides between the classifications");
   for (const char *type : {"Classification", "Regression", "Multiclass", "Auto"})
      AddPreDefVal(type);
}

void CrossValidation::CheckOptions() const
{
   const bool deterministic = fSplitType == "Deterministic";
   if (deterministic == fSplitExpr.IsNull())
      throw Error(EErrorCode::kOption,
                  "SplitType=Deterministic and a SplitExpr belong together, found SplitType=" +
                     std::string(fSplitType.Data()) + " and SplitExpr=" + fSplitExpr.Data(),
                  {{"job", fJobName.Data()}});
   CvSplitKFolds checksTheNumberOfFolds(fNumFolds);
}

void CrossValidation::SetNumFolds(UInt_t n)
{
   CvSplitKFolds checksTheNumberOfFolds(n);
   fNumFolds = n;
}

void CrossValidation::SetSplitExpr(TString expression)
{
   fSplitExpr = expression;
   fSplitType = expression.IsNull() ? "Random" : "Deterministic";
}

TString CrossValidation::FactoryOptions() const
{
   TString options = "AnalysisType=" + fAnalysisType + ":VerboseLevel=" + fVerboseLevel;
   if (!fTransformations.IsNull())
      options += ":Transformations=" + fTransformations;
   return options + Flag("V", IsVerbose()) + Flag("Color", fColor) + Flag("Silent", fSilent) +
          Flag("DrawProgressBar", fDrawProgressBar) + Flag("ModelPersistence", fModelPersistence) + Flag("ROC", fROC) +
          Flag("Correlations", fCorrelations);
}

Factory &CrossValidation::GetFactory()
{
   if (!fFactory)
      fFactory = std::make_unique<Factory>(fJobName, GetFile(), FactoryOptions());
   return *fFactory;
}

TString CrossValidation::FoldTitle(const OptionMap &method, UInt_t fold) const
{
   return TitleOf(method) + TString::Format("_fold%u", fold + 1);
}

std::unique_ptr<CvSplit> CrossValidation::MakeSplit() const
{
   return std::make_unique<CvSplitKFolds>(fNumFolds, fSplitExpr, fSplitType == "RandomStratified");
}

const std::vector<CrossValidationResult> &CrossValidation::GetResults() const
{
   if (!fIsEvaluated)
      throw Error(EErrorCode::kState, "there are no results yet: call Evaluate first", {{"job", fJobName.Data()}});
   return fResults;
}

// ---- the work -------------------------------------------------------------------------------------------------------

void CrossValidation::Evaluate()
{
   if (GetMethods().empty())
      throw Error(EErrorCode::kState, "there is no method to evaluate: call BookMethod first",
                  {{"job", fJobName.Data()}});
   if (fFoldFileOutput && !GetFile())
      throw Error(EErrorCode::kOption, "FoldFileOutput needs an output file: give one to the constructor",
                  {{"job", fJobName.Data()}});
   if (GetFile()) // now, not after all folds
      Internal::RequireDifferentClassNames(GetDataLoader()->GetDataSetInfo());
   if (fNumWorkerProcs > 1 || fJobs > 1)
      fLogger.Warning("Folds are trained one after the other: PyTorch does not survive a fork of its process");
   const TDirectory::TContext keepDirectory;
   GetFactory().DeleteAllMethods();
   fFolds.clear();
   fResults.clear();
   fIsEvaluated = kFALSE;
   for (const auto &method : GetMethods())
      fResults.emplace_back(TitleOf(method));

   DataSetInfo &info = GetDataLoader()->GetDataSetInfo();
   struct ForgetFolds { // unless all goes well
      DataSetInfo *fInfo;
      ~ForgetFolds()
      {
         if (fInfo)
            fInfo->Invalidate();
      }
   } guard{&info};
   const std::unique_ptr<CvSplit> split = MakeSplit();
   split->MakeKFoldDataSet(info);
   for (UInt_t fold = 0; fold < fNumFolds; ++fold)
      EvaluateFold(*split, fold);
   split->RecombineKFoldDataSet(info);
   EvaluateRecombined(*split);
   guard.fInfo = nullptr;
   if (fModelPersistence) // they were read back
      fFolds.clear();
   fIsEvaluated = kTRUE;
   PrintResults();
}

void CrossValidation::EvaluateFold(CvSplit &split, UInt_t fold)
{
   fLogger.Header(TString::Format("Fold %u of %u", fold + 1, fNumFolds).Data());
   split.PrepareFoldDataSet(GetDataLoader()->GetDataSetInfo(), fold);
   fFolds.push_back(std::make_unique<Fold>());
   Fold &here = *fFolds.back();
   // All are booked before the first is trained: a wrong option shows at once.
   for (const auto &method : GetMethods()) {
      const TString title = FoldTitle(method, fold);
      TFile *file = nullptr;
      if (fFoldFileOutput) {
         here.fFiles.push_back(OpenFoldFile(std::filesystem::path(GetFile()->GetName()).parent_path(), title));
         file = here.fFiles.back().get();
      }
      here.fFactories.push_back(std::make_unique<Factory>(fJobName, file, FactoryOptions()));
      const TString type = method.GetValue<TString>("MethodName");
      here.fMethods.push_back(here.fFactories.back()->BookMethod(
         GetDataLoader(), type, title,
         Internal::FoldOptions(method.GetValue<TString>("MethodOptions"), TString::Format("_fold%u", fold + 1))));
      if (!here.fMethods.back())
         throw Error(EErrorCode::kMethod, "this method cannot do this analysis: book another for a cross-validation",
                     {{"method", TitleOf(method).Data()}, {"type", type.Data()}});
   }
   for (std::size_t i = 0; i < here.fMethods.size(); ++i) {
      Factory &factory = *here.fFactories[i];
      factory.TrainAllMethods();
      factory.TestAllMethods();
      if (fFoldFileOutput)
         factory.EvaluateAllMethods();
      if (!here.fMethods[i]->DoRegression())
         fResults[i].AddFold(Internal::ComputeFoldFigures(factory, *here.fMethods[i]));
   }
   here.fFiles.clear(); // closes them
}

void CrossValidation::EvaluateRecombined(const CvSplit &split)
{
   for (std::size_t i = 0; i < GetMethods().size(); ++i) {
      const OptionMap &booked = GetMethods()[i];
      fLogger.Header(("Evaluate method: " + TitleOf(booked)).Data());
      const TString options =
         TString::Format("NumFolds=%u:EncapsulatedMethodTypeName=%s:OutputEnsembling=%s", fNumFolds,
                         booked.GetValue<TString>("MethodName").Data(), fOutputEnsembling.Data());
      auto *method = dynamic_cast<MethodCrossValidation *>(
         GetFactory().BookMethod(GetDataLoader(), Types::kCrossValidation, TitleOf(booked), options));
      if (!method)
         throw Error(EErrorCode::kInternal, "type kCrossValidation is another method than MethodCrossValidation");
      method->SetTitleAndSplit(TitleOf(booked), fSplitExpr);
      std::vector<const MethodBase *> folds;
      for (const auto &fold : fFolds)
         folds.push_back(fold->fMethods[i]);
      method->SetFolds(std::move(folds), split.GetFolds());
   }
   GetFactory().TrainAllMethods();
   GetFactory().TestAllMethods();
   GetFactory().EvaluateAllMethods();
}

void CrossValidation::PrintResults() const
{
   for (const auto &result : fResults) {
      fLogger.Header(("Results of method: " + result.GetMethodTitle()).Data());
      result.Print();
   }
}

} // namespace TorchMVA
