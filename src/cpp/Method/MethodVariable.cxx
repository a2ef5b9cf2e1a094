#include "TorchMVA/Method/MethodVariable.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Method/ClassifierFactory.hxx"

REGISTER_METHOD(Variable)

namespace TorchMVA {

MethodVariable::MethodVariable(const TString &jobName, const TString &title, DataSetInfo &info, const TString &options)
   : MethodBase(jobName, Types::kVariable, title, info, options)
{
}

MethodVariable::MethodVariable(DataSetInfo &info, const TString &weightFile)
   : MethodBase(Types::kVariable, info, weightFile)
{
}

MethodVariable::~MethodVariable() = default;

Bool_t MethodVariable::HasAnalysisType(Types::EAnalysisType type, UInt_t nClasses, UInt_t)
{
   return type == Types::kClassification && nClasses == 2;
}

void MethodVariable::DeclareOptions()
{
   DeclareOptionRef(fLabel, "Variable",
                    "Label or internal name of the variable that is the response (empty: the method's title)");
}

void MethodVariable::ProcessOptions()
{
   const TString label = fLabel.IsNull() ? GetMethodName() : fLabel;
   std::vector<std::string> labels;
   for (UInt_t k = 0; k < GetNVariables(); ++k) {
      if (GetInputLabel(k) == label || GetInputVar(k) == label) {
         fIndex = k;
         return;
      }
      labels.emplace_back(GetInputLabel(k).Data());
   }
   throw Error(EErrorCode::kOption,
               "Variable: expected the label of a variable, found \"" + std::string(label.Data()) + "\"" +
                  Internal::DidYouMean(label.Data(), labels),
               {{"method", GetName()}});
}

void MethodVariable::Predict(const float *rows, Long64_t n, float *outputs) const
{
   const Long64_t columns = GetNVariables();
   for (Long64_t i = 0; i < n; ++i)
      outputs[i] = rows[i * columns + fIndex];
}

void MethodVariable::AddWeightsXMLTo(const XmlNode &weights) const
{
   weights.SetAttribute("VarIndex", static_cast<long long>(fIndex));
}

void MethodVariable::ReadWeightsFromXML(const XmlNode &weights)
{
   const long long index = weights ? weights.IntAttribute("VarIndex") : -1;
   if (index < 0 || index >= static_cast<long long>(GetNVariables()))
      throw Error(EErrorCode::kWeightFile,
                  "expected an element <Weights> with a VarIndex below " + std::to_string(GetNVariables()) +
                     ", found " + (weights ? weights.Attribute("VarIndex") : "none"),
                  {{"method", GetName()}});
   fIndex = static_cast<UInt_t>(index);
}

std::string MethodVariable::GetHelpText() const
{
   return "The response is the value of one variable (after VarTransform, if there is one). It shows in the tables "
          "what\n"
          "a cut on this variable alone separates. Factory::EvaluateAllVariables books one for each variable.";
}

} // namespace TorchMVA
