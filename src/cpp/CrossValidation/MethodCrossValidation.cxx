#include "TorchMVA/CrossValidation/MethodCrossValidation.hxx"

#include "Apply/LoadMethod.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"
#include "Weights/Checksum.hxx"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>

REGISTER_METHOD(CrossValidation)

namespace fs = std::filesystem;

namespace TorchMVA {

MethodCrossValidation::MethodCrossValidation(const TString &jobName, const TString &title, DataSetInfo &info,
                                             const TString &options)
   : MethodBase(jobName, Types::kCrossValidation, title, info, options)
{
}

MethodCrossValidation::MethodCrossValidation(DataSetInfo &info, const TString &weightFile)
   : MethodBase(Types::kCrossValidation, info, weightFile)
{
}

MethodCrossValidation::~MethodCrossValidation() = default;

void MethodCrossValidation::DeclareOptions()
{
   DeclareOptionRef(fEncapsulatedMethodName, "EncapsulatedMethodName", "Title of the methods of the folds");
   DeclareOptionRef(fEncapsulatedMethodTypeName, "EncapsulatedMethodTypeName", "Type of the methods of the folds");
   DeclareOptionRef(fNumFolds, "NumFolds", "Number of folds");
   DeclareOptionRef(fOutputEnsembling, "OutputEnsembling", "How new events are evaluated: by one fold, or the mean");
   AddPreDefVal("None");
   AddPreDefVal("Avg");
   DeclareOptionRef(fSplitExprString, "SplitExpr", "Fold of an event as a formula of its spectators");
}

void MethodCrossValidation::SetFolds(std::vector<const MethodBase *> methods, std::vector<UInt_t> foldOfEvent)
{
   fMethods = std::move(methods);
   fFoldOfEvent = std::move(foldOfEvent);
}

void MethodCrossValidation::SetTitleAndSplit(const TString &title, const TString &splitExpression)
{
   SetOption("EncapsulatedMethodName", title.Data());
   if (!splitExpression.IsNull())
      SetOption("SplitExpr", splitExpression.Data());
}

void MethodCrossValidation::Train()
{
   if (fMethods.size() != fNumFolds || fNumFolds == 0)
      throw Error(EErrorCode::kState,
                  "a method of type CrossValidation is made by class CrossValidation: book the method itself there",
                  {{"method", GetName()}});
   MakeSplitExpression();
}

void MethodCrossValidation::MakeSplitExpression()
{
   fSplitExpr.reset();
   if (!fSplitExprString.IsNull())
      fSplitExpr = std::make_unique<CvSplitKFoldsExpr>(DataInfo(), fSplitExprString);
}

// ---- weight file ----------------------------------------------------------------------------------------------------

void MethodCrossValidation::AddWeightsXMLTo(const XmlNode &weights) const
{
   weights.SetAttribute("JobName", GetJobName().Data());
   weights.SetAttribute("SplitExpr", fSplitExprString.Data());
   weights.SetAttribute("NumFolds", static_cast<long long>(fNumFolds));
   weights.SetAttribute("EncapsulatedMethodName", fEncapsulatedMethodName.Data());
   weights.SetAttribute("EncapsulatedMethodTypeName", fEncapsulatedMethodTypeName.Data());
   weights.SetAttribute("OutputEnsembling", fOutputEnsembling.Data());
   const fs::path folder = fs::absolute(GetWeightFolder()).lexically_normal();
   for (const MethodBase *method : fMethods) {
      const fs::path file = fs::absolute(method->GetWeightFileName().Data()).lexically_normal();
      const XmlNode fold = weights.AddChild("Fold");
      fold.SetAttribute("File", file.lexically_relative(folder).string());
      if (method->IsModelPersistence())
         fold.SetAttribute(Internal::kChecksum, XmlDocument::Read(file).Root().Attribute(Internal::kChecksum));
   }
}

std::vector<MethodCrossValidation::FoldFile> MethodCrossValidation::FoldFiles(const XmlNode &weights) const
{
   weights.RequireKnown(
      {"JobName", "SplitExpr", "NumFolds", "EncapsulatedMethodName", "EncapsulatedMethodTypeName", "OutputEnsembling"},
      {"Fold"});
   std::vector<FoldFile> files;
   for (const XmlNode &fold : weights.Children("Fold")) {
      fold.RequireKnown({"File", Internal::kChecksum});
      files.push_back({fold.Attribute("File"), fold.Attribute(Internal::kChecksum, "")});
   }
   if (weights.IntAttribute("NumFolds") != fNumFolds)
      throw Error(EErrorCode::kWeightFile,
                  "expected one number of folds, found NumFolds=\"" + weights.Attribute("NumFolds") +
                     "\" and the option NumFolds=" + std::to_string(fNumFolds),
                  {{"file", weights.Document()->Path()}});
   constexpr UInt_t kMost = 10000;
   if (files.empty() && fNumFolds <= kMost) // written by TMVA itself, which knows the names
      for (UInt_t fold = 1; fold <= fNumFolds; ++fold)
         files.push_back({weights.Attribute("JobName") + "_" + weights.Attribute("EncapsulatedMethodName") + "_fold" +
                             std::to_string(fold) + ".weights.xml",
                          ""});
   if (files.size() != fNumFolds || fNumFolds < 2)
      throw Error(EErrorCode::kWeightFile,
                  "expected a weight file for each of " + std::to_string(fNumFolds) + " folds, at least two, found " +
                     std::to_string(files.size()),
                  {{"file", weights.Document()->Path()}});
   for (FoldFile &file : files)
      file.fPath = (fs::path(GetWeightFolder()) / file.fPath).string();
   return files;
}

Bool_t MethodCrossValidation::UsesPython() const
{
   return std::any_of(fMethods.begin(), fMethods.end(), [](const MethodBase *fold) { return fold->UsesPython(); });
}

void MethodCrossValidation::ReadWeightsFromXML(const XmlNode &weights)
{
   const std::string path = GetWeightFileName().Data();
   if (!weights)
      throw Error(EErrorCode::kWeightFile, "expected an element <Weights> with the folds, found none",
                  {{"file", path}});
   if (fSplitExprString.IsNull() && !IsAveraged() && fFoldOfEvent.empty())
      throw Error(EErrorCode::kWeightFile,
                  "these folds were drawn at random, so that new events belong to none of them: cross-validate with "
                  "OutputEnsembling=Avg or with SplitType=Deterministic, or read the weight file of one fold",
                  {{"file", path}});
   std::vector<std::unique_ptr<MethodBase>> loaded;
   for (const auto &[file, sha256] : FoldFiles(weights)) {
      const XmlDocument document = XmlDocument::Read(file);
      const std::string type = Internal::MethodType(document.Root());
      if (type == "CrossValidation" || type != fEncapsulatedMethodTypeName.Data()) // the first would never end
         throw Error(EErrorCode::kWeightFile,
                     "expected the weight file of a fold of type \"" + std::string(fEncapsulatedMethodTypeName.Data()) +
                        "\", found type \"" + type + "\"",
                     {{"file", file}, {"named in", path}});
      if (!sha256.empty() && document.Root().Attribute(Internal::kChecksum, "") != sha256)
         throw Error(EErrorCode::kWeightFile,
                     "this is not the file of the fold that was trained with the others: expected the SHA-256 " +
                        sha256 + ", found " + document.Root().Attribute(Internal::kChecksum, "none") +
                        ". If you edited it by hand: torchmva checksum --update " + path,
                     {{"file", file}, {"named in", path}});
      loaded.push_back(Internal::LoadMethod(document.Root(), file.c_str(), DataInfo(),
                                            {fLogger.GetMinType(), fEngine, fAllowUserCode != kFALSE}));
      if (loaded.back()->GetAnalysisType() != GetAnalysisType())
         throw Error(EErrorCode::kWeightFile, "expected a fold of the same kind of analysis",
                     {{"file", file}, {"named in", path}});
   }
   MakeSplitExpression();
   fLoaded = std::move(loaded);
   fMethods.clear();
   for (const auto &method : fLoaded)
      fMethods.push_back(method.get());
}

// ---- application ----------------------------------------------------------------------------------------------------

void MethodCrossValidation::Predict(const float *rows, Long64_t n, float *outputs) const
{
   Evaluate(rows, n, outputs);
}

namespace {

bool Respond(const MethodBase &fold, const float *variables, Long64_t n, float *responses, const double *spectators)
{
   fold.Evaluate(variables, n, responses, spectators);
   return true;
}

bool RespondWithErrors(const MethodBase &fold, const float *variables, Long64_t n, float *errors,
                       const double *spectators)
{
   return fold.EvaluateErrors(variables, n, errors, spectators);
}

} // namespace

void MethodCrossValidation::Evaluate(const float *variables, Long64_t n, float *responses,
                                     const double *spectators) const
{
   if (IsAveraged())
      EvaluateAverage(variables, n, responses, spectators);
   else
      EvaluateFolds(FoldsOf(n, spectators), variables, responses, spectators, Respond);
}

Bool_t MethodCrossValidation::EvaluateErrors(const float *variables, Long64_t n, float *errors,
                                             const double *spectators) const
{
   // a fold without errors may come after one with: `errors` is left alone then
   std::vector<float> found(n * GetNResponses());
   const bool hasErrors =
      IsAveraged() ? EvaluateAverageErrors(variables, n, found.data(), spectators)
                   : EvaluateFolds(FoldsOf(n, spectators), variables, found.data(), spectators, RespondWithErrors);
   if (hasErrors)
      std::copy(found.begin(), found.end(), errors);
   return hasErrors;
}

void MethodCrossValidation::RequireFolds() const
{
   if (fMethods.empty())
      throw Error(EErrorCode::kState, "the method is used before it was trained or read", {{"method", GetName()}});
}

std::vector<UInt_t> MethodCrossValidation::FoldsOf(Long64_t n, const double *spectators) const
{
   RequireFolds();
   if (!fSplitExpr)
      throw Error(EErrorCode::kState,
                  "after a random split only the events of the training sample belong to a fold; for other events use "
                  "OutputEnsembling=Avg or SplitType=Deterministic",
                  {{"method", GetName()}});
   if (!spectators)
      throw Error(EErrorCode::kArgument, "the fold of an event depends on its spectators, and none were given",
                  {{"method", GetName()}, {"SplitExpr", fSplitExprString.Data()}});
   std::vector<UInt_t> folds(n);
   for (Long64_t i = 0; i < n; ++i)
      folds[i] = fSplitExpr->Eval(fNumFolds, spectators + i * DataInfo().GetNSpectators());
   return folds;
}

Bool_t MethodCrossValidation::UsesSpectators() const
{
   return !IsAveraged() || MethodBase::UsesSpectators() ||
          std::any_of(fMethods.begin(), fMethods.end(),
                      [](const MethodBase *method) { return method->UsesSpectators(); });
}

void MethodCrossValidation::EvaluateAverage(const float *variables, Long64_t n, float *responses,
                                            const double *spectators) const
{
   RequireFolds();
   const Long64_t nValues = n * GetNResponses();
   std::vector<double> sums(nValues, 0.);
   for (const MethodBase *method : fMethods) {
      method->Evaluate(variables, n, responses, spectators);
      for (Long64_t i = 0; i < nValues; ++i)
         sums[i] += responses[i];
   }
   for (Long64_t i = 0; i < nValues; ++i)
      responses[i] = static_cast<float>(sums[i] / fMethods.size());
}

bool MethodCrossValidation::EvaluateAverageErrors(const float *variables, Long64_t n, float *errors,
                                                  const double *spectators) const
{
   RequireFolds();
   const Long64_t nValues = n * GetNResponses();
   const std::size_t nFolds = fMethods.size();
   std::vector<float> foldResponses(nValues * nFolds);
   std::vector<double> means(nValues, 0.), variances(nValues, 0.);
   for (std::size_t fold = 0; fold < nFolds; ++fold) {
      float *responses = &foldResponses[fold * nValues];
      if (!fMethods[fold]->EvaluateErrors(variables, n, errors, spectators))
         return false;
      fMethods[fold]->Evaluate(variables, n, responses, spectators);
      for (Long64_t i = 0; i < nValues; ++i) {
         means[i] += responses[i] / double(nFolds);
         variances[i] += double(errors[i]) * errors[i] / nFolds;
      }
   }
   for (Long64_t i = 0; i < nValues; ++i) {
      for (std::size_t fold = 0; fold < nFolds; ++fold)
         variances[i] += std::pow(foldResponses[fold * nValues + i] - means[i], 2) / nFolds;
      errors[i] = static_cast<float>(std::sqrt(variances[i]));
   }
   return true;
}

bool MethodCrossValidation::EvaluateFolds(const std::vector<UInt_t> &folds, const float *variables, float *values,
                                          const double *spectators, const FoldFunction_t &function) const
{
   const UInt_t nVariables = GetNVariables();
   const UInt_t nSpectators = DataInfo().GetNSpectators();
   const UInt_t nResponses = GetNResponses();
   if (folds.size() == 1) // an event loop: nothing to sort
      return function(*fMethods[folds[0]], variables, 1, values, spectators);
   std::vector<std::vector<std::size_t>> rows(fMethods.size());
   for (std::size_t i = 0; i < folds.size(); ++i)
      rows[folds[i]].push_back(i);
   std::vector<float> foldVariables, foldValues;
   std::vector<double> foldSpectators;
   for (std::size_t fold = 0; fold < rows.size(); ++fold) {
      if (rows[fold].empty())
         continue;
      foldVariables.clear();
      foldSpectators.clear();
      for (const std::size_t row : rows[fold]) {
         foldVariables.insert(foldVariables.end(), variables + row * nVariables, variables + (row + 1) * nVariables);
         if (spectators)
            foldSpectators.insert(foldSpectators.end(), spectators + row * nSpectators,
                                  spectators + (row + 1) * nSpectators);
      }
      foldValues.resize(rows[fold].size() * nResponses);
      if (!function(*fMethods[fold], foldVariables.data(), rows[fold].size(), foldValues.data(),
                    spectators ? foldSpectators.data() : nullptr))
         return false;
      for (std::size_t i = 0; i < rows[fold].size(); ++i)
         std::copy_n(&foldValues[i * nResponses], nResponses, values + rows[fold][i] * nResponses);
   }
   return true;
}

std::vector<Float_t> MethodCrossValidation::EvaluateSample(const Sample &sample) const
{
   // Rows of the job's own data set, where each event is once in the training and once in the test sample, in the same
   // order, are known by where they are; an honest response is that of the fold they were not trained on.
   const auto address = [](const float *row) { return reinterpret_cast<std::uintptr_t>(row); };
   const Long64_t nEvents = fFoldOfEvent.size();
   if (nEvents > 0 && sample.Size() > 0) {
      const Sample all = Data()->GetSample(Types::kTraining);
      const std::uintptr_t begin = address(all.fVariables.fData);
      const std::uintptr_t here = address(sample.fVariables.fData);
      if (all.Size() == nEvents && here >= begin && here < address(all.fVariables.Row(2 * nEvents))) {
         const Long64_t first = (here - begin) / (sizeof(float) * GetNVariables());
         std::vector<UInt_t> folds(sample.Size());
         for (Long64_t i = 0; i < sample.Size(); ++i)
            folds[i] = fFoldOfEvent[(first + i) % nEvents];
         std::vector<Float_t> responses(sample.Size() * GetNResponses());
         EvaluateFolds(folds, sample.fVariables.fData, responses.data(), sample.fSpectators.fData, Respond);
         return responses;
      }
   }
   return MethodBase::EvaluateSample(sample);
}

std::string MethodCrossValidation::GetHelpText() const
{
   return "All folds of a cross-validation as one method; made by class CrossValidation, not booked by users.";
}

} // namespace TorchMVA
