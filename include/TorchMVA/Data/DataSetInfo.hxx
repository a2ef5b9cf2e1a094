#ifndef TORCHMVA_DATA_DATASETINFO_HXX
#define TORCHMVA_DATA_DATASETINFO_HXX

#include "TMatrixD.h"
#include "TString.h"
#include "TorchMVA/Data/ClassInfo.hxx"
#include "TorchMVA/Data/DataSet.hxx"
#include "TorchMVA/Data/VariableInfo.hxx"

#include <deque>
#include <functional>
#include <memory>
#include <vector>

class TH2;

namespace TorchMVA {

/// What a data set consists of: variables, targets, spectators, classes, split options; and, built on first access,
/// the DataSet itself. Not thread safe before GetDataSet() has returned once, read-only safe afterwards.
class DataSetInfo {
public:
   explicit DataSetInfo(const TString &name = "Default");
   ~DataSetInfo();
   DataSetInfo(const DataSetInfo &) = delete;
   DataSetInfo &operator=(const DataSetInfo &) = delete;

   const char *GetName() const { return fName; }

   VariableInfo &AddVariable(const TString &expression, const TString &title = "", const TString &unit = "",
                             Double_t min = 0, Double_t max = 0, char type = 'F');
   VariableInfo &AddVariable(const VariableInfo &info);
   /// `size` variables from one array expression.
   void AddVariablesArray(const TString &expression, Int_t size, const TString &title = "", const TString &unit = "",
                          Double_t min = 0, Double_t max = 0, char type = 'F');
   VariableInfo &AddTarget(const TString &expression, const TString &title = "", const TString &unit = "",
                           Double_t min = 0, Double_t max = 0);
   VariableInfo &AddTarget(const VariableInfo &info);
   VariableInfo &AddSpectator(const TString &expression, const TString &title = "", const TString &unit = "",
                              Double_t min = 0, Double_t max = 0, char type = 'F');
   VariableInfo &AddSpectator(const VariableInfo &info);
   /// Adds a class, or returns the one of that name.
   ClassInfo &AddClass(const TString &name);

   std::vector<VariableInfo> &GetVariableInfos() { return fVariables; }
   const std::vector<VariableInfo> &GetVariableInfos() const { return fVariables; }
   std::vector<VariableInfo> &GetTargetInfos() { return fTargets; }
   const std::vector<VariableInfo> &GetTargetInfos() const { return fTargets; }
   std::vector<VariableInfo> &GetSpectatorInfos() { return fSpectators; }
   const std::vector<VariableInfo> &GetSpectatorInfos() const { return fSpectators; }
   VariableInfo &GetVariableInfo(Int_t i) { return fVariables.at(i); }
   const VariableInfo &GetVariableInfo(Int_t i) const { return fVariables.at(i); }
   VariableInfo &GetTargetInfo(Int_t i) { return fTargets.at(i); }
   const VariableInfo &GetTargetInfo(Int_t i) const { return fTargets.at(i); }
   VariableInfo &GetSpectatorInfo(Int_t i) { return fSpectators.at(i); }
   const VariableInfo &GetSpectatorInfo(Int_t i) const { return fSpectators.at(i); }
   UInt_t GetNVariables() const { return fVariables.size(); }
   UInt_t GetNTargets() const { return fTargets.size(); }
   UInt_t GetNSpectators(Bool_t all = kTRUE) const;
   UInt_t GetNClasses() const { return fClasses.size(); }
   /// nullptr if there is no such class.
   ClassInfo *GetClassInfo(Int_t number) const;
   ClassInfo *GetClassInfo(const TString &name) const;
   /// Number of the class named "Signal", 0 if there is none.
   UInt_t GetSignalClassIndex() const;
   Bool_t IsSignal(const Event *event) const { return event->GetClass() == GetSignalClassIndex(); }
   /// Index of a variable by internal name; throws Error (kArgument) with the nearest name.
   Int_t FindVarIndex(const TString &internalName) const;
   std::vector<TString> GetListOfVariables() const;
   Bool_t IsVariableFromArray(Int_t i) const;
   /// Elements of the array that variable i belongs to, 0 for a scalar.
   Int_t GetArraySize(Int_t i) const { return fArraySizes.at(i); }
   /// Elements of the array that this expression declares, 0 if it is no array.
   Int_t GetVarArraySize(const TString &expression) const;

   /// Empty class name: all classes, also those that come later.
   void SetWeightExpression(const TString &expression, const TString &className = "");
   /// Empty class name: all classes, also those that come later.
   void SetCut(const TCut &cut, const TString &className = "");
   void AddCut(const TCut &cut, const TString &className = "");
   Bool_t HasCuts() const;
   /// Throw Error (kArgument) for an unknown class.
   const TCut &GetCut(Int_t number) const;
   const TCut &GetCut(const TString &className) const;
   const TString &GetWeightExpression(Int_t number) const;
   /// One number a class: 1 for the class of the event, else 0. Overwritten by the next call.
   const std::vector<Float_t> *GetTargetsForMulticlass(const Event *event);
   /// Lists the classes, their cuts and weight expressions in the log.
   void PrintClasses() const;
   /// Takes over the classes with their cuts and weights, and the split options.
   void CopySelection(const DataSetInfo &from);
   const TString &GetSplitOptions() const { return fSplitOptions; }
   void SetSplitOptions(const TString &options);
   const TString &GetNormalization() const { return fNormalization; }
   void SetNormalization(const TString &mode) { fNormalization = mode; }

   /// Sums of weights on the training and test sample, after the data set is built.
   Double_t GetTrainingSumSignalWeights() const;
   Double_t GetTrainingSumBackgrWeights() const;
   Double_t GetTestingSumSignalWeights() const;
   Double_t GetTestingSumBackgrWeights() const;

   /// Correlation matrix of a class (building the data set if needed). Throws Error (kArgument) for an unknown class.
   const TMatrixD &CorrelationMatrix(const TString &className);
   /// A new TH2F in percent, owned by the caller.
   TH2 *CreateCorrelationMatrixHist(const TMatrixD &m, const TString &name, const TString &title) const;

   /// The events, built at the first call and after every change of variables, inputs or split options. It is the same
   /// object each time, and lives as long as this one: see DataSet for what it shows after a change.
   DataSet *GetDataSet();
   /// The events of now; they stay what they are.
   std::shared_ptr<const DataSet> GetSharedDataSet();
   /// Who builds the events (the DataLoader); without one GetDataSet throws Error (kState).
   void SetBuilder(std::function<std::shared_ptr<DataSet>(DataSetInfo &)> builder);
   /// Takes finished events of the same variables, targets, spectators and classes, such as a fold of a cross-validation.
   /// They stay until something changes what the data set consists of.
   void SetDataSet(std::shared_ptr<DataSet> data);
   /// Forgets the built events; they are built again when needed.
   void Invalidate();
   /// A data set of the same name, classes, targets, spectators and events with some of the variables, in the order
   /// given. The events are built now, if they were not yet; it needs this data set no longer. Throws Error (kArgument)
   /// for a number that is no variable.
   std::unique_ptr<DataSetInfo> SelectVariables(const std::vector<UInt_t> &variables);

private:
   /// Throw Error (kArgument) if there is no such class.
   const ClassInfo &RequireClass(Int_t number) const;
   const ClassInfo &RequireClass(const TString &name) const;
   Double_t SumOfWeights(Types::ETreeType type, Bool_t signal) const;
   void TakeEvents(std::shared_ptr<DataSet> data);

   TString fName;
   std::vector<VariableInfo> fVariables;
   std::vector<VariableInfo> fTargets;
   std::vector<VariableInfo> fSpectators;
   std::vector<Int_t>
      fArraySizes; ///< per variable: size of its array, 0 for a scalar; first element marked in fArrayFirst
   std::vector<Bool_t> fArrayFirst;
   mutable std::deque<ClassInfo> fClasses; ///< deque: references stay valid
   TCut fCommonCut;                        ///< of all classes
   TString fCommonWeight;                  ///< of all classes
   TString fSplitOptions;
   TString fNormalization = "NONE";
   std::vector<Float_t> fTargetsForMulticlass;
   std::function<std::shared_ptr<DataSet>(DataSetInfo &)> fBuilder; //!
   std::shared_ptr<DataSet> fDataSet;                               //!
   std::unique_ptr<DataSet> fShown; //!< what GetDataSet hands out; nullptr: nobody has asked yet
};

} // namespace TorchMVA

#endif
