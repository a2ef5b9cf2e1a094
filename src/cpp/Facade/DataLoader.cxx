#include "TorchMVA/DataLoader.hxx"

#include "../Data/DataSetBuilder.hxx"
#include "ROOT/RDF/RInterface.hxx"
#include "ROOT/RDataFrame.hxx"
#include "ROOT/RNTupleDS.hxx"
#include "TH2.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/CrossValidation/CvSplit.hxx"
#include "TorchMVA/Data/VariableStatistics.hxx"

#include <filesystem>
#include <memory>

namespace TorchMVA {

namespace {

Types::ETreeType ParseTreeType(const TString &text)
{
   const bool training = text.Contains("train", TString::kIgnoreCase);
   const bool testing = text.Contains("test", TString::kIgnoreCase);
   if (!training && !testing)
      throw Error(EErrorCode::kArgument, "expected a tree type that contains 'train' or 'test' or both, found '" +
                                            std::string(text.Data()) + "'");
   if (training && testing)
      return Types::kMaxTreeType;
   return training ? Types::kTraining : Types::kTesting;
}

ROOT::RDF::RNode OpenNTuple(const TString &name, const TString &file)
{
   try {
      return ROOT::RDF::FromRNTuple(name.Data(), file.Data());
   } catch (const std::exception &error) {
      throw Error(EErrorCode::kFile,
                  "cannot read the RNTuple '" + std::string(name.Data()) + "' of '" + file.Data() +
                     "': " + error.what(),
                  {{"file", file.Data()}});
   }
}

bool IsEmpty(const TCut &cut)
{
   return TString(cut.GetTitle()).IsWhitespace();
}

} // namespace

DataLoader::DataLoader(TString name) : Configurable(name), fDataSetInfo(name)
{
   if (name.IsNull())
      throw Error(EErrorCode::kArgument,
                  "expected a name of the data loader, since its folder is named after it, found none");
   for (const auto &part : std::filesystem::path(name.Data()))
      if (part == "..")
         throw Error(
            EErrorCode::kArgument,
            "expected a name of the data loader that does not lead out of the working folder, since its folder "
            "is named after it, found '" +
               std::string(name.Data()) + "'. gConfig().GetIONames().fWeightFileDirPrefix puts the folder elsewhere");
   fLogger.SetSource("DataLoader");
   fDataSetInfo.SetBuilder([this](DataSetInfo &info) { return Internal::BuildDataSet(info, fInput); });
}

DataLoader::~DataLoader() = default;

void DataLoader::UseClass(const TString &className)
{
   if (!fDataSetInfo.GetClassInfo(className)) {
      fDataSetInfo.AddClass(className);
      Logger("DataSetInfo").Header("[" + std::string(GetName()) + "] : Added class \"" + className.Data() + "\"");
   }
   fDataSetInfo.Invalidate();
}

// --- trees ------------------------------------------------------------------------------------------------------

void DataLoader::AddTree(TTree *tree, const TString &className, Double_t weight, const TCut &cut, Types::ETreeType type)
{
   fInput.AddTree(tree, className, weight, cut, type);
   UseClass(className);
   fLogger.Info("Add Tree " + std::string(tree->GetName()) + " of type " + className.Data() + " with " +
                std::to_string(tree->GetEntries()) + " events");
}

void DataLoader::AddTree(TTree *tree, const TString &className, Double_t weight, const TCut &cut,
                         const TString &treeType)
{
   AddTree(tree, className, weight, cut, ParseTreeType(treeType));
}

void DataLoader::SetTree(TTree *tree, const TString &className, Double_t weight)
{
   fInput.ClearTrees(className);
   AddTree(tree, className, weight);
}

void DataLoader::AddAsciiTree(const TString &file, const TString &className, Double_t weight, Types::ETreeType type)
{
   fInput.AddTree(file, className, weight, "", type);
   UseClass(className);
   fLogger.Info("Add file " + std::string(file.Data()) + " of type " + className.Data() + " with " +
                std::to_string(fInput.GetSources().back().fTree->GetEntries()) + " events");
}

void DataLoader::AddSignalTree(TTree *tree, Double_t weight, Types::ETreeType type)
{
   AddTree(tree, "Signal", weight, "", type);
}
void DataLoader::AddSignalTree(TString asciiFile, Double_t weight, Types::ETreeType type)
{
   AddAsciiTree(asciiFile, "Signal", weight, type);
}
void DataLoader::AddSignalTree(TTree *tree, Double_t weight, const TString &treeType)
{
   AddTree(tree, "Signal", weight, "", treeType);
}
void DataLoader::AddBackgroundTree(TTree *tree, Double_t weight, Types::ETreeType type)
{
   AddTree(tree, "Background", weight, "", type);
}
void DataLoader::AddBackgroundTree(TString asciiFile, Double_t weight, Types::ETreeType type)
{
   AddAsciiTree(asciiFile, "Background", weight, type);
}
void DataLoader::AddBackgroundTree(TTree *tree, Double_t weight, const TString &treeType)
{
   AddTree(tree, "Background", weight, "", treeType);
}
void DataLoader::SetSignalTree(TTree *tree, Double_t weight)
{
   SetTree(tree, "Signal", weight);
}
void DataLoader::SetBackgroundTree(TTree *tree, Double_t weight)
{
   SetTree(tree, "Background", weight);
}
void DataLoader::AddRegressionTree(TTree *tree, Double_t weight, Types::ETreeType type)
{
   AddTree(tree, "Regression", weight, "", type);
}

void DataLoader::SetInputTrees(TTree *signal, TTree *background, Double_t signalWeight, Double_t backgroundWeight)
{
   SetTree(signal, "Signal", signalWeight);
   SetTree(background, "Background", backgroundWeight);
}

void DataLoader::SetInputTrees(const TString &signalFile, const TString &backgroundFile, Double_t signalWeight,
                               Double_t backgroundWeight)
{
   fInput.ClearTrees("Signal");
   fInput.ClearTrees("Background");
   AddAsciiTree(signalFile, "Signal", signalWeight, Types::kMaxTreeType);
   AddAsciiTree(backgroundFile, "Background", backgroundWeight, Types::kMaxTreeType);
}

void DataLoader::SetInputTrees(TTree *tree, const TCut &signalCut, const TCut &backgroundCut)
{
   fInput.ClearTrees("Signal");
   fInput.ClearTrees("Background");
   AddTree(tree, "Signal", 1.0, signalCut);
   AddTree(tree, "Background", 1.0, backgroundCut);
}

// --- data frames --------------------------------------------------------------------------------------------------

void DataLoader::AddDataFrame(ROOT::RDF::RNode frame, const TString &className, Double_t weight, const TCut &cut,
                              Types::ETreeType type)
{
   fInput.AddDataFrame(frame, className, weight, cut, type);
   UseClass(className);
   fLogger.Info("Add data frame of type " + std::string(className.Data()));
}

void DataLoader::AddDataFrame(ROOT::RDF::RNode frame, const TString &className, Double_t weight, const TCut &cut,
                              const TString &treeType)
{
   AddDataFrame(std::move(frame), className, weight, cut, ParseTreeType(treeType));
}

void DataLoader::AddNTuple(const TString &ntupleName, const TString &fileName, const TString &className,
                           Double_t weight, const TCut &cut, Types::ETreeType type)
{
   AddDataFrame(OpenNTuple(ntupleName, fileName), className, weight, cut, type);
}

void DataLoader::AddNTuple(const TString &ntupleName, const TString &fileName, const TString &className,
                           Double_t weight, const TCut &cut, const TString &treeType)
{
   AddNTuple(ntupleName, fileName, className, weight, cut, ParseTreeType(treeType));
}

// --- single events ------------------------------------------------------------------------------------------------

void DataLoader::AddEvent(const TString &className, Types::ETreeType type, const std::vector<Double_t> &event,
                          Double_t weight)
{
   fInput.AddEvent({className, event, weight, type});
   UseClass(className);
}

void DataLoader::AddTrainingEvent(const TString &className, const std::vector<Double_t> &event, Double_t weight)
{
   AddEvent(className, Types::kTraining, event, weight);
}
void DataLoader::AddTestEvent(const TString &className, const std::vector<Double_t> &event, Double_t weight)
{
   AddEvent(className, Types::kTesting, event, weight);
}
void DataLoader::AddSignalTrainingEvent(const std::vector<Double_t> &event, Double_t weight)
{
   AddTrainingEvent("Signal", event, weight);
}
void DataLoader::AddBackgroundTrainingEvent(const std::vector<Double_t> &event, Double_t weight)
{
   AddTrainingEvent("Background", event, weight);
}
void DataLoader::AddSignalTestEvent(const std::vector<Double_t> &event, Double_t weight)
{
   AddTestEvent("Signal", event, weight);
}
void DataLoader::AddBackgroundTestEvent(const std::vector<Double_t> &event, Double_t weight)
{
   AddTestEvent("Background", event, weight);
}

// --- variables ----------------------------------------------------------------------------------------------------

void DataLoader::AddVariable(const TString &expression, const TString &title, const TString &unit, char type,
                             Double_t min, Double_t max)
{
   fDataSetInfo.AddVariable(expression, title, unit, min, max, type);
}
void DataLoader::AddVariable(const TString &expression, char type, Double_t min, Double_t max)
{
   fDataSetInfo.AddVariable(expression, "", "", min, max, type);
}
void DataLoader::AddVariablesArray(const TString &expression, int size, char type, Double_t min, Double_t max)
{
   fDataSetInfo.AddVariablesArray(expression, size, "", "", min, max, type);
}
void DataLoader::AddTarget(const TString &expression, const TString &title, const TString &unit, Double_t min,
                           Double_t max)
{
   AddTarget(expression, title, unit, 'F', min, max);
}
void DataLoader::AddTarget(const TString &expression, const TString &title, const TString &unit, char type,
                           Double_t min, Double_t max)
{
   fDataSetInfo.AddTarget(VariableInfo(expression, title, unit, type, min, max));
}
void DataLoader::AddRegressionTarget(const TString &expression, const TString &title, const TString &unit, Double_t min,
                                     Double_t max)
{
   AddTarget(expression, title, unit, min, max);
}
void DataLoader::AddRegressionTarget(const TString &expression, const TString &title, const TString &unit, char type,
                                     Double_t min, Double_t max)
{
   AddTarget(expression, title, unit, type, min, max);
}
void DataLoader::AddSpectator(const TString &expression, const TString &title, const TString &unit, Double_t min,
                              Double_t max)
{
   AddSpectator(expression, title, unit, 'F', min, max);
}
void DataLoader::AddSpectator(const TString &expression, const TString &title, const TString &unit, char type,
                              Double_t min, Double_t max)
{
   fDataSetInfo.AddSpectator(expression, title, unit, min, max, type);
}

void DataLoader::SetInputVariables(std::vector<TString> *variables)
{
   if (!variables)
      throw Error(EErrorCode::kArgument, "SetInputVariables: expected a list of expressions, found a null pointer");
   for (const auto &expression : *variables)
      AddVariable(expression);
}

// --- weights and cuts -----------------------------------------------------------------------------------------------

void DataLoader::SetWeightExpression(const TString &expression, const TString &className)
{
   fDataSetInfo.SetWeightExpression(expression, className);
}
void DataLoader::SetSignalWeightExpression(const TString &expression)
{
   SetWeightExpression(expression, "Signal");
}
void DataLoader::SetBackgroundWeightExpression(const TString &expression)
{
   SetWeightExpression(expression, "Background");
}
void DataLoader::SetCut(const TString &cut, const TString &className)
{
   fDataSetInfo.SetCut(TCut(cut), className);
}
void DataLoader::SetCut(const TCut &cut, const TString &className)
{
   fDataSetInfo.SetCut(cut, className);
}
void DataLoader::AddCut(const TString &cut, const TString &className)
{
   fDataSetInfo.AddCut(TCut(cut), className);
}
void DataLoader::AddCut(const TCut &cut, const TString &className)
{
   fDataSetInfo.AddCut(cut, className);
}

// --- splitting ------------------------------------------------------------------------------------------------------

void DataLoader::PrepareTrainingAndTestTree(const TCut &cut, const TString &options)
{
   fDataSetInfo.AddCut(cut);
   fDataSetInfo.SetSplitOptions(options);
}

void DataLoader::PrepareTrainingAndTestTree(TCut signalCut, TCut backgroundCut, const TString &options)
{
   const std::pair<const char *, TCut> cuts[] = {{"Signal", signalCut}, {"Background", backgroundCut}};
   for (const auto &item : cuts) {
      // An empty cut must not add a class without events to a multiclass or regression job.
      if (fDataSetInfo.GetClassInfo(item.first) || !IsEmpty(item.second))
         fDataSetInfo.AddCut(item.second, item.first);
   }
   fDataSetInfo.SetSplitOptions(options);
}

void DataLoader::PrepareTrainingAndTestTree(const TCut &cut, Int_t nTrain, Int_t nTest)
{
   if (fDataSetInfo.GetNClasses() == 0)
      throw Error(EErrorCode::kState, "PrepareTrainingAndTestTree with numbers of events needs the trees before it");
   fDataSetInfo.AddCut(cut);
   TString options = "SplitMode=Random:!V";
   for (UInt_t i = 0; i < fDataSetInfo.GetNClasses(); ++i) {
      const char *name = fDataSetInfo.GetClassInfo(static_cast<Int_t>(i))->GetName();
      options += TString::Format(":nTrain_%s=%d:nTest_%s=%d", name, nTrain, name, nTest < 0 ? 0 : nTest);
   }
   fDataSetInfo.SetSplitOptions(options);
}

void DataLoader::PrepareTrainingAndTestTree(const TCut &cut, Int_t nSignalTrain, Int_t nBackgroundTrain,
                                            Int_t nSignalTest, Int_t nBackgroundTest, const TString &otherOptions)
{
   fDataSetInfo.AddCut(cut);
   fDataSetInfo.SetSplitOptions(
      TString::Format("nTrain_Signal=%d:nTrain_Background=%d:nTest_Signal=%d:nTest_Background=%d:", nSignalTrain,
                      nBackgroundTrain, nSignalTest, nBackgroundTest) +
      otherOptions);
}

void DataLoader::MakeKFoldDataSet(CvSplit &split)
{
   split.MakeKFoldDataSet(fDataSetInfo);
}
void DataLoader::PrepareFoldDataSet(CvSplit &split, UInt_t fold, Types::ETreeType type)
{
   split.PrepareFoldDataSet(fDataSetInfo, fold, type);
}
void DataLoader::RecombineKFoldDataSet(CvSplit &split, Types::ETreeType type)
{
   split.RecombineKFoldDataSet(fDataSetInfo, type);
}

DataLoader *DataLoader::MakeCopy(TString name)
{
   auto copy = std::make_unique<DataLoader>(name);
   copy->fInput.AddAll(fInput);
   copy->fDataSetInfo.CopySelection(fDataSetInfo);
   return copy.release();
}

DataLoader *DataLoader::VarTransform(TString definition)
{
   const TString text = definition.Strip(TString::kBoth);
   const TString number =
      text.BeginsWith("VT(") && text.EndsWith(")") ? TString(text(3, text.Length() - 4)) : TString();
   if (!number.IsFloat())
      throw Error(EErrorCode::kOption, "VarTransform: expected VT(threshold), such as VT(2.5), found '" +
                                          std::string(definition.Data()) + "'");
   fDataSetInfo.GetDataSet();
   std::unique_ptr<DataLoader> copy(MakeCopy("vt_transformed_dataset"));
   auto &info = copy->fDataSetInfo;
   for (const auto &target : fDataSetInfo.GetTargetInfos())
      info.AddTarget(target);
   for (const auto &spectator : fDataSetInfo.GetSpectatorInfos())
      info.AddSpectator(spectator);
   const Sample training = fDataSetInfo.GetDataSet()->GetSample(Types::kTraining);
   const auto statistics = ComputeVariableStatistics(training.fVariables, training.fWeights);
   for (UInt_t i = 0; i < fDataSetInfo.GetNVariables(); ++i) {
      if (fDataSetInfo.IsVariableFromArray(i))
         throw Error(EErrorCode::kArgument,
                     "VarTransform: VT needs variables of their own, found an element of the array '" +
                        std::string(fDataSetInfo.GetVariableInfo(i).GetExpression().Data()) + "'");
      if (statistics[i].fRMS * statistics[i].fRMS > number.Atof())
         info.AddVariable(fDataSetInfo.GetVariableInfo(i));
   }
   fLogger.Info("VarTransform: " + std::to_string(info.GetNVariables()) + " of " +
                std::to_string(fDataSetInfo.GetNVariables()) + " variables have a variance above " + number.Data());
   return copy.release();
}

TH2 *DataLoader::GetCorrelationMatrix(const TString &className)
{
   const TMatrixD &m = fDataSetInfo.CorrelationMatrix(className);
   return fDataSetInfo.CreateCorrelationMatrixHist(m, "CorrelationMatrix" + className,
                                                   "Correlation Matrix (" + className + ")");
}

} // namespace TorchMVA
