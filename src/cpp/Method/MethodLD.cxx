#include "TorchMVA/Method/MethodLD.hxx"

#include "LinearCoefficients.hxx"
#include "WeightedCovariance.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"

#include <cmath>

REGISTER_METHOD(LD)

namespace TorchMVA {

MethodLD::MethodLD(const TString &jobName, const TString &title, DataSetInfo &info, const TString &options)
   : MethodBase(jobName, Types::kLD, title, info, options)
{
}

MethodLD::MethodLD(DataSetInfo &info, const TString &weightFile) : MethodBase(Types::kLD, info, weightFile) {}

MethodLD::~MethodLD() = default;

Bool_t MethodLD::HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t nTargets)
{
   return (type == Types::kClassification && nClasses == 2) || (type == Types::kRegression && nTargets > 0);
}

void MethodLD::Train()
{
   const Sample &sample = TrainingSample();
   MatrixView<const float> targets = sample.fTargets;
   std::vector<float> isSignal;
   if (!DoRegression()) {
      const auto signal = static_cast<int>(DataInfo().GetSignalClassIndex());
      for (Long64_t i = 0; i < sample.Size(); ++i)
         isSignal.push_back(sample.fClasses[i] == signal ? 1 : 0);
      targets = {isSignal.data(), sample.Size(), 1};
   }
   std::vector<std::string> labels;
   for (const VariableInfo &info : DataInfo().GetVariableInfos())
      labels.push_back(info.GetLabel().Data());

   // With both sides centred the offset drops out of the normal equations: C_xx c = C_xt.
   const Internal::EventSelection events{sample.fWeights};
   std::vector<double> meanX, meanT;
   const double sum = Internal::ComputeMean(sample.fVariables, events, meanX);
   Internal::ComputeMean(targets, events, meanT);
   const TMatrixD xx = Internal::ComputeCovariance(sample.fVariables, meanX, sample.fVariables, meanX, events, sum);
   const TMatrixD xt = Internal::ComputeCovariance(sample.fVariables, meanX, targets, meanT, events, sum);
   const auto n = static_cast<Int_t>(GetNVariables());
   const TMatrixDSym inverse = Internal::InvertCovariance(TMatrixDSym(n, xx.GetMatrixArray()), labels, GetName());
   const TMatrixD slopes(inverse, TMatrixD::kMult, xt);

   fCoefficients.assign(targets.fColumns, std::vector<Double_t>(n + 1, 0.0));
   for (Long64_t j = 0; j < targets.fColumns; ++j) {
      auto &c = fCoefficients[j];
      double atMean = 0;
      for (Int_t k = 0; k < n; ++k) {
         c[k + 1] = slopes(k, j);
         atMean += c[k + 1] * meanX[k];
      }
      c[0] = DoRegression() ? meanT[j] - atMean : -0.5 * atMean;
      const std::string target =
         DoRegression() ? std::string(" (") + DataInfo().GetTargetInfo(j).GetLabel().Data() + ")" : "";
      Internal::PrintCoefficients(fLogger, "Results for LD coefficients" + target + ":", DataInfo().GetVariableInfos(),
                                  c);
   }
}

void MethodLD::Predict(const float *rows, Long64_t n, float *outputs) const
{
   const std::size_t nOutputs = GetNOutputs();
   if (fCoefficients.size() != nOutputs)
      throw Error(EErrorCode::kState, "the method is used before it was trained or read", {{"method", GetName()}});
   for (std::size_t j = 0; j < nOutputs; ++j)
      Internal::ApplyLinear(fCoefficients[j], rows, n, GetNVariables(), outputs + j, nOutputs, GetName());
}

const Ranking *MethodLD::CreateRanking()
{
   if (fCoefficients.empty())
      return nullptr;
   fRanking = std::make_unique<Ranking>(GetName(), "Discr. power");
   for (UInt_t k = 0; k < GetNVariables(); ++k)
      fRanking->AddRank(GetInputLabel(k), std::abs(fCoefficients[0][k + 1]));
   return fRanking.get();
}

void MethodLD::AddWeightsXMLTo(const XmlNode &weights) const
{
   weights.SetAttribute("NOut", static_cast<long long>(fCoefficients.size()));
   weights.SetAttribute("NCoeff", static_cast<long long>(GetNVariables()) + 1);
   for (std::size_t j = 0; j < fCoefficients.size(); ++j) {
      for (std::size_t k = 0; k < fCoefficients[j].size(); ++k) {
         const XmlNode node = weights.AddChild("Coefficient");
         node.SetAttribute("IndexOut", static_cast<long long>(j));
         node.SetAttribute("IndexCoeff", static_cast<long long>(k));
         node.SetAttribute("Value", fCoefficients[j][k]);
      }
   }
}

void MethodLD::ReadWeightsFromXML(const XmlNode &weights)
{
   const std::size_t nOutputs = GetNOutputs(), n = GetNVariables() + 1;
   if (weights)
      weights.RequireKnown({"NOut", "NCoeff"}, {"Coefficient"});
   if (weights && (weights.IntAttribute("NOut") != static_cast<long long>(nOutputs) ||
                   weights.IntAttribute("NCoeff") != static_cast<long long>(n)))
      throw Error(EErrorCode::kWeightFile,
                  "expected coefficients of " + std::to_string(nOutputs) + " outputs, " + std::to_string(n) +
                     " each, found NOut=\"" + weights.Attribute("NOut") + "\" NCoeff=\"" + weights.Attribute("NCoeff") +
                     "\"",
                  {{"file", weights.Document()->Path()}, {"element", "<Weights>"}});
   const auto all = Internal::ReadCoefficients(weights, {{"IndexOut", nOutputs}, {"IndexCoeff", n}});
   fCoefficients.clear();
   for (std::size_t j = 0; j < nOutputs; ++j)
      fCoefficients.emplace_back(all.begin() + j * n, all.begin() + (j + 1) * n);
}

Bool_t MethodLD::WritePrediction(Internal::StandaloneCode &code, std::string *) const
{
   if (fCoefficients.empty())
      throw Error(EErrorCode::kState, "standalone code is written before the method was trained or read",
                  {{"method", GetName()}});
   Internal::WriteLinearCode(code, fCoefficients);
   return kTRUE;
}

std::string MethodLD::GetHelpText() const
{
   return "Linear discriminants are linear functions of the variables. In a regression they are fitted to the targets\n"
          "by weighted least squares. In a classification the slopes are those of such a fit to 1 for signal and 0\n"
          "for background, which is equivalent to Fisher's discriminant; the constant is not that of the fit, but\n"
          "TMVA's: minus half of what the slopes give for the mean of all training events.\n"
          "\n"
          "Use it where targets depend on the variables about linearly, and as the baseline that every other method\n"
          "has to beat. Non-linear dependence is not exploited: transform such variables first (for instance a\n"
          "logarithm in the expression), or use a neural network.\n"
          "\n"
          "There is nothing to tune.";
}

} // namespace TorchMVA
