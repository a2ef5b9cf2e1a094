// A trained method as one C++17 header without dependencies: MethodBase::WriteStandaloneHeader, and what it shares with
// MakeClass.

#include "Core/WriteFile.hxx"
#include "Core/ExpandPath.hxx"
#include "Method/StandaloneNames.hxx"
#include "Standalone/StandaloneCode.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Method/MethodBase.hxx"
#include "TorchMVA/Version.hxx"

#include <sstream>

namespace TorchMVA {

using Internal::CommentText;
using Internal::ReplaceAll;
using Internal::StandaloneCode;
using Internal::StringLiteral;

namespace {

/// Floats of one event above which blocks are evaluated event by event: 32 events side by side would leave the caches,
/// and need more than 256 KiB of the stack.
constexpr long long kMaxFloatsSideBySide = 2048;

/// From variables to responses, after Transform, Predict and InvertTargets.
constexpr const char *kEvaluate = R"(
constexpr int kNVariables = @NVARIABLES@, kNOutputs = @NOUTPUTS@, kNResponses = @NRESPONSES@;
constexpr int kFirstResponse = @FIRST@; // of the outputs
constexpr int kLanes = @LANES@;         // events side by side in a block

/// Responses of n <= L events; rows of variables and of responses.
template <int L>
inline void EvaluateLanes(const float *rows, int n, float *responses)
{
   float x[kNVariables * L], y[kNOutputs * L];
   for (int i = 0; i < kNVariables; ++i)
      for (int l = 0; l < L; ++l)
         x[i * L + l] = rows[(l < n ? l : n - 1) * kNVariables + i];
   Transform<L>(x);
   Predict<L>(x, y);
   InvertTargets<L>(y);
   for (int l = 0; l < n; ++l)
      for (int i = 0; i < kNResponses; ++i)
         responses[l * kNResponses + i] = y[(kFirstResponse + i) * L + l];
}
)";

constexpr const char *kHeaderClass = R"(
/// Responses of a trained model. Const and without state: one object serves any number of threads.
class @CLASS@ {
public:
   static constexpr int kNVariables = @SPACE@::kNVariables;
   static constexpr int kNResponses = @SPACE@::kNResponses;
   /// What the inputs are, in their order, and the responses.
   static const char *VariableName(int i)
   {
      static constexpr const char *names[] = {@VARIABLES@};
      return names[i];
   }
   static const char *ResponseName(int i)
   {
      static constexpr const char *names[] = {@RESPONSES@};
      return names[i];
   }

   /// One event: kNVariables values in, kNResponses out.
   void Evaluate(const float *variables, float *responses) const
   {
      @SPACE@::EvaluateLanes<1>(variables, 1, responses);
   }
   /// n events: n rows of kNVariables values in, n rows of kNResponses out.
   void Evaluate(const float *variables, std::size_t n, float *responses) const
   {
      constexpr std::size_t block = @SPACE@::kLanes;
      for (std::size_t first = 0; first < n; first += block)
         @SPACE@::EvaluateLanes<@SPACE@::kLanes>(variables + first * kNVariables,
            static_cast<int>(n - first < block ? n - first : block), responses + first * kNResponses);
   }
   /// The first response of one event.
   float operator()(const float *variables) const
   {
      float responses[kNResponses];
      Evaluate(variables, responses);
      return responses[0];
   }
};
)";

std::string NameList(const std::vector<std::string> &names)
{
   std::string list;
   for (const std::string &name : names)
      list += (list.empty() ? "" : ", ") + StringLiteral(CommentText(name));
   return list;
}

/// What the responses are called: the signal class, the classes, or the targets.
std::vector<std::string> ResponseNames(const MethodBase &method)
{
   const DataSetInfo &info = method.DataInfo();
   std::vector<std::string> names;
   if (method.DoRegression()) {
      for (const VariableInfo &target : info.GetTargetInfos())
         names.emplace_back(target.GetLabel().Data());
   } else if (method.DoMulticlass()) {
      for (UInt_t i = 0; i < info.GetNClasses(); ++i)
         names.emplace_back(info.GetClassInfo(static_cast<Int_t>(i))->GetName());
   } else {
      names.emplace_back(method.GetName());
   }
   return names;
}

} // namespace

std::string MethodBase::StandaloneComment() const
{
   std::string variables;
   for (const VariableInfo &info : fDataSetInfo.GetVariableInfos())
      variables += (variables.empty() ? "" : ", ") + CommentText(info.GetExpression().Data());
   return std::string("written by TorchMVA ") + TORCHMVA_VERSION_STRING + "\n// Method: " + GetMethodTypeName().Data() +
          "::" + CommentText(fMethodTitle.Data()) + "\n// Variables: " + variables +
          "\n// Transformations: " + CommentText(fTransformations.GetSpec()) +
          "\n// Needs neither ROOT nor TorchMVA, but C++17.\n";
}

bool MethodBase::MakeStandaloneCode(const std::string &space, std::string &text, std::string &why) const
{
   StandaloneCode code;
   if (!WritePrediction(code, &why))
      return false;
   const UInt_t nOutputs = GetNOutputs(), nResponses = GetNResponses();
   if (nOutputs < nResponses || (nOutputs > nResponses && nResponses > 1))
      throw Error(EErrorCode::kModel,
                  "expected " + std::to_string(nResponses) + " outputs, the model has " + std::to_string(nOutputs),
                  {{"method", fMethodTitle.Data()}});
   fTransformations.WriteCode(code);
   std::string evaluate = kEvaluate;
   ReplaceAll(evaluate, "@NVARIABLES@", std::to_string(GetNVariables()));
   ReplaceAll(evaluate, "@NOUTPUTS@", std::to_string(nOutputs));
   ReplaceAll(evaluate, "@NRESPONSES@", std::to_string(nResponses));
   ReplaceAll(evaluate, "@FIRST@", std::to_string(nResponses == 1 && !DoRegression() ? GetSignalColumn() : 0));
   const long long nFloats = code.GetNFloats() + GetNVariables() + nOutputs;
   ReplaceAll(evaluate, "@LANES@", std::to_string(nFloats <= kMaxFloatsSideBySide ? StandaloneCode::kLanes : 1));
   text = "namespace " + space + " {\n" + code.Text() + evaluate + "\n} // namespace " + space + "\n";
   return true;
}

void MethodBase::WriteStandaloneHeader(const TString &file, const TString &name) const
{
   const std::string cls = name.IsNull() ? Internal::StandaloneClassName(fMethodTitle) : name.Data();
   Internal::RequireClassName(cls);
   const std::string space = cls + "_detail";
   std::string text, why;
   if (!MakeStandaloneCode(space, text, why))
      throw Error(EErrorCode::kMethod,
                  "no standalone header: " +
                     (why.empty() ? "methods of type " + std::string(GetMethodTypeName()) + " have no such form" : why),
                  {{"method", fMethodTitle.Data()}});
   std::vector<std::string> variables;
   for (const VariableInfo &info : fDataSetInfo.GetVariableInfos())
      variables.emplace_back(info.GetExpression().Data());
   std::string body = kHeaderClass;
   ReplaceAll(body, "@CLASS@", cls);
   ReplaceAll(body, "@SPACE@", space);
   ReplaceAll(body, "@RESPONSES@", NameList(ResponseNames(*this)));
   ReplaceAll(body, "@VARIABLES@", NameList(variables));
   const std::string guard = "TORCHMVA_STANDALONE_" + cls;
   std::ostringstream out;
   out << "// Class: " << cls << ", " << StandaloneComment() << "\n#ifndef " << guard << "\n#define " << guard << "\n\n"
       << Internal::kStandaloneIncludes << "\n"
       << text << body << "\n#endif\n";
   Internal::WriteFile(Internal::ExpandPath(file.Data()), out.str());
   fLogger.Info(("Creating standalone header: " + file).Data());
}

} // namespace TorchMVA
