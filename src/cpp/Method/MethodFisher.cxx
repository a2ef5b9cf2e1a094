#include "TorchMVA/Method/MethodFisher.hxx"

#include "FisherDiscriminant.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"

#include <algorithm>
#include <cmath>

REGISTER_METHOD(Fisher)

namespace TorchMVA {

MethodFisher::MethodFisher(const TString &jobName, const TString &title, DataSetInfo &info, const TString &options)
   : MethodBase(jobName, Types::kFisher, title, info, options)
{
}

MethodFisher::MethodFisher(DataSetInfo &info, const TString &weightFile) : MethodBase(Types::kFisher, info, weightFile)
{
}

MethodFisher::~MethodFisher() = default;

Bool_t MethodFisher::HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t)
{
   return type == Types::kClassification && nClasses == 2;
}

void MethodFisher::DeclareOptions()
{
   DeclareOptionRef(fFisherMethod, "Method", "Discrimination method");
   AddPreDefVal("Fisher");
   AddPreDefVal("Mahalanobis");
}

void MethodFisher::ProcessOptions() {}

void MethodFisher::Train()
{
   const Sample &sample = TrainingSample();
   const auto signal = static_cast<int>(DataInfo().GetSignalClassIndex());
   const auto moments =
      Internal::ComputeFisherMoments(sample.fVariables, sample.fWeights, sample.fClasses, signal, 1 - signal);
   std::vector<std::string> labels;
   for (const VariableInfo &info : DataInfo().GetVariableInfos())
      labels.push_back(info.GetLabel().Data());
   fCoefficients = Internal::ComputeFisherCoefficients(moments, fFisherMethod == "Mahalanobis", labels, GetName());
   fDiscriminatingPower = Internal::ComputeDiscriminatingPower(moments);
   PrintCoefficients();
}

void MethodFisher::PrintCoefficients() const
{
   Int_t width = 8; // of "Variable" and "(offset)"
   for (const VariableInfo &info : DataInfo().GetVariableInfos())
      width = std::max(width, info.GetLabel().Length());
   const std::string rule(width + 15, '-');
   fLogger.Header("Results for Fisher coefficients:");
   fLogger.Info(rule);
   fLogger.Info(TString::Format("%*s:  %s", width, "Variable", "Coefficient:").Data());
   fLogger.Info(rule);
   for (UInt_t k = 0; k < GetNVariables(); ++k)
      fLogger.Info(TString::Format("%*s:  %+12.3f", width, GetInputLabel(k).Data(), fCoefficients[k + 1]).Data());
   fLogger.Info(TString::Format("%*s:  %+12.3f", width, "(offset)", fCoefficients[0]).Data());
   fLogger.Info(rule);
}

void MethodFisher::Predict(const float *rows, Long64_t n, float *outputs) const
{
   const std::size_t nVariables = GetNVariables();
   if (fCoefficients.size() != nVariables + 1)
      throw Error(EErrorCode::kState, "the method is used before it was trained or read", {{"method", GetName()}});
   const double *const f = fCoefficients.data();
   for (Long64_t i = 0; i < n; ++i, rows += nVariables) {
      double sum = f[0];
      for (std::size_t k = 0; k < nVariables; ++k)
         sum += f[k + 1] * rows[k];
      outputs[i] = static_cast<float>(sum);
   }
}

const Ranking *MethodFisher::CreateRanking()
{
   if (fDiscriminatingPower.size() != GetNVariables()) // read from a file: not known
      return nullptr;
   fRanking = std::make_unique<Ranking>(GetName(), "Discr. power");
   for (UInt_t k = 0; k < GetNVariables(); ++k)
      fRanking->AddRank(GetInputLabel(k), fDiscriminatingPower[k]);
   return fRanking.get();
}

void MethodFisher::AddWeightsXMLTo(const XmlNode &weights) const
{
   weights.SetAttribute("NCoeff", static_cast<long long>(fCoefficients.size()));
   for (std::size_t k = 0; k < fCoefficients.size(); ++k) {
      const XmlNode node = weights.AddChild("Coefficient");
      node.SetAttribute("Index", static_cast<long long>(k));
      node.SetAttribute("Value", fCoefficients[k]);
   }
}

void MethodFisher::ReadWeightsFromXML(const XmlNode &weights)
{
   if (!weights)
      throw Error(EErrorCode::kWeightFile, "expected an element <Weights> with the Fisher coefficients, found none");
   const auto fail = [&weights](const std::string &message) {
      throw Error(EErrorCode::kWeightFile, message, {{"file", weights.Document()->Path()}, {"element", "<Weights>"}});
   };
   const auto nodes = weights.Children("Coefficient");
   const std::size_t n = GetNVariables() + 1;
   if (nodes.size() != n || weights.IntAttribute("NCoeff") != static_cast<long long>(n))
      fail("expected " + std::to_string(n) + " coefficients, one more than variables, found " +
           std::to_string(nodes.size()) + " (NCoeff=\"" + weights.Attribute("NCoeff") + "\")");
   std::vector<Double_t> coefficients(n, std::nan(""));
   for (const XmlNode &node : nodes) {
      const long long k = node.IntAttribute("Index");
      if (k < 0 || k >= static_cast<long long>(n) || !std::isnan(coefficients[k]))
         fail("expected each Index from 0 to " + std::to_string(n - 1) + " once, found " + node.Attribute("Index"));
      coefficients[k] = node.DoubleAttribute("Value");
      if (!std::isfinite(coefficients[k]))
         fail("expected finite coefficients, found " + node.Attribute("Value"));
   }
   fCoefficients = std::move(coefficients);
   fDiscriminatingPower.clear();
}

std::string MethodFisher::GetHelpText() const
{
   return "Fisher discriminants select events by distinguishing the mean values of the signal and background\n"
          "distributions in the direction of variable space that best separates them, along which linear\n"
          "correlations between the variables are taken out.\n"
          "\n"
          "Use it for variables whose means differ between the classes; where they agree and only the shapes\n"
          "differ, it cannot separate. Non-linear correlations are not exploited: transform such variables first\n"
          "(for instance VarTransform=G or a logarithm in the expression), or use a neural network.\n"
          "\n"
          "There is nothing to tune. Method=Mahalanobis divides by the scatter of all events instead of the scatter\n"
          "within the classes; the separation is the same.";
}

} // namespace TorchMVA
