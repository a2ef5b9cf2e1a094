#include "TorchMVA/Method/MethodBDT.hxx"

#include "Method/SearchOptions.hxx"
#include "Method/TreeEnsembleCode.hxx"
#include "Method/TreeEnsembleFile.hxx"
#include "Method/TreeTraining.hxx"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"
#include "TorchMVA/Method/PyMethodBase.hxx"

#include <algorithm>
#include <cmath>
#include <numeric>

REGISTER_METHOD(BDT)

namespace TorchMVA {

using namespace Internal;

/// What the method has learnt. Predict reads it from any thread.
struct MethodBDT::Impl {
   StoredTrees fStored;
   std::vector<double> fGains; ///< a variable; empty after reading
};

namespace {

TreeEnsemble ToEnsemble(const TreeTrainingResult &result)
{
   TreeEnsemble trees;
   std::size_t first = 0;
   std::vector<TreeNode> nodes;
   for (const Long64_t size : result.fSizes) {
      nodes.clear();
      for (std::size_t i = first; i < first + size; ++i)
         nodes.push_back({result.fVariables[i], result.fCuts[i], result.fLeft[i], result.fRight[i], result.fValues[i]});
      trees.AddTree(nodes);
      first += size;
   }
   return trees;
}

/// In place: exp(f_k) / sum_j exp(f_j).
void Softmax(double *scores, std::size_t n)
{
   const double largest = *std::max_element(scores, scores + n);
   double sum = 0;
   for (std::size_t k = 0; k < n; ++k)
      sum += scores[k] = std::exp(scores[k] - largest);
   for (std::size_t k = 0; k < n; ++k)
      scores[k] /= sum;
}

/// What the leaves of a weight file give.
ELeafValue GetLeafValue(bool isGradientBoosted, bool usesYesNoLeaf)
{
   if (isGradientBoosted)
      return ELeafValue::kResponse;
   return usesYesNoLeaf ? ELeafValue::kType : ELeafValue::kPurity;
}

} // namespace

MethodBDT::MethodBDT(const TString &jobName, const TString &title, DataSetInfo &info, const TString &options)
   : MethodBase(jobName, Types::kBDT, title, info, options), fImpl(std::make_unique<Impl>())
{
}

MethodBDT::MethodBDT(DataSetInfo &info, const TString &weightFile)
   : MethodBase(Types::kBDT, info, weightFile), fImpl(std::make_unique<Impl>())
{
}

MethodBDT::~MethodBDT() = default;

Bool_t MethodBDT::HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t nTargets)
{
   switch (type) {
   case Types::kClassification: return nClasses == 2;
   case Types::kMulticlass: return nClasses >= 2;
   case Types::kRegression: return nTargets == 1;
   default: return kFALSE;
   }
}

void MethodBDT::FillRequest(TreeTrainingRequest &request) const
{
   request.fSample = TrainingSample();
   request.fAnalysisType = GetAnalysisType();
   request.fNClasses = DataInfo().GetNClasses();
   request.fSignalClass = DataInfo().GetSignalClassIndex();
   request.fNTrees = fNTrees;
   request.fMaxDepth = fMaxDepth;
   request.fMinNodeSize = fMinNodePercent / 100;
   request.fMinNodeEvents = fMinNodeEvents;
   request.fNCuts = fNCuts;
   request.fShrinkage = fShrinkage;
   if (fUseBaggedBoost) {
      request.fBaggedFraction = fBaggedSampleFraction;
      request.fBaggedEvents = fUseNTrainEvents;
   }
   if (fUseRandomisedTrees)
      request.fVariableFraction = std::min(1., double(fUseNvars) / GetNVariables());
   request.fLoss = fRegressionLoss.Data();
   request.fHuberQuantile = fHuberQuantile;
   request.fKeepClassSums =
      fNegWeightTreatment != "IgnoreNegWeightsInTraining" && fNegWeightTreatment != "NoNegWeightsInTraining";
   request.fSignalToBackground = fSkipNormalization ? 0 : fSigToBkgFraction;
   request.fSeed = fRandomSeed;
   // Only if asked for: waiting threads of OpenMP spin, on a busy machine ten times slower than one thread.
   request.fNThreads = gConfig().IsMTEnabled() ? gConfig().GetNThreads() : 1;
   request.fLog = [log = fLogger](int type, const std::string &text) {
      type == kWARNING ? log.Warning(text) : log.Info(text);
   };
}

std::map<TString, Double_t> MethodBDT::OptimizeTuningParameters(TString fomType, TString fitType)
{
   return Tune(fomType, fitType, [this](const SearchRequest &search) {
      TreeTrainingRequest request;
      FillRequest(request);
      return LoadPythonHooks().fTuneTrees(request, search);
   });
}

void MethodBDT::Train()
{
   TreeTrainingRequest request;
   FillRequest(request);
   TreeTrainingResult result;
   LoadPythonHooks().fTrainTrees(request, result);
   fImpl->fStored = {ToEnsemble(result), DoRegression() ? result.fStart : 1};
   fImpl->fGains = std::move(result.fGains);
}

UInt_t MethodBDT::GetNTrees() const
{
   return fImpl->fStored.fTrees.Size();
}

UInt_t MethodBDT::GetNOutputs() const
{
   return DoMulticlass() ? DataInfo().GetNClasses() : 1;
}

void MethodBDT::RequireTrees() const
{
   if (fImpl->fStored.fTrees.Size() == 0)
      throw Error(EErrorCode::kState, "the method is used before it was trained or read", {{"method", GetName()}});
}

void MethodBDT::Predict(const float *rows, Long64_t n, float *outputs) const
{
   RequireTrees();
   const Long64_t nVariables = GetNVariables(), nOutputs = GetNOutputs();
   std::vector<double> scores(nOutputs > 1 ? TreeEnsemble::kBlockRows * nOutputs : 0);
   for (Long64_t first = 0; first < n; first += TreeEnsemble::kBlockRows)
      PredictBlock(rows + first * nVariables, std::min(n - first, TreeEnsemble::kBlockRows), outputs + first * nOutputs,
                   scores);
}

void MethodBDT::PredictBlock(const float *rows, Long64_t n, float *outputs, std::vector<double> &scores) const
{
   const TreeEnsemble &trees = fImpl->fStored.fTrees;
   const Long64_t nVariables = GetNVariables();
   double sums[TreeEnsemble::kBlockRows];
   if (const Long64_t nOutputs = GetNOutputs(); nOutputs > 1) {
      for (Long64_t k = 0; k < nOutputs; ++k) {
         trees.Sum(rows, n, nVariables, k, nOutputs, sums);
         for (Long64_t i = 0; i < n; ++i)
            scores[i * nOutputs + k] = sums[i];
      }
      for (Long64_t i = 0; i < n; ++i)
         Softmax(&scores[i * nOutputs], nOutputs);
      std::transform(scores.begin(), scores.begin() + n * nOutputs, outputs, [](double p) { return float(p); });
      return;
   }
   trees.Sum(rows, n, nVariables, 0, 1, sums);
   if (DoRegression()) {
      std::transform(sums, sums + n, outputs,
                     [start = fImpl->fStored.fStart](double sum) { return float(start + sum); });
   } else if (IsGradientBoosted()) {
      std::transform(sums, sums + n, outputs, [](double sum) { return float(std::tanh(sum)); }); // 2/(1+exp(-2F)) - 1
   } else {
      const double norm = trees.SumOfWeights();
      std::transform(sums, sums + n, outputs, [norm](double sum) { return norm > 0 ? float(sum / norm) : 0.f; });
   }
}

const Ranking *MethodBDT::CreateRanking()
{
   const std::vector<double> &gains = fImpl->fGains;
   const double total = std::accumulate(gains.begin(), gains.end(), 0.);
   if (gains.size() != GetNVariables()) // read from a file: not known
      return nullptr;
   fRanking = std::make_unique<Ranking>(GetName(), "Variable Importance");
   for (UInt_t k = 0; k < GetNVariables(); ++k)
      fRanking->AddRank(GetInputLabel(k), total > 0 ? gains[k] / total : 0);
   return fRanking.get();
}

// ---- weight file ----------------------------------------------------------------------------------------------------

void MethodBDT::AddWeightsXMLTo(const XmlNode &weights) const
{
   WriteTrees(weights, fImpl->fStored, GetLeafValue(IsGradientBoosted(), fUseYesNoLeaf));
}

void MethodBDT::ReadWeightsFromXML(const XmlNode &weights)
{
   if (!IsOptionSet("BoostType")) // says what the leaves are
      throw Error(EErrorCode::kWeightFile, "expected the option BoostType, found none",
                  {{"file", GetWeightFileName().Data()}, {"element", "<Options>"}});
   if (!IsGradientBoosted() && GetAnalysisType() != Types::kClassification)
      throw Error(EErrorCode::kWeightFile,
                  std::string("expected BoostType=Grad for ") + Types::GetAnalysisTypeName(GetAnalysisType()) +
                     ", found BoostType=" + fBoostType.Data(),
                  {{"file", GetWeightFileName().Data()}});
   auto read = std::make_unique<Impl>();
   read->fStored = ReadTrees(weights, GetLeafValue(IsGradientBoosted(), fUseYesNoLeaf), GetNVariables());
   fImpl = std::move(read);
}

Bool_t MethodBDT::WritePrediction(StandaloneCode &code, std::string *) const
{
   RequireTrees();
   TreeCode trees;
   const double norm = IsGradientBoosted() ? 1 : fImpl->fStored.fTrees.SumOfWeights();
   trees.fScale = norm > 0 ? 1 / norm : 0;
   trees.fStart = DoRegression() ? fImpl->fStored.fStart : 0;
   trees.fNOutputs = static_cast<int>(GetNOutputs());
   trees.fIsTanh = IsGradientBoosted() && GetAnalysisType() == Types::kClassification;
   WriteTreeCode(code, fImpl->fStored.fTrees, trees);
   return kTRUE;
}

std::string MethodBDT::GetHelpText() const
{
   return "Boosted decision trees: a series of small trees of cuts, each of which corrects the sum of those before "
          "it.\n"
          "They need no transformation of the variables, ignore useless ones, and are quick to train; on a table of\n"
          "physics variables they are the method to compare a network with.\n"
          "\n"
          "Gradient boosting (BoostType=Grad) is what is trained, by LightGBM (pip install torchmva[trees]); the "
          "other\n"
          "boost types are trained as Grad, with a warning. Application needs neither Python nor LightGBM.\n"
          "\n"
          "Tuning: many trees (NTrees=500..2000) with a small learning rate (Shrinkage=0.05..0.2) and few levels\n"
          "(MaxDepth=2..4) are hard to overtrain; UseBaggedBoost with BaggedSampleFraction=0.5 makes them more "
          "robust.\n"
          "A larger MinNodeSize helps against statistical fluctuations, a larger nCuts where the place of a cut must\n"
          "be exact.";
}

} // namespace TorchMVA
