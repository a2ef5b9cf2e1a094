#ifndef TORCHMVA_SRC_METHOD_TREETRAINING_HXX
#define TORCHMVA_SRC_METHOD_TREETRAINING_HXX

#include "TorchMVA/Core/Types.hxx"
#include "TorchMVA/Data/DataSet.hxx"

#include <functional>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// What the Python side needs to grow trees by gradient boosting (torchmva._engine.trees).
struct TreeTrainingRequest {
   Sample fSample;
   Types::EAnalysisType fAnalysisType = Types::kClassification;
   UInt_t fNClasses = 2;
   UInt_t fSignalClass = 0;
   UInt_t fNTrees = 800;         ///< boosting steps; a step of multiclass grows one tree a class
   UInt_t fMaxDepth = 3;         ///< the root has depth 0
   Double_t fMinNodeSize = 0.05; ///< smallest part of the events that a node may have
   UInt_t fMinNodeEvents = 0;    ///< the same as a number of events; 0: fMinNodeSize counts
   Int_t fNCuts = 20;            ///< cuts tried a variable, at least 254; -1: between all values
   Double_t fShrinkage = 0.1;
   Double_t fBaggedFraction = 1;   ///< part of the events that a tree sees
   UInt_t fBaggedEvents = 0;       ///< the same as a number of events; 0: fBaggedFraction counts
   Double_t fVariableFraction = 1; ///< part of the variables that a node sees
   std::string fLoss = "Huber";    ///< regression: Huber, AbsoluteDeviation or LeastSquares
   Double_t fHuberQuantile = 0.7;
   bool fKeepClassSums = true;       ///< events of negative weight: whether the others make up for them
   Double_t fSignalToBackground = 1; ///< two classes: ratio of the sums of weights; 0: as they are
   UInt_t fSeed = 100;
   UInt_t fNThreads = 1;                               ///< at most; they make no difference to the trees
   std::function<void(int, const std::string &)> fLog; ///< an EMsgType and a text
};

/// The trees one after the other, each with its nodes in any order, the root first.
struct TreeTrainingResult {
   double fStart = 0;              ///< regression: prediction before the first tree
   std::vector<Long64_t> fSizes;   ///< nodes of each tree
   std::vector<int> fVariables;    ///< a node: variable of the cut, -1 for a leaf
   std::vector<float> fCuts;       ///< a node: to the right where variable >= cut
   std::vector<int> fLeft, fRight; ///< a node: its children, as numbers within the tree
   std::vector<double> fValues;    ///< a node: value of a leaf
   std::vector<double> fGains;     ///< a variable: what its cuts gained
};

} // namespace Internal
} // namespace TorchMVA

#endif
