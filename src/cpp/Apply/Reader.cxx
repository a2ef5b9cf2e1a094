#include "TorchMVA/Reader.hxx"

#include "Core/ExpandPath.hxx"
#include "EvaluateRows.hxx"
#include "LoadMethod.hxx"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Tools.hxx"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace TorchMVA {

namespace {

/// Error lines about NaN inputs before the reader falls silent about them.
constexpr Long64_t kMaxNaNLines = 10;
/// TMVA's default for "the response of the event"; exact in a double.
constexpr Double_t kNoResponse = -9999999;

std::string Quoted(const TString &text)
{
   return "\"" + std::string(text.Data()) + "\"";
}

Float_t ResponseAt(const std::vector<Float_t> &responses, UInt_t i, const char *what, const TString &tag)
{
   if (i >= responses.size())
      throw Error(EErrorCode::kArgument,
                  std::string("expected a ") + what + " below " + std::to_string(responses.size()) + ", found " +
                     std::to_string(i),
                  {{"tag", tag.Data()}});
   return responses[i];
}

void RequireAnalysis(bool isRight, const MethodBase &method, const char *expected, const char *caller)
{
   if (isRight)
      return;
   const char *found = method.DoRegression()   ? "a regression: use EvaluateRegression"
                       : method.DoMulticlass() ? "a multiclass classification: use EvaluateMulticlass"
                                               : "a classification of signal and background: use EvaluateMVA";
   throw Error(EErrorCode::kMethod, std::string("expected a method of a ") + expected + ", found one of " + found,
               {{"method", method.GetName()}, {"caller", caller}});
}

} // namespace

Reader::Reader(const TString &options, Bool_t verbose) : Configurable("Reader", options), fDataSetInfo("Reader")
{
   DeclareReaderOptions(verbose);
}

Reader::Reader(std::vector<std::string> &variables, const TString &options, Bool_t verbose) : Reader(options, verbose)
{
   AddNames({variables.begin(), variables.end()});
}

Reader::Reader(std::vector<TString> &variables, const TString &options, Bool_t verbose) : Reader(options, verbose)
{
   AddNames(variables);
}

Reader::Reader(const std::string &variables, const char *options, Bool_t verbose)
   : Reader(TString(variables), options, verbose)
{
}

Reader::Reader(const TString &variables, const char *options, Bool_t verbose) : Reader(TString(options), verbose)
{
   AddNames(gTools().SplitString(variables, ':'));
}

Reader::Reader(std::initializer_list<const char *> variables, const char *options, Bool_t verbose)
   : Reader(TString(options), verbose)
{
   AddNames({variables.begin(), variables.end()});
}

Reader::Reader(const char *variables, const char *options, Bool_t verbose)
   : Reader(TString(options ? options : variables), verbose)
{
   if (options)
      AddNames(gTools().SplitString(variables, ':'));
}

Reader::~Reader() = default;

void Reader::DeclareReaderOptions(Bool_t verbose)
{
   fVerbose = verbose;
   DeclareOptionRef(fVerbose, "V", "Verbose output");
   DeclareOptionRef(fColor, "Color", "Coloured output");
   DeclareOptionRef(fSilent, "Silent", "No output but warnings and errors");
   DeclareOptionRef(fCalculateError, "Error",
                    "Ask methods for errors of their responses; GetMVAError() is -1 for a method that knows none");
   DeclareOptionRef(fEngine, "Engine",
                    "What applies a PyTorch network: Native (inside the library, for models that it can express), "
                    "Python, or Auto: the first that can");
   for (const char *name : {"Auto", "Native", "Python"})
      AddPreDefVal(name);
   DeclareOptionRef(fAllowUserCode, "AllowUserCode",
                    "Run the Python code that a weight file names, if the model needs it: from people you trust only "
                    "(docs/security.md)");
   IgnoreName();
   ParseOptions();
   fLogger.SetSource("Reader");
   fLogger.SetMinType(fSilent ? kWARNING : fVerbose ? kVERBOSE : kINFO);
}

void Reader::IgnoreName()
{
   const TString text = GetOptions();
   if (text.IsWhitespace() || text.First(":=!") != kNPOS)
      return;
   std::vector<std::string> known;
   for (const OptionInfo &info : GetOptionInfos()) {
      known.push_back(info.fName);
      known.insert(known.end(), info.fAllowed.begin(), info.fAllowed.end());
   }
   const TString name = text.Strip(TString::kBoth);
   for (const auto &option : known)
      if (name.EqualTo(option.c_str(), TString::kIgnoreCase))
         return;
   fLogger.SetSource("Reader");
   fLogger.Warning("The option string " + Quoted(name) + " has no option of a Reader and is ignored" +
                   Internal::DidYouMean(name.Data(), known));
   SetOptions("");
}

void Reader::AddNames(const std::vector<TString> &variables)
{
   for (const auto &name : variables)
      AddVariable(name, static_cast<Float_t *>(nullptr));
}

// ---- booking --------------------------------------------------------------------------------------------------------

IMethod *Reader::BookMVA(const TString &tag, const TString &weightFile)
{
   RequireFree(tag);
   const std::string path = Internal::ExpandPath(weightFile.Data());
   const XmlDocument document = XmlDocument::Read(path);
   return Book(tag, document.Root(), path.c_str());
}

IMethod *Reader::BookMVA(Types::EMVA type, const char *xml)
{
   const XmlDocument document = XmlDocument::Parse(xml);
   return Book(Types::Instance().GetMethodName(type), document.Root(), "");
}

void Reader::RequireFree(const TString &tag) const
{
   if (fMethods.count(tag) > 0)
      throw Error(EErrorCode::kState, "method tag " + Quoted(tag) + " already exists", {{"caller", "Reader::BookMVA"}});
}

IMethod *Reader::Book(const TString &tag, const XmlNode &root, const TString &weightFile)
{
   RequireFree(tag);
   Booked booked;
   if (!weightFile.IsNull())
      booked.fWeightFile = std::filesystem::absolute(weightFile.Data()).string();
   booked.fInfo = std::make_unique<DataSetInfo>("Reader");
   for (const auto &variable : fDataSetInfo.GetVariableInfos())
      booked.fInfo->AddVariable(variable);
   for (const auto &spectator : fDataSetInfo.GetSpectatorInfos())
      booked.fInfo->AddSpectator(spectator);
   fLogger.Info("Booking " + Quoted(tag) + " of type \"" + Internal::MethodType(root) + "\" from " +
                root.Document()->Path() + ".");
   booked.fMethod =
      Internal::LoadMethod(root, weightFile, *booked.fInfo,
                           {fSilent ? kWARNING : kDEBUG, Types::GetEngine(fEngine), fAllowUserCode != kFALSE});
   return fMethods.emplace(tag, std::move(booked)).first->second.fMethod.get();
}

IMethod *Reader::FindMVA(const TString &tag) const
{
   const auto found = fMethods.find(tag);
   return found == fMethods.end() ? nullptr : found->second.fMethod.get();
}

MethodCuts *Reader::FindCutsMVA(const TString &tag) const
{
   fLogger.Warning("FindCutsMVA(" + Quoted(tag) +
                   "): there is no method of cuts (kCuts) here; FindMVA finds the others");
   return nullptr;
}

MethodBase &Reader::Require(const TString &tag, const char *caller) const
{
   return *RequireBooked(tag, caller).fMethod;
}

const Reader::Booked &Reader::RequireBooked(const TString &tag, const char *caller) const
{
   const auto found = fMethods.find(tag);
   if (found != fMethods.end())
      return found->second;
   std::string known;
   for (const auto &entry : fMethods)
      known += (known.empty() ? "" : ", ") + Quoted(entry.first);
   throw Error(EErrorCode::kState,
               "no method is booked under the tag " + Quoted(tag) + "; booked: " + (known.empty() ? "none" : known),
               {{"caller", caller}});
}

MethodBase &Reader::RequireNow(const TString &tag, const char *caller)
{
   if (!fLastTag || tag != *fLastTag) {
      fLastMethod = &Require(tag, caller);
      fLastTag = &fMethods.find(tag)->first;
   }
   return *fLastMethod;
}

MethodBase &Reader::Require(MethodBase *method, const char *caller) const
{
   if (!method)
      throw Error(EErrorCode::kArgument, "expected a method, found a null pointer", {{"caller", caller}});
   return *method;
}

// ---- evaluation -----------------------------------------------------------------------------------------------------

void Reader::ReadInputs(const char *caller)
{
   fValues.resize(fVariableAddresses.size());
   for (std::size_t i = 0; i < fVariableAddresses.size(); ++i) {
      if (!fVariableAddresses[i].fAddress)
         throw Error(EErrorCode::kState,
                     "this variable has no address: declare it with AddVariable(name, &value), or pass the values",
                     {{"variable", fDataSetInfo.GetVariableInfo(i).GetExpression().Data()}, {"caller", caller}});
      fValues[i] = static_cast<Float_t>(fVariableAddresses[i].Read());
   }
   fSpectators.resize(fSpectatorAddresses.size());
   for (std::size_t i = 0; i < fSpectatorAddresses.size(); ++i) {
      if (!fSpectatorAddresses[i].fAddress) { // without one there are none: a value made up could choose the wrong fold
         fSpectators.clear();
         break;
      }
      fSpectators[i] = fSpectatorAddresses[i].Read();
   }
}

template <typename T>
void Reader::CopyInputs(const T &variables)
{
   fValues.assign(variables.begin(), variables.end());
   fSpectators.clear();
}

const Double_t *Reader::SpectatorsFor(const MethodBase &method) const
{
   return !fSpectators.empty() && fSpectators.size() == method.DataInfo().GetNSpectators() ? fSpectators.data()
                                                                                           : nullptr;
}

void Reader::ReportNaN(const std::string &text) const
{
   const Long64_t line = ++fNNaNLines;
   if (line <= kMaxNaNLines)
      fLogger.Error(text + (line == kMaxNaNLines ? " (no more such lines from this reader)" : ""));
}

const std::vector<Float_t> &Reader::EvaluateInputs(const MethodBase &method)
{
   if (fValues.size() != method.GetNVariables())
      throw Error(
         EErrorCode::kArgument,
         "expected " + std::to_string(method.GetNVariables()) + " variables, found " + std::to_string(fValues.size()),
         {{"method", method.GetName()}, {"declared in the reader", std::to_string(fVariableAddresses.size())}});
   fResponses.resize(method.GetNResponses());
   fHasNaN = Internal::HasNaN(fValues.data(), static_cast<Long64_t>(fValues.size()));
   if (fHasNaN) {
      const auto nan = std::find_if(fValues.begin(), fValues.end(), [](Float_t x) { return std::isnan(x); });
      const auto number = static_cast<Int_t>(nan - fValues.begin());
      ReportNaN(std::to_string(number) + "-th variable of the event is NaN --> return MVA value -999 (" +
                std::string(method.GetInputLabel(number).Data()) + ")");
      std::fill(fResponses.begin(), fResponses.end(), Internal::kNaNResponse);
   } else {
      method.Evaluate(fValues.data(), 1, fResponses.data(), SpectatorsFor(method));
   }
   return fResponses;
}

Double_t Reader::EvaluateFirst(const MethodBase &method)
{
   const Double_t response = EvaluateInputs(method).at(0);
   fMvaErrorLower = fMvaErrorUpper = -1;
   if (fCalculateError && !fHasNaN) {
      std::vector<Float_t> errors(method.GetNResponses(), -1);
      method.EvaluateErrors(fValues.data(), 1, errors.data(), SpectatorsFor(method));
      fMvaErrorLower = fMvaErrorUpper = errors.at(0);
   }
   return response;
}

Double_t Reader::EvaluateMVA(const TString &tag, Double_t aux)
{
   return EvaluateMVA(&RequireNow(tag, "Reader::EvaluateMVA"), aux);
}

Double_t Reader::EvaluateMVA(MethodBase *method, Double_t)
{
   const MethodBase &required = Require(method, "Reader::EvaluateMVA");
   ReadInputs("Reader::EvaluateMVA");
   return EvaluateFirst(required);
}

Double_t Reader::EvaluateMVA(const std::vector<Float_t> &variables, const TString &tag, Double_t)
{
   const MethodBase &method = RequireNow(tag, "Reader::EvaluateMVA");
   CopyInputs(variables);
   return EvaluateFirst(method);
}

Double_t Reader::EvaluateMVA(const std::vector<Double_t> &variables, const TString &tag, Double_t)
{
   const MethodBase &method = RequireNow(tag, "Reader::EvaluateMVA");
   CopyInputs(variables);
   return EvaluateFirst(method);
}

Double_t Reader::EvaluateMVA(std::initializer_list<Double_t> variables, const TString &tag, Double_t)
{
   const MethodBase &method = RequireNow(tag, "Reader::EvaluateMVA");
   CopyInputs(variables);
   return EvaluateFirst(method);
}

const std::vector<Float_t> &Reader::EvaluateRegression(const TString &tag, Double_t aux)
{
   return EvaluateRegression(&RequireNow(tag, "Reader::EvaluateRegression"), aux);
}

const std::vector<Float_t> &Reader::EvaluateRegression(MethodBase *method, Double_t)
{
   const MethodBase &required = Require(method, "Reader::EvaluateRegression");
   RequireAnalysis(required.DoRegression(), required, "regression", "Reader::EvaluateRegression");
   ReadInputs("Reader::EvaluateRegression");
   return EvaluateInputs(required);
}

Float_t Reader::EvaluateRegression(UInt_t target, const TString &tag, Double_t aux)
{
   return ResponseAt(EvaluateRegression(tag, aux), target, "target", tag);
}

const std::vector<Float_t> &Reader::EvaluateMulticlass(const TString &tag, Double_t aux)
{
   return EvaluateMulticlass(&RequireNow(tag, "Reader::EvaluateMulticlass"), aux);
}

const std::vector<Float_t> &Reader::EvaluateMulticlass(MethodBase *method, Double_t)
{
   const MethodBase &required = Require(method, "Reader::EvaluateMulticlass");
   RequireAnalysis(required.DoMulticlass(), required, "multiclass classification", "Reader::EvaluateMulticlass");
   ReadInputs("Reader::EvaluateMulticlass");
   return EvaluateInputs(required);
}

Float_t Reader::EvaluateMulticlass(UInt_t cls, const TString &tag, Double_t aux)
{
   return ResponseAt(EvaluateMulticlass(tag, aux), cls, "class", tag);
}

Bool_t Reader::FindResponse(MethodBase &method, Double_t given, Double_t &mva, const char *caller)
{
   mva = given;
   if (given != kNoResponse)
      return kTRUE;
   ReadInputs(caller);
   mva = EvaluateInputs(method).at(0);
   return !fHasNaN;
}

Double_t Reader::GetProba(const TString &tag, Double_t apriorSignal, Double_t mva)
{
   MethodBase &method = RequireNow(tag, "Reader::GetProba");
   return FindResponse(method, mva, mva, "Reader::GetProba") ? method.GetProba(mva, apriorSignal)
                                                             : Internal::kNaNResponse;
}

Double_t Reader::GetRarity(const TString &tag, Double_t mva)
{
   MethodBase &method = RequireNow(tag, "Reader::GetRarity");
   return FindResponse(method, mva, mva, "Reader::GetRarity") ? method.GetRarity(mva) : Internal::kNaNResponse;
}

void Reader::EvaluateBatch(const TString &tag, const Float_t *variables, Long64_t n, Float_t *responses,
                           const Double_t *spectators) const
{
   const MethodBase &method = Require(tag, "Reader::EvaluateBatch");
   if (n < 0 || (n > 0 && (!variables || !responses)))
      throw Error(EErrorCode::kArgument,
                  n < 0 ? "expected a number of events of 0 or more, found " + std::to_string(n)
                        : std::string("expected ") + (variables ? "responses" : "variables") + ", found a null pointer",
                  {{"tag", tag.Data()}, {"caller", "Reader::EvaluateBatch"}});
   const Long64_t nNaN = Internal::EvaluateRows(method, variables, n, responses, spectators);
   if (nNaN > 0)
      ReportNaN(std::to_string(nNaN) + " of " + std::to_string(n) +
                " events have a NaN among their variables --> return MVA value -999");
}

void Reader::WriteStandaloneHeader(const TString &tag, const TString &file, const TString &name) const
{
   Require(tag, "Reader::WriteStandaloneHeader").WriteStandaloneHeader(file, name);
}

UInt_t Reader::GetNResponses(const TString &tag) const
{
   return Require(tag, "Reader::GetNResponses").GetNResponses();
}

UInt_t Reader::GetNVariables(const TString &tag) const
{
   return Require(tag, "Reader::GetNVariables").GetNVariables();
}

UInt_t Reader::GetNSpectators(const TString &tag) const
{
   return Require(tag, "Reader::GetNSpectators").DataInfo().GetNSpectators();
}

std::vector<std::string> Reader::GetTags() const
{
   std::vector<std::string> tags;
   for (const auto &entry : fMethods)
      tags.emplace_back(entry.first.Data());
   return tags;
}

const std::string &Reader::GetWeightFile(const TString &tag) const
{
   return RequireBooked(tag, "Reader::GetWeightFile").fWeightFile;
}

} // namespace TorchMVA
