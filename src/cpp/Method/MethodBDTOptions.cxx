// The options of kBDT: TMVA's names and defaults, what they mean here, and a word on those that mean nothing here.

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Method/MethodBDT.hxx"
#include "TorchMVA/Method/PyMethodBase.hxx"

#include <charconv>
#include <cmath>
#include <limits>
#include <map>

namespace TorchMVA {

namespace {

/// "5%" or "5": percent of the training events. NaN if it is no number.
double ParsePercent(TString text)
{
   text = text.Strip(TString::kBoth);
   text = text.Strip(TString::kTrailing, '%');
   const std::string digits = text.Strip(TString::kBoth).Data();
   double value = 0;
   const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
   const bool isNumber = !digits.empty() && result.ec == std::errc() && result.ptr == digits.data() + digits.size();
   return isNumber ? value : std::numeric_limits<double>::quiet_NaN();
}

/// Options that change nothing here, and what happens instead.
const std::map<std::string, std::string> kWithoutCounterpart = {
   {"AdaBoostR2Loss", "RegressionLossFunctionBDTG is the loss"},
   {"AdaBoostBeta", "Shrinkage is the learning rate"},
   {"UsePoissonNvars", "every node sees exactly UseNvars variables"},
   {"UseYesNoLeaf", "leaves have the values of gradient boosting"},
   {"Css", "errors of both classes cost the same"},
   {"Cts_sb", "errors of both classes cost the same"},
   {"Ctb_ss", "errors of both classes cost the same"},
   {"Cbb", "errors of both classes cost the same"},
   {"NodePurityLimit", "leaves have the values of gradient boosting"},
   {"SeparationType", "cuts are chosen by the gain in the loss function, as always with gradient boosting"},
   {"DoBoostMonitor", "no histograms of the boosting are made"},
   {"UseFisherCuts", "cuts are on single variables; VarTransform=D or P gives linear combinations"},
   {"MinLinCorrForFisher", "cuts are on single variables"},
   {"UseExclusiveVars", "cuts are on single variables"},
   {"DoPreselection", "no preselection cuts are made"},
   {"PruneMethod", "trees are not pruned; MaxDepth and MinNodeSize keep them small"},
   {"PruneStrength", "trees are not pruned"},
   {"PruningValFraction", "trees are not pruned"}};

} // namespace

void MethodBDT::DeclareOptions()
{
   if (DoRegression()) {
      fMaxDepth = 50;
      fMinNodeSize = "0.2%";
      fBoostType = "AdaBoostR2";
   }
   fUseNvars = static_cast<UInt_t>(std::sqrt(double(GetNVariables())) + 0.6);
   DeclareBoostOptions();
   DeclareTreeOptions();
   DeclareOptionsWithoutCounterpart();
}

void MethodBDT::DeclareBoostOptions()
{
   DeclareOptionRef(fNTrees, "NTrees", "Number of boosting steps: of trees, in multiclass for each class");
   DeclareOptionRef(fBoostType, "BoostType",
                    "Grad: gradient boosting. The others are trained as Grad too, with a warning, and Shrinkage=0.1 "
                    "and (regression) MaxDepth=3 unless these are set");
   for (const char *type : {"AdaBoost", "RealAdaBoost", "AdaCost", "Bagging", "AdaBoostR2", "Grad"})
      AddPreDefVal(type);
   DeclareOptionRef(fShrinkage, "Shrinkage", "Learning rate: factor on the leaves of every tree");
   DeclareOptionRef(fUseBaggedBoost, "UseBaggedBoost", "Each tree sees a random part of the events");
   DeclareOptionRef(fBaggedSampleFraction, "BaggedSampleFraction",
                    "That part, drawn without replacement; above 1, which TMVA draws with replacement: all events");
   DeclareOptionRef(fNegWeightTreatment, "NegWeightTreatment",
                    "Events of negative weight are left out; by IgnoreNegWeightsInTraining and NoNegWeightsInTraining "
                    "for good, else the other events of their class make up for their weight");
   for (const char *treatment : {"InverseBoostNegWeights", "IgnoreNegWeightsInTraining", "NoNegWeightsInTraining",
                                 "PairNegWeightsGlobal", "Pray"})
      AddPreDefVal(treatment);
   DeclareOptionRef(fRegressionLoss, "RegressionLossFunctionBDTG", "Loss function of regression");
   for (const char *loss : {"Huber", "AbsoluteDeviation", "LeastSquares"})
      AddPreDefVal(loss);
   DeclareOptionRef(fHuberQuantile, "HuberQuantile",
                    "Quantile of the residuals up to which Huber's loss is quadratic, found anew for each tree");
   DeclareOptionRef(fSigToBkgFraction, "SigToBkgFraction",
                    "Two classes: ratio of the sums of weights of signal and background that the trees are grown with");
   DeclareOptionRef(fSkipNormalization, "SkipNormalization",
                    "Two classes: grow them with the sums of weights as they are");
   DeclareOptionRef(fRandomSeed, "RandomSeed", "Seed of UseBaggedBoost and UseRandomisedTrees");
   DeclareOptionRef(fUseBaggedGrad, "UseBaggedGrad", "Old name of UseBaggedBoost");
   DeclareOptionRef(fGradBaggingFraction, "GradBaggingFraction", "Old name of BaggedSampleFraction");
   DeclareOptionRef(fUseNTrainEvents, "UseNTrainEvents", "Old form of BaggedSampleFraction: a number of events");
}

void MethodBDT::DeclareTreeOptions()
{
   DeclareOptionRef(fMaxDepth, "MaxDepth", "Largest depth of a tree: at most 2^MaxDepth leaves");
   DeclareOptionRef(fMinNodeSize, "MinNodeSize", "Smallest part of the training events in a leaf, in percent");
   DeclareOptionRef(
      fNCuts, "nCuts",
      "Cuts tried for a variable, at quantiles of the training sample, but at least 254; -1: between all values");
   DeclareOptionRef(fUseRandomisedTrees, "UseRandomisedTrees", "Each node sees UseNvars variables, chosen at random");
   DeclareOptionRef(fUseNvars, "UseNvars", "Number of variables a node sees with UseRandomisedTrees");
   DeclareOptionRef(fMinNodeEvents, "nEventsMin", "Old form of MinNodeSize: a number of events");
   DeclareOptionRef(fNNodesMax, "NNodesMax", "Old form of MaxDepth: a number of nodes");
}

void MethodBDT::DeclareOptionsWithoutCounterpart()
{
   const char *const none = "No counterpart here: a warning if it is set to another value than the default";
   DeclareOptionRef(fAdaBoostR2Loss, "AdaBoostR2Loss", none);
   for (const char *loss : {"Linear", "Quadratic", "Exponential"})
      AddPreDefVal(loss);
   DeclareOptionRef(fAdaBoostBeta, "AdaBoostBeta", none);
   DeclareOptionRef(fUsePoissonNvars, "UsePoissonNvars", none);
   DeclareOptionRef(fUseYesNoLeaf, "UseYesNoLeaf", none);
   DeclareOptionRef(fCss, "Css", none);
   DeclareOptionRef(fCtsSb, "Cts_sb", none);
   DeclareOptionRef(fCtbSs, "Ctb_ss", none);
   DeclareOptionRef(fCbb, "Cbb", none);
   DeclareOptionRef(fNodePurityLimit, "NodePurityLimit", none);
   DeclareOptionRef(fSeparationType, "SeparationType", none);
   for (const char *type : {"CrossEntropy", "GiniIndex", "GiniIndexWithLaplace", "MisClassificationError",
                            "SDivSqrtSPlusB", "RegressionVariance"})
      AddPreDefVal(type);
   DeclareOptionRef(fDoBoostMonitor, "DoBoostMonitor", none);
   DeclareOptionRef(fUseFisherCuts, "UseFisherCuts", none);
   DeclareOptionRef(fMinLinCorrForFisher, "MinLinCorrForFisher", none);
   DeclareOptionRef(fUseExclusiveVars, "UseExclusiveVars", none);
   DeclareOptionRef(fDoPreselection, "DoPreselection", none);
   DeclareOptionRef(fPruneMethod, "PruneMethod", none);
   for (const char *method : {"NoPruning", "ExpectedError", "CostComplexity"})
      AddPreDefVal(method);
   DeclareOptionRef(fPruneStrength, "PruneStrength", none);
   DeclareOptionRef(fPruningValFraction, "PruningValFraction", none);
}

void MethodBDT::DeclareCompatibilityOptions()
{
   for (const char *name : {"UseWeightedTrees", "PruneBeforeBoost", "RenormByClass"})
      DeclareOptionRef(fHistoricBool, name, "In old weight files only");
}

Bool_t MethodBDT::IsUsedInApplication(const TString &option) const
{
   return option == "BoostType" || (option == "UseYesNoLeaf" && !IsGradientBoosted());
}

void MethodBDT::ApplyDeprecatedOptions()
{
   if (fUseBaggedGrad)
      fUseBaggedBoost = kTRUE;
   if (IsOptionSet("GradBaggingFraction") && !IsOptionSet("BaggedSampleFraction"))
      fBaggedSampleFraction = fGradBaggingFraction;
   if (fNNodesMax > 0) { // TMVA's count: 1, 3, 9, 27 ... nodes for the depths 0, 1, 2, 3 ...
      fMaxDepth = 0;
      for (ULong64_t nNodes = 1; nNodes < fNNodesMax; nNodes *= 3)
         ++fMaxDepth;
   }
   for (const auto &[old, present] : {std::pair("nEventsMin", "MinNodeSize"), std::pair("NNodesMax", "MaxDepth"),
                                      std::pair("UseNTrainEvents", "BaggedSampleFraction")})
      if (IsOptionSet(old) && IsOptionSet(present))
         fLogger.Warning(std::string("Option ") + old + " counts, " + present + " does not, as in TMVA");
}

void MethodBDT::CheckOptions() const
{
   const auto require = [this](bool isGood, const char *option, const std::string &expected) {
      if (isGood)
         return;
      for (const OptionInfo &info : GetOptionInfos())
         if (info.fName == option)
            throw Error(EErrorCode::kOption, std::string(option) + " must be " + expected + ", found " + info.fValue,
                        {{"method", GetName()}, {"option", option}});
   };
   const double percent = ParsePercent(fMinNodeSize);
   require(fNTrees > 0, "NTrees", "at least 1");
   require(fMaxDepth > 0, "MaxDepth", "at least 1");
   require(percent > 0 && percent < 50, "MinNodeSize", "a percentage between 0 and 50, such as 2.5%");
   require((fNCuts > 0 && fNCuts < 65535) || fNCuts == -1, "nCuts", "from 1 to 65534, or -1 for all");
   require(fShrinkage > 0 && std::isfinite(fShrinkage), "Shrinkage", "positive");
   require(fBaggedSampleFraction > 0 && std::isfinite(fBaggedSampleFraction), "BaggedSampleFraction", "positive");
   require(fHuberQuantile > 0 && fHuberQuantile <= 1, "HuberQuantile", "above 0, at most 1");
   require(!fUseRandomisedTrees || fUseNvars > 0, "UseNvars", "at least 1");
   require(fSigToBkgFraction > 0 && std::isfinite(fSigToBkgFraction), "SigToBkgFraction", "positive");
   require(fRandomSeed <= UInt_t(std::numeric_limits<Int_t>::max()), "RandomSeed", "below 2^31");
}

void MethodBDT::LimitBaggedSampleFraction()
{
   if (!(fBaggedSampleFraction > 1))
      return;
   if (fUseBaggedBoost)
      fLogger.Warning(
         TString::Format("BaggedSampleFraction=%g: events are drawn without replacement here, so that each "
                         "tree sees all of them, as with BaggedSampleFraction=1",
                         fBaggedSampleFraction)
            .Data());
   fBaggedSampleFraction = 1;
}

void MethodBDT::WarnOfOptionsWithoutCounterpart() const
{
   for (const OptionInfo &info : GetOptionInfos()) {
      const auto found = kWithoutCounterpart.find(info.fName);
      if (found != kWithoutCounterpart.end() && info.fIsSet && info.fValue != info.fDefault)
         fLogger.Warning("Option " + info.fName + "=" + info.fValue + " has no effect here: " + found->second);
   }
}

void MethodBDT::ProcessOptions()
{
   ApplyDeprecatedOptions();
   CheckOptions();
   LimitBaggedSampleFraction();
   WarnOfOptionsWithoutCounterpart();
   if (!IsGradientBoosted()) {
      // With the learning rate 1, and trees as deep as AdaBoost.R2 wants them, gradient boosting learns the sample by heart.
      if (!IsOptionSet("Shrinkage"))
         fShrinkage = 0.1;
      if (DoRegression() && !IsOptionSet("MaxDepth") && !IsOptionSet("NNodesMax"))
         fMaxDepth = 3;
      fLogger.Warning(TString::Format("BoostType=%s does not exist here: gradient boosting (BoostType=Grad) is trained "
                                      "instead, with NTrees=%d, Shrinkage=%g and MaxDepth=%u. Numbers that were chosen "
                                      "for %s are too many or too few for it: compare test and training, and tune "
                                      "them, starting at BoostType=Grad:NTrees=200:Shrinkage=0.1:MaxDepth=3",
                                      fBoostType.Data(), fNTrees, fShrinkage, fMaxDepth, fBoostType.Data())
                         .Data());
      fBoostType = "Grad"; // so says the weight file, and means what its leaves are
   }
   fMinNodePercent = ParsePercent(fMinNodeSize);
   Internal::LoadPythonHooks().fPrepareTrees();
}

} // namespace TorchMVA
