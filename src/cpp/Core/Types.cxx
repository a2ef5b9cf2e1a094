#include "TorchMVA/Core/Types.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/NearestName.hxx"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace TorchMVA {

struct Types::Impl {
   std::map<std::string, EMVA> fNumbers;
   std::map<EMVA, std::string> fNames; ///< the first name given to a number
};

Types::Types() : fImpl(std::make_unique<Impl>())
{
   // In the order of EMVA.
   static const char *const names[] = {
      "Variable", "Cuts",    "Likelihood", "PDERS", "HMatrix", "Fisher",          "KNN",        "CFMlpANN", "TMlpANN",
      "BDT",      "DT",      "RuleFit",    "SVM",   "MLP",     "BayesClassifier", "FDA",        "Boost",    "PDEFoam",
      "LD",       "Plugins", "Category",   "DNN",   "DL",      "PyRandomForest",  "PyAdaBoost", "PyGTB",    "PyKeras",
      "PyTorch",  "C50",     "RSNNS",      "RSVM",  "RXGB",    "CrossValidation"};
   static_assert(sizeof(names) / sizeof(names[0]) == kMaxMethod, "a method type without a name");
   for (int i = 0; i < kMaxMethod; ++i)
      AddTypeMapping(static_cast<EMVA>(i), names[i]);
}

Types::~Types() = default;

Types &Types::Instance()
{
   static Types instance;
   return instance;
}

Types::EMVA Types::GetMethodType(const TString &name) const
{
   const auto found = fImpl->fNumbers.find(name.Data());
   if (found != fImpl->fNumbers.end())
      return found->second;
   std::vector<std::string> known;
   for (const auto &item : fImpl->fNumbers)
      known.push_back(item.first);
   throw Error(EErrorCode::kMethod,
               "unknown method type '" + std::string(name) + "'" + Internal::DidYouMean(name.Data(), known));
}

TString Types::GetMethodName(EMVA type) const
{
   const auto found = fImpl->fNames.find(type);
   if (found != fImpl->fNames.end())
      return found->second;
   throw Error(EErrorCode::kMethod, "unknown method type number " + std::to_string(static_cast<int>(type)) +
                                       ", expected 0 to " + std::to_string(kMaxMethod - 1) +
                                       " or one added with "
                                       "AddTypeMapping");
}

Bool_t Types::AddTypeMapping(EMVA type, const TString &name)
{
   const auto inserted = fImpl->fNumbers.emplace(name.Data(), type);
   if (inserted.second)
      fImpl->fNames.emplace(type, name.Data());
   return inserted.second || inserted.first->second == type;
}

Types::EMVA Types::AddTypeMapping(const TString &name)
{
   const auto found = fImpl->fNumbers.find(name.Data());
   if (found != fImpl->fNumbers.end())
      return found->second;
   const EMVA highest = fImpl->fNames.rbegin()->first;
   const EMVA number = static_cast<EMVA>(std::max<int>(highest, kMaxMethod) + 1);
   AddTypeMapping(number, name);
   return number;
}

const char *Types::GetAnalysisTypeName(EAnalysisType type)
{
   switch (type) {
   case kClassification: return "Classification";
   case kRegression: return "Regression";
   case kMulticlass: return "Multiclass";
   default: return "NoAnalysisType";
   }
}

Types::EAnalysisType Types::GetAnalysisType(const TString &name)
{
   std::vector<std::string> known;
   for (const auto type : {kClassification, kRegression, kMulticlass}) {
      if (name.CompareTo(GetAnalysisTypeName(type), TString::kIgnoreCase) == 0)
         return type;
      known.emplace_back(GetAnalysisTypeName(type));
   }
   throw Error(EErrorCode::kArgument, "unknown analysis type '" + std::string(name) +
                                         "', expected Classification, Regression or Multiclass" +
                                         Internal::DidYouMean(name.Data(), known));
}

Types::EEngine Types::GetEngine(const TString &name)
{
   const std::pair<const char *, EEngine> known[] = {
      {"Auto", kAutoEngine}, {"Native", kNativeEngine}, {"Python", kPythonEngine}};
   for (const auto &[text, engine] : known) {
      if (name.CompareTo(text, TString::kIgnoreCase) == 0)
         return engine;
   }
   throw Error(EErrorCode::kArgument, "unknown engine '" + std::string(name) + "', expected Auto, Native or Python");
}

} // namespace TorchMVA
