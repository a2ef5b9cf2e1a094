// Searching for a method's options and taking them over.

#include "Method/SearchOptions.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Method/MethodBase.hxx"

#include <cstdlib>

namespace TorchMVA {

using namespace Internal;

std::map<TString, Double_t> MethodBase::Tune(const TString &figure, const TString &fitType,
                                             const std::function<SearchResult_t(const SearchRequest &)> &search)
{
   const SearchOptions options(figure, fitType);
   if (options.IsOfTMVA())
      fLogger.Info(("Optuna searches in place of TMVA's " + options.Algorithm()).Data());
   WithTrainingSample([&] { TakeOver(search(options.Request())); });
   std::map<TString, Double_t> numbers;
   for (const OptionInfo &info : GetOptionInfos())
      if (fTunedOptions.count(info.fName)) {
         char *end = nullptr;
         const double value = std::strtod(info.fValue.c_str(), &end); // MinNodeSize=2.5%
         if (info.fType == "Bool")
            numbers[info.fName.c_str()] = info.fValue == "True";
         else if (end != info.fValue.c_str() && (*end == '\0' || *end == '%'))
            numbers[info.fName.c_str()] = value;
      }
   return numbers;
}

void MethodBase::TakeOver(const std::vector<std::pair<std::string, std::string>> &values)
{
   if (values.empty())
      return;
   for (const auto &value : values) {
      SetOption(value.first, value.second);
      fTunedOptions[value.first] = value.second;
   }
   ProcessOptions();
   fLogger.Info(("Options of \"" + fMethodTitle + "\" from here on: " + GetTunedOptions()).Data());
}

void MethodBase::TakeOver(const std::map<TString, Double_t> &values)
{
   std::vector<std::pair<std::string, std::string>> texts;
   for (const auto &value : values)
      texts.emplace_back(value.first.Data(), TString::Format("%.10g", value.second).Data());
   TakeOver(texts);
}

TString MethodBase::GetTunedOptions() const
{
   TString text;
   for (const auto &option : fTunedOptions)
      text += (text.IsNull() ? "" : ":") + TString(option.first) + "=" + option.second;
   return text;
}

} // namespace TorchMVA
