// MethodBase::MakeClass: a trained method as a C++ class of its own, with TMVA's names.

#include "Core/WriteFile.hxx"
#include "Core/ExpandPath.hxx"
#include "Method/StandaloneNames.hxx"
#include "Standalone/StandaloneCode.hxx"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <sstream>

namespace TorchMVA {

using Internal::ReplaceAll;

namespace {

/// The interface that all generated classes share; guarded, since several files may be included.
constexpr const char *kInterface = R"(
#ifndef IClassifierReader__def
#define IClassifierReader__def

class IClassifierReader {
public:
   IClassifierReader() : fStatusIsClean(true) {}
   virtual ~IClassifierReader() {}
   /// Response of one event: its variables in the order of the constructor.
   virtual double GetMvaValue(const std::vector<double> &inputValues) const = 0;
   /// False after an error: then all responses are 0.
   bool IsStatusClean() const { return fStatusIsClean; }

protected:
   bool fStatusIsClean;
};

#endif
)";

/// The generated class up to its private members. @CLASS@, @NAMES@, @SPACE@ and @RESPONSE@ are filled in.
constexpr const char *kClass = R"(
class @CLASS@ : public IClassifierReader {
public:
   /// Takes the names of the variables, to compare them with those of the training.
   @CLASS@(std::vector<std::string> &theInputVars)
   {
      const std::vector<std::string> expected = {@NAMES@};
      if (theInputVars.size() != expected.size()) {
         std::cerr << "Problem in class \"@CLASS@\": mismatch in number of input values: " << theInputVars.size()
                   << " != " << expected.size() << std::endl;
         fStatusIsClean = false;
      }
      for (std::size_t i = 0; i < theInputVars.size() && i < expected.size(); ++i) {
         if (theInputVars[i] != expected[i]) {
            std::cerr << "Problem in class \"@CLASS@\": mismatch in input variable names for variable [" << i
                      << "]: " << theInputVars[i] << " != " << expected[i] << std::endl;
            fStatusIsClean = false;
         }
      }
      fNVariables = expected.size();
@INITIALIZE@   }

   double GetMvaValue(const std::vector<double> &inputValues) const
   {
      if (!IsStatusClean() || inputValues.size() != fNVariables) {
         std::cerr << "Problem in class \"@CLASS@\": cannot return classifier response: expected " << fNVariables
                   << " values, found " << inputValues.size()
                   << (IsStatusClean() ? "" : "; and the names of the variables are wrong") << std::endl;
         return 0;
      }
      std::vector<float> v(inputValues.begin(), inputValues.end()); // events have single precision
@RESPONSE@   }

private:
   std::size_t fNVariables;
)";

/// The rest of the class where all is in Predict.
constexpr const char *kResponse = R"(      float response;
      @SPACE@::EvaluateLanes<1>(v.data(), 1, &response);
      return response;
)";

/// The rest of the class where the method writes members of its own, as in TMVA.
constexpr const char *kTmvaResponse = R"(      @SPACE@::Transform<1>(v.data());
      return GetMvaValue__(std::vector<double>(v.begin(), v.end()));
)";
constexpr const char *kTmvaMembers = R"(
public:
   virtual ~@CLASS@() { Clear(); }

private:
   void Initialize();
   void Clear();
   double GetMvaValue__(const std::vector<double> &inputValues) const;
)";

} // namespace

void MethodBase::MakeClassSpecific(std::ostream &, const TString &) const {}

void MethodBase::MakeClassSpecificHeader(std::ostream &, const TString &) const {}

TString MethodBase::GetStandaloneFileName() const
{
   TString path = GetWeightFileName();
   for (const TString &suffix : {"." + gConfig().GetIONames().fWeightFileExtension + ".xml", TString(".xml")}) {
      if (path.EndsWith(suffix)) {
         path.Remove(path.Length() - suffix.Length());
         break;
      }
   }
   return path + ".class.C";
}

Bool_t MethodBase::WritePrediction(Internal::StandaloneCode &, std::string *) const
{
   return kFALSE;
}

void MethodBase::MakeClass(const TString &file) const
{
   const std::string name = Internal::StandaloneClassName(fMethodTitle), space = name + "_detail";
   std::ostringstream specific, header;
   MakeClassSpecific(specific, name.c_str());
   const bool isTmva = !specific.str().empty(); // a method written for TMVA
   std::string code, why;
   if (isTmva) {
      Internal::StandaloneCode transform;
      fTransformations.WriteCode(transform);
      code = "namespace " + space + " {\n" + transform.Text() + "} // namespace " + space + "\n";
      MakeClassSpecificHeader(header, name.c_str());
   } else if (!MakeStandaloneCode(space, code, why)) {
      fLogger.Verbose("There is no standalone class of this method: " +
                      (why.empty() ? std::string("its type, ") + GetMethodTypeName().Data() + ", has none" : why));
      return;
   }
   if (fAnalysisType != Types::kClassification)
      throw Error(EErrorCode::kMethod,
                  std::string("a standalone class gives the response of a classification, this is a ") +
                     Types::GetAnalysisTypeName(fAnalysisType) +
                     ": WriteStandaloneHeader, or the command `torchmva compile`, does it",
                  {{"method", fMethodTitle.Data()}});
   std::string names;
   for (const VariableInfo &info : fDataSetInfo.GetVariableInfos())
      names += (names.empty() ? "" : ", ") + Internal::StringLiteral(info.GetExpression().Data());
   std::string body = kClass;
   ReplaceAll(body, "@RESPONSE@", isTmva ? kTmvaResponse : kResponse);
   ReplaceAll(body, "@INITIALIZE@", isTmva ? "      Initialize();\n" : "");
   body += isTmva ? kTmvaMembers : "};\n";
   ReplaceAll(body, "@CLASS@", name);
   ReplaceAll(body, "@SPACE@", space);
   ReplaceAll(body, "@NAMES@", names); // last: they are the user's
   const TString path = file.IsNull() ? GetStandaloneFileName() : TString(Internal::ExpandPath(file.Data()));
   Internal::WriteFile(path.Data(), "// Class: " + name + ", " + StandaloneComment() + "\n" +
                                       Internal::kStandaloneIncludes + "#include <iostream>\n#include <string>\n" +
                                       kInterface + "\n" + code + header.str() + body + specific.str());
   fLogger.Info(("Creating standalone class: " + path).Data());
}

} // namespace TorchMVA
