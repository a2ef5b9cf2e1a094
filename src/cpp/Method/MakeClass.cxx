// MethodBase::MakeClass: a trained method as a C++ class of its own (tmva-compat 9.6).

#include "Core/WriteFile.hxx"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Method/MethodBase.hxx"
#include "TorchMVA/Version.hxx"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace TorchMVA {

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

/// The generated class up to its private members. @CLASS@, @NAMES@ and @TRANSFORM@ are filled in.
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
      Initialize();
   }
   virtual ~@CLASS@() { Clear(); }

   double GetMvaValue(const std::vector<double> &inputValues) const
   {
      if (!IsStatusClean() || inputValues.size() != fNVariables) {
         std::cerr << "Problem in class \"@CLASS@\": cannot return classifier response: expected " << fNVariables
                   << " values, found " << inputValues.size()
                   << (IsStatusClean() ? "" : "; and the names of the variables are wrong") << std::endl;
         return 0;
      }
      std::vector<double> v(inputValues);
      for (std::size_t i = 0; i < v.size(); ++i)
         v[i] = static_cast<float>(v[i]); // events have single precision, in the training and here
      Transform(v);
      return GetMvaValue__(v);
   }

private:
   void Initialize();
   void Clear();
   double GetMvaValue__(const std::vector<double> &inputValues) const;
   static void Transform(std::vector<double> &v)
   {
      (void)v;
@TRANSFORM@   }
   std::size_t fNVariables;
)";

void ReplaceAll(std::string &text, const std::string &from, const std::string &to)
{
   for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
      text.replace(at, from.size(), to);
}

/// As a string literal of C++.
std::string Literal(const std::string &text)
{
   std::string literal = "\"";
   for (const char c : text)
      literal += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
   return literal + "\"";
}

/// A text that may stand in a comment of one line.
std::string OneLine(std::string text)
{
   std::replace_if(text.begin(), text.end(), [](unsigned char c) { return std::iscntrl(c) || c == '\\'; }, ' ');
   return text;
}

/// The title with '_' for whatever a C++ name cannot have.
std::string ClassName(const TString &title)
{
   std::string name = std::string("Read") + title.Data();
   std::replace_if(name.begin(), name.end(), [](unsigned char c) { return c > 127 || !std::isalnum(c); }, '_');
   return name;
}

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

void MethodBase::MakeClass(const TString &file) const
{
   const std::string name = ClassName(fMethodTitle);
   std::ostringstream specific;
   MakeClassSpecific(specific, name.c_str());
   if (specific.str().empty()) {
      fLogger.Verbose(("Methods of type " + GetMethodTypeName() + " have no standalone class: none is written").Data());
      return;
   }
   if (fAnalysisType != Types::kClassification)
      throw Error(EErrorCode::kMethod,
                  std::string("a standalone class gives the response of a classification, this is a ") +
                     Types::GetAnalysisTypeName(fAnalysisType),
                  {{"method", fMethodTitle.Data()}});
   std::string names, variables;
   for (const VariableInfo &info : fDataSetInfo.GetVariableInfos()) {
      names += (names.empty() ? "" : ", ") + Literal(info.GetExpression().Data());
      variables += (variables.empty() ? "" : ", ") + OneLine(info.GetExpression().Data());
   }
   std::ostringstream transform, out;
   fTransformations.WriteCode(transform);
   std::string body = kClass;
   ReplaceAll(body, "@CLASS@", name);
   ReplaceAll(body, "@TRANSFORM@", transform.str()); // before the names, which are the user's
   ReplaceAll(body, "@NAMES@", names);
   out << "// Class: " << name << ", written by TorchMVA " << TORCHMVA_VERSION_STRING
       << "\n// Method: " << GetMethodTypeName() << "::" << OneLine(fMethodTitle.Data())
       << "\n// Variables: " << variables << "\n// Transformations: " << OneLine(fTransformations.GetSpec())
       << "\n// Needs neither ROOT nor TorchMVA.\n\n#include <cmath>\n#include <cstddef>\n#include <iostream>\n"
          "#include <string>\n#include <vector>\n"
       << kInterface << TransformPipeline::GetCodeHeader();
   MakeClassSpecificHeader(out, name.c_str());
   out << body << specific.str();
   const TString path = file.IsNull() ? GetStandaloneFileName() : file;
   Internal::WriteFile(path.Data(), out.str());
   fLogger.Info(("Creating standalone class: " + path).Data());
}

} // namespace TorchMVA
