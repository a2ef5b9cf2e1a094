#include "TorchMVA/Data/DataSetInfo.hxx"

#include "TH2F.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace TorchMVA {

namespace {

/// Some rows and columns of a square matrix.
TMatrixD SubMatrix(const TMatrixD &matrix, const std::vector<UInt_t> &indices)
{
   TMatrixD part(indices.size(), indices.size());
   for (std::size_t i = 0; i < indices.size(); ++i)
      for (std::size_t j = 0; j < indices.size(); ++j)
         part(i, j) = matrix(indices[i], indices[j]);
   return part;
}

} // namespace

DataSetInfo::DataSetInfo(const TString &name) : fName(name) {}
DataSetInfo::~DataSetInfo() = default;

VariableInfo &DataSetInfo::AddVariable(const TString &expression, const TString &title, const TString &unit,
                                       Double_t min, Double_t max, char type)
{
   const VariableInfo info(expression, title, unit, type, min, max);
   const TString &name = info.GetInternalName();
   if (std::any_of(fVariables.begin(), fVariables.end(), [&](const auto &v) { return v.GetInternalName() == name; }))
      Logger("DataSetInfo")
         .Warning("The variable '" + std::string(name.Data()) + "' of data set '" + fName.Data() +
                  "' is there already: now it is there twice");
   return AddVariable(info);
}

VariableInfo &DataSetInfo::AddVariable(const VariableInfo &info)
{
   Invalidate();
   fVariables.push_back(info);
   fArraySizes.push_back(0);
   fArrayFirst.push_back(kFALSE);
   return fVariables.back();
}

void DataSetInfo::AddVariablesArray(const TString &expression, Int_t size, const TString &title, const TString &unit,
                                    Double_t min, Double_t max, char type)
{
   if (size < 1)
      throw Error(EErrorCode::kArgument, "AddVariablesArray('" + std::string(expression.Data()) +
                                            "'): expected a size of at least 1, found " + std::to_string(size));
   for (Int_t i = 0; i < size; ++i) {
      VariableInfo info(expression, title + TString::Format("[%d]", i), unit, type, min, max);
      info.SetInternalName(info.GetInternalName() + TString::Format("[%d]", i));
      AddVariable(info);
      fArraySizes.back() = size;
      fArrayFirst.back() = i == 0;
   }
}

VariableInfo &DataSetInfo::AddTarget(const TString &expression, const TString &title, const TString &unit, Double_t min,
                                     Double_t max)
{
   return AddTarget(VariableInfo(expression, title, unit, 'F', min, max));
}

VariableInfo &DataSetInfo::AddTarget(const VariableInfo &info)
{
   Invalidate();
   fTargets.push_back(info);
   return fTargets.back();
}

VariableInfo &DataSetInfo::AddSpectator(const TString &expression, const TString &title, const TString &unit,
                                        Double_t min, Double_t max, char type)
{
   return AddSpectator(VariableInfo(expression, title, unit, type, min, max));
}

VariableInfo &DataSetInfo::AddSpectator(const VariableInfo &info)
{
   Invalidate();
   fSpectators.push_back(info);
   return fSpectators.back();
}

ClassInfo &DataSetInfo::AddClass(const TString &name)
{
   if (ClassInfo *known = GetClassInfo(name))
      return *known;
   Invalidate();
   fClasses.emplace_back(name, fClasses.size());
   fClasses.back().SetCut(fCommonCut);
   fClasses.back().SetWeight(fCommonWeight);
   return fClasses.back();
}

UInt_t DataSetInfo::GetNSpectators(Bool_t all) const
{
   if (all)
      return fSpectators.size();
   return std::count_if(fSpectators.begin(), fSpectators.end(),
                        [](const VariableInfo &info) { return info.GetVarType() != 'C'; });
}

ClassInfo *DataSetInfo::GetClassInfo(Int_t number) const
{
   return number >= 0 && number < static_cast<Int_t>(fClasses.size()) ? &fClasses[number] : nullptr;
}

ClassInfo *DataSetInfo::GetClassInfo(const TString &name) const
{
   for (auto &info : fClasses) {
      if (name == info.GetName())
         return &info;
   }
   return nullptr;
}

UInt_t DataSetInfo::GetSignalClassIndex() const
{
   // asked for with every single event: no TString is made
   const auto signal = std::find_if(fClasses.begin(), fClasses.end(),
                                    [](const ClassInfo &info) { return std::strcmp(info.GetName(), "Signal") == 0; });
   return signal == fClasses.end() ? 0 : signal->GetNumber();
}

Int_t DataSetInfo::FindVarIndex(const TString &internalName) const
{
   std::vector<std::string> names;
   for (std::size_t i = 0; i < fVariables.size(); ++i) {
      if (fVariables[i].GetInternalName() == internalName)
         return i;
      names.emplace_back(fVariables[i].GetInternalName().Data());
   }
   throw Error(EErrorCode::kArgument, "no variable '" + std::string(internalName.Data()) + "' in data set '" +
                                         fName.Data() + "'" + Internal::DidYouMean(internalName.Data(), names));
}

std::vector<TString> DataSetInfo::GetListOfVariables() const
{
   std::vector<TString> names;
   for (const auto &info : fVariables)
      names.push_back(info.GetInternalName());
   return names;
}

Bool_t DataSetInfo::IsVariableFromArray(Int_t i) const
{
   return fArraySizes.at(i) > 0;
}

Int_t DataSetInfo::GetVarArraySize(const TString &expression) const
{
   for (std::size_t i = 0; i < fVariables.size(); ++i) {
      if (fVariables[i].GetExpression() == expression)
         return fArraySizes[i];
   }
   return 0;
}

void DataSetInfo::SetWeightExpression(const TString &expression, const TString &className)
{
   Invalidate();
   if (!className.IsNull()) {
      AddClass(className).SetWeight(expression);
      return;
   }
   fCommonWeight = expression;
   for (auto &info : fClasses)
      info.SetWeight(expression);
}

void DataSetInfo::SetCut(const TCut &cut, const TString &className)
{
   Invalidate();
   if (!className.IsNull()) {
      AddClass(className).SetCut(cut);
      return;
   }
   fCommonCut = cut;
   for (auto &info : fClasses)
      info.SetCut(cut);
}

void DataSetInfo::AddCut(const TCut &cut, const TString &className)
{
   Invalidate();
   if (!className.IsNull()) {
      auto &info = AddClass(className);
      info.SetCut(info.GetCut() && cut);
      return;
   }
   fCommonCut = fCommonCut && cut;
   for (auto &info : fClasses)
      info.SetCut(info.GetCut() && cut);
}

Bool_t DataSetInfo::HasCuts() const
{
   return std::any_of(fClasses.begin(), fClasses.end(),
                      [](const ClassInfo &info) { return info.GetCut().GetTitle()[0] != '\0'; });
}

void DataSetInfo::CopySelection(const DataSetInfo &from)
{
   fCommonCut = from.fCommonCut;
   fCommonWeight = from.fCommonWeight;
   for (const auto &info : from.fClasses) {
      auto &copy = AddClass(info.GetName());
      copy.SetCut(info.GetCut());
      copy.SetWeight(info.GetWeight());
   }
   SetSplitOptions(from.fSplitOptions);
}

void DataSetInfo::SetSplitOptions(const TString &options)
{
   fSplitOptions = options;
   Invalidate();
}

Double_t DataSetInfo::SumOfWeights(Types::ETreeType type, Bool_t signal) const
{
   if (!fDataSet)
      throw Error(EErrorCode::kState,
                  "the sums of weights are known once the data set is built: call GetDataSet() first");
   const Sample sample = fDataSet->GetSample(type);
   const int signalClass = GetSignalClassIndex();
   Double_t sum = 0;
   for (Long64_t i = 0; i < sample.Size(); ++i) {
      if ((sample.fClasses[i] == signalClass) == signal)
         sum += sample.fWeights[i];
   }
   return sum;
}

Double_t DataSetInfo::GetTrainingSumSignalWeights() const
{
   return SumOfWeights(Types::kTraining, kTRUE);
}
Double_t DataSetInfo::GetTrainingSumBackgrWeights() const
{
   return SumOfWeights(Types::kTraining, kFALSE);
}
Double_t DataSetInfo::GetTestingSumSignalWeights() const
{
   return SumOfWeights(Types::kTesting, kTRUE);
}
Double_t DataSetInfo::GetTestingSumBackgrWeights() const
{
   return SumOfWeights(Types::kTesting, kFALSE);
}

const ClassInfo &DataSetInfo::RequireClass(Int_t number) const
{
   if (const ClassInfo *info = GetClassInfo(number))
      return *info;
   throw Error(EErrorCode::kArgument, "expected a class number below " + std::to_string(fClasses.size()) +
                                         " in data set '" + fName.Data() + "', found " + std::to_string(number));
}

const ClassInfo &DataSetInfo::RequireClass(const TString &name) const
{
   if (const ClassInfo *info = GetClassInfo(name))
      return *info;
   std::vector<std::string> names;
   for (const auto &info : fClasses)
      names.emplace_back(info.GetName());
   throw Error(EErrorCode::kArgument, "no class '" + std::string(name.Data()) + "' in data set '" + fName.Data() + "'" +
                                         Internal::DidYouMean(name.Data(), names));
}

const TCut &DataSetInfo::GetCut(Int_t number) const
{
   return RequireClass(number).GetCut();
}
const TCut &DataSetInfo::GetCut(const TString &className) const
{
   return RequireClass(className).GetCut();
}
const TString &DataSetInfo::GetWeightExpression(Int_t number) const
{
   return RequireClass(number).GetWeight();
}

const std::vector<Float_t> *DataSetInfo::GetTargetsForMulticlass(const Event *event)
{
   fTargetsForMulticlass.assign(GetNClasses(), 0);
   fTargetsForMulticlass.at(event->GetClass()) = 1;
   return &fTargetsForMulticlass;
}

void DataSetInfo::PrintClasses() const
{
   const Logger log("DataSetInfo");
   for (const auto &info : fClasses)
      log.Info("Class index : " + std::to_string(info.GetNumber()) + "  name : " + info.GetName() + "  cut : '" +
               info.GetCut().GetTitle() + "'  weight : '" + info.GetWeight().Data() + "'");
}

const TMatrixD &DataSetInfo::CorrelationMatrix(const TString &className)
{
   GetDataSet();
   return RequireClass(className).GetCorrelationMatrix();
}

TH2 *DataSetInfo::CreateCorrelationMatrixHist(const TMatrixD &m, const TString &name, const TString &title) const
{
   const Int_t n = m.GetNrows();
   if (n == 0 || n != static_cast<Int_t>(GetNVariables()))
      throw Error(EErrorCode::kState, "expected a correlation matrix of " + std::to_string(GetNVariables()) +
                                         " variables, found one of " + std::to_string(n) +
                                         " (CalcCorrelations=False computes none)");
   auto hist = std::make_unique<TH2F>(name, title, n, 0, n, n, 0, n);
   hist->SetDirectory(nullptr);
   for (Int_t i = 0; i < n; ++i) {
      hist->GetXaxis()->SetBinLabel(i + 1, fVariables[i].GetTitle());
      hist->GetYaxis()->SetBinLabel(i + 1, fVariables[i].GetTitle());
      // Whole percents, cut off as TMVA does: these histograms are drawn with their numbers in the cells. Through
      // float, so that 0.29 is 29.
      for (Int_t j = 0; j < n; ++j)
         hist->SetBinContent(i + 1, j + 1, std::trunc(static_cast<float>(100 * m(i, j))));
   }
   hist->SetStats(kFALSE);
   return hist.release();
}

DataSet *DataSetInfo::GetDataSet()
{
   GetSharedDataSet();
   if (!fShown)
      fShown = std::make_unique<DataSet>(*fDataSet);
   return fShown.get();
}

std::shared_ptr<const DataSet> DataSetInfo::GetSharedDataSet()
{
   if (!fDataSet) {
      if (!fBuilder)
         throw Error(EErrorCode::kState,
                     "data set '" + std::string(fName.Data()) + "' has no events: it was not made by a DataLoader");
      TakeEvents(fBuilder(*this));
   }
   return fDataSet;
}

void DataSetInfo::SetBuilder(std::function<std::shared_ptr<DataSet>(DataSetInfo &)> builder)
{
   fBuilder = std::move(builder);
   Invalidate();
}

void DataSetInfo::SetDataSet(std::shared_ptr<DataSet> data)
{
   const bool fits = data && data->GetNVariables() == GetNVariables() && data->GetNTargets() == GetNTargets() &&
                     data->GetNSpectators() == GetNSpectators() && data->GetNClasses() == GetNClasses();
   if (!fits)
      throw Error(EErrorCode::kArgument,
                  "expected events with the variables, targets, spectators and classes of the data set",
                  {{"data set", fName.Data()}});
   TakeEvents(std::move(data));
}

void DataSetInfo::Invalidate()
{
   TakeEvents(nullptr);
}

void DataSetInfo::TakeEvents(std::shared_ptr<DataSet> data)
{
   fDataSet = std::move(data);
   if (fShown)
      fShown->Show(fDataSet.get());
}

std::unique_ptr<DataSetInfo> DataSetInfo::SelectVariables(const std::vector<UInt_t> &variables)
{
   const auto data = GetSharedDataSet()->SelectVariables(variables);
   auto selected = std::make_unique<DataSetInfo>(fName);
   for (UInt_t variable : variables)
      selected->AddVariable(fVariables[variable]);
   selected->fTargets = fTargets;
   selected->fSpectators = fSpectators;
   selected->fClasses = fClasses;
   // What the builder computes of all variables: the part of it that is left.
   for (ClassInfo &info : selected->fClasses)
      if (info.GetCorrelationMatrix().GetNrows() > 0)
         info.SetCorrelationMatrix(SubMatrix(info.GetCorrelationMatrix(), variables));
   selected->fCommonCut = fCommonCut;
   selected->fCommonWeight = fCommonWeight;
   selected->fSplitOptions = fSplitOptions;
   selected->fNormalization = fNormalization;
   selected->SetBuilder([data](DataSetInfo &) { return data; });
   return selected;
}

} // namespace TorchMVA
