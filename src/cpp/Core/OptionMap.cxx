#include "TorchMVA/Core/OptionMap.hxx"

#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <string>

namespace TorchMVA {

const TString &OptionMap::Find(const TString &key) const
{
   const auto found = fValues.find(key);
   if (found != fValues.end())
      return found->second;
   std::string known;
   for (const auto &value : fValues)
      known += (known.empty() ? "" : ", ") + std::string(value.first.Data());
   throw Error(EErrorCode::kArgument, "no value '" + std::string(key.Data()) + "'; there are: " + known);
}

void OptionMap::Print() const
{
   const Logger log("OptionMap");
   for (const auto &value : fValues)
      log.Info((value.first + ": " + value.second).Data());
}

} // namespace TorchMVA
