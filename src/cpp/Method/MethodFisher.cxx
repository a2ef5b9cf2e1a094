#include "TorchMVA/Method/MethodFisher.hxx"

#include "FisherDiscriminant.hxx"
#include "LinearCoefficients.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"

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
   DeclareOptionRef(fFisherMethod, "Method",
                    "Fisher divides the difference of the means by the scatter within the classes, Mahalanobis by that "
                    "of all events");
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
   Internal::PrintCoefficients(fLogger, "Results for Fisher coefficients:", DataInfo().GetVariableInfos(),
                               fCoefficients);
}

void MethodFisher::Predict(const float *rows, Long64_t n, float *outputs) const
{
   Internal::ApplyLinear(fCoefficients, rows, n, GetNVariables(), outputs, 1, GetName());
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
   const std::size_t n = GetNVariables() + 1;
   if (weights)
      weights.RequireKnown({"NCoeff"}, {"Coefficient"});
   if (weights && weights.IntAttribute("NCoeff") != static_cast<long long>(n))
      throw Error(EErrorCode::kWeightFile,
                  "expected " + std::to_string(n) + " coefficients, one more than variables, found NCoeff=\"" +
                     weights.Attribute("NCoeff") + "\"",
                  {{"file", weights.Document()->Path()}, {"element", "<Weights>"}});
   fCoefficients = Internal::ReadCoefficients(weights, {{"Index", n}});
   fDiscriminatingPower.clear();
}

Bool_t MethodFisher::WritePrediction(Internal::StandaloneCode &code, std::string *) const
{
   if (fCoefficients.empty())
      throw Error(EErrorCode::kState, "standalone code is written before the method was trained or read",
                  {{"method", GetName()}});
   Internal::WriteLinearCode(code, {fCoefficients});
   return kTRUE;
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
