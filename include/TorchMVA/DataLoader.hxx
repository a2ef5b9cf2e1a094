#ifndef TORCHMVA_DATALOADER_HXX
#define TORCHMVA_DATALOADER_HXX

#include "TCut.h"
#include "TString.h"
#include "TTree.h"
#include "TorchMVA/Core/Configurable.hxx"
#include "TorchMVA/Core/Types.hxx"
#include "TorchMVA/Data/DataInputHandler.hxx"
#include "TorchMVA/Data/DataSetInfo.hxx"

#include <string>
#include <vector>

class TH2;

namespace TorchMVA {

class CvSplit;

/// Collects trees, events, variables, targets, spectators, cuts and weights, and splits them into a training and a
/// test sample. GetName() is also the output folder. The data set is built at its first use and again after changes;
/// trees are not owned and are only read then. Not thread safe.
class DataLoader : public Configurable {
public:
   explicit DataLoader(TString name = "default");
   ~DataLoader() override;

   // trees; all throw Error (kTree) for a null or empty tree
   void AddTree(TTree *tree, const TString &className, Double_t weight = 1.0, const TCut &cut = "",
                Types::ETreeType type = Types::kMaxTreeType);
   /// `treeType`: contains "train" and/or "test", any case; else Error (kArgument).
   void AddTree(TTree *tree, const TString &className, Double_t weight, const TCut &cut, const TString &treeType);
   void SetTree(TTree *tree, const TString &className, Double_t weight);
   void AddSignalTree(TTree *tree, Double_t weight = 1.0, Types::ETreeType type = Types::kMaxTreeType);
   void AddSignalTree(TString asciiFile, Double_t weight = 1.0, Types::ETreeType type = Types::kMaxTreeType);
   void AddSignalTree(TTree *tree, Double_t weight, const TString &treeType);
   void AddBackgroundTree(TTree *tree, Double_t weight = 1.0, Types::ETreeType type = Types::kMaxTreeType);
   void AddBackgroundTree(TString asciiFile, Double_t weight = 1.0, Types::ETreeType type = Types::kMaxTreeType);
   void AddBackgroundTree(TTree *tree, Double_t weight, const TString &treeType);
   void SetSignalTree(TTree *tree, Double_t weight = 1.0);
   void SetBackgroundTree(TTree *tree, Double_t weight = 1.0);
   /// Class "Regression".
   void AddRegressionTree(TTree *tree, Double_t weight = 1.0, Types::ETreeType type = Types::kMaxTreeType);
   void SetInputTrees(TTree *signal, TTree *background, Double_t signalWeight = 1.0, Double_t backgroundWeight = 1.0);
   void SetInputTrees(const TString &signalFile, const TString &backgroundFile, Double_t signalWeight = 1.0,
                      Double_t backgroundWeight = 1.0);
   void SetInputTrees(TTree *tree, const TCut &signalCut, const TCut &backgroundCut);

   // data frames: every node of an RDataFrame, in PyROOT too. They are run when the data set is built, once, with as
   // many threads as they were made for; events come in the order of the entries all the same. Expressions, cuts and
   // weights are those of RDataFrame (C++); what a yes-or-no cut removes is not evaluated. Collections (RVec,
   // std::vector, arrays) follow the rules of arrays in trees. What the frame reads must live until then.
   void AddDataFrame(FrameNode_t frame, const TString &className, Double_t weight = 1.0, const TCut &cut = "",
                     Types::ETreeType type = Types::kMaxTreeType);
   void AddDataFrame(FrameNode_t frame, const TString &className, Double_t weight, const TCut &cut,
                     const TString &treeType);
   /// An RNTuple, through a data frame. Throws Error (kFile) if the file has none of that name.
   void AddNTuple(const TString &ntupleName, const TString &fileName, const TString &className, Double_t weight = 1.0,
                  const TCut &cut = "", Types::ETreeType type = Types::kMaxTreeType);
   void AddNTuple(const TString &ntupleName, const TString &fileName, const TString &className, Double_t weight,
                  const TCut &cut, const TString &treeType);

   // single events: values in the order variables, targets, spectators
   void AddSignalTrainingEvent(const std::vector<Double_t> &event, Double_t weight = 1.0);
   void AddBackgroundTrainingEvent(const std::vector<Double_t> &event, Double_t weight = 1.0);
   void AddSignalTestEvent(const std::vector<Double_t> &event, Double_t weight = 1.0);
   void AddBackgroundTestEvent(const std::vector<Double_t> &event, Double_t weight = 1.0);
   void AddTrainingEvent(const TString &className, const std::vector<Double_t> &event, Double_t weight);
   void AddTestEvent(const TString &className, const std::vector<Double_t> &event, Double_t weight);
   void AddEvent(const TString &className, Types::ETreeType type, const std::vector<Double_t> &event, Double_t weight);

   // variables
   void AddVariable(const TString &expression, const TString &title, const TString &unit, char type = 'F',
                    Double_t min = 0, Double_t max = 0);
   void AddVariable(const TString &expression, char type = 'F', Double_t min = 0, Double_t max = 0);
   void AddVariablesArray(const TString &expression, int size, char type = 'F', Double_t min = 0, Double_t max = 0);
   // targets and spectators; a letter after the unit is the type, as in AddVariable
   void AddTarget(const TString &expression, const TString &title = "", const TString &unit = "", Double_t min = 0,
                  Double_t max = 0);
   void AddTarget(const TString &expression, const TString &title, const TString &unit, char type, Double_t min = 0,
                  Double_t max = 0);
   void AddTarget(const TString &expression, const TString &title, const TString &unit, Int_t min, Double_t max = 0)
   {
      AddTarget(expression, title, unit, static_cast<Double_t>(min), max);
   }
   void AddRegressionTarget(const TString &expression, const TString &title = "", const TString &unit = "",
                            Double_t min = 0, Double_t max = 0);
   void AddRegressionTarget(const TString &expression, const TString &title, const TString &unit, char type,
                            Double_t min = 0, Double_t max = 0);
   void AddRegressionTarget(const TString &expression, const TString &title, const TString &unit, Int_t min,
                            Double_t max = 0)
   {
      AddRegressionTarget(expression, title, unit, static_cast<Double_t>(min), max);
   }
   void AddSpectator(const TString &expression, const TString &title = "", const TString &unit = "", Double_t min = 0,
                     Double_t max = 0);
   void AddSpectator(const TString &expression, const TString &title, const TString &unit, char type, Double_t min = 0,
                     Double_t max = 0);
   void AddSpectator(const TString &expression, const TString &title, const TString &unit, Int_t min, Double_t max = 0)
   {
      AddSpectator(expression, title, unit, static_cast<Double_t>(min), max);
   }
   void SetInputVariables(std::vector<TString> *variables);

   // weights and cuts
   void SetWeightExpression(const TString &expression, const TString &className = "");
   void SetSignalWeightExpression(const TString &expression);
   void SetBackgroundWeightExpression(const TString &expression);
   void SetCut(const char *cut, const TString &className = "") { SetCut(TCut(cut), className); }
   void SetCut(const TString &cut, const TString &className = "");
   void SetCut(const TCut &cut, const TString &className = "");
   void AddCut(const char *cut, const TString &className = "") { AddCut(TCut(cut), className); }
   void AddCut(const TString &cut, const TString &className = "");
   void AddCut(const TCut &cut, const TString &className = "");

   // splitting; options: see docs/options.md (SplitMode, MixMode, SplitSeed, NormMode, nTrain_<Class>, ...)
   void PrepareTrainingAndTestTree(const TCut &cut, const TString &options);
   void PrepareTrainingAndTestTree(TCut signalCut, TCut backgroundCut, const TString &options);
   void PrepareTrainingAndTestTree(const TCut &cut, Int_t nTrain, Int_t nTest = -1);
   void PrepareTrainingAndTestTree(const TCut &cut, Int_t nSignalTrain, Int_t nBackgroundTrain, Int_t nSignalTest,
                                   Int_t nBackgroundTest, const TString &otherOptions = "SplitMode=Random:!V");

   // folds of a cross-validation; see CvSplit. The loader must live as long as the split is used.
   /// Assigns a fold to each event of the training sample.
   void MakeKFoldDataSet(CvSplit &split);
   /// Training sample = all other folds, test sample = fold `fold` (from 0).
   void PrepareFoldDataSet(CvSplit &split, UInt_t fold, Types::ETreeType type = Types::kTraining);
   /// Training sample = test sample = all events of all folds.
   void RecombineKFoldDataSet(CvSplit &split, Types::ETreeType type = Types::kTraining);

   DataSetInfo &GetDataSetInfo() { return fDataSetInfo; }
   const DataSetInfo &GetDataSetInfo() const { return fDataSetInfo; }
   DataInputHandler &DataInput() { return fInput; }
   /// A new loader with the same trees, data frames, events, classes (cuts, weights) and split options, but without
   /// variables, targets and spectators. Owned by the caller; the trees must live as long as both.
   DataLoader *MakeCopy(TString name);
   /// "VT(threshold)": a new loader "vt_transformed_dataset", as of MakeCopy, with those variables whose (weighted)
   /// variance on the training sample is above the threshold, and all targets and spectators. Builds the data set.
   /// Throws Error (kOption) for anything else.
   DataLoader *VarTransform(TString definition);
   /// TH2F in percent, owned by the caller.
   TH2 *GetCorrelationMatrix(const TString &className);

private:
   void AddAsciiTree(const TString &file, const TString &className, Double_t weight, Types::ETreeType type);

   /// Registers the class of new events.
   void UseClass(const TString &className);

   DataSetInfo fDataSetInfo;
   DataInputHandler fInput;
};

} // namespace TorchMVA

#endif
