// The parts of TMVA's method interface that most methods leave as they are.

#include "TorchMVA/Method/MethodBase.hxx"

#include "TDirectory.h"

#include "TorchMVA/Weights/WeightFile.hxx"

#include <cstdio>

namespace TorchMVA {

std::map<TString, Double_t> MethodBase::OptimizeTuningParameters(TString, TString)
{
   fLogger.Warning(("Method " + GetMethodTypeName() + " has no parameters that can be optimised: \"" + fMethodTitle +
                    "\" stays as it was booked")
                      .Data());
   return {};
}

void MethodBase::SetTuneParameters(std::map<TString, Double_t> parameters)
{
   if (!parameters.empty())
      fLogger.Warning(("Method " + GetMethodTypeName() + " has no parameters that can be set: \"" + fMethodTitle +
                       "\" stays as it was booked")
                         .Data());
}

TDirectory *MethodBase::MethodBaseDir() const
{
   return fBaseDir ? fBaseDir->GetMotherDir() : nullptr;
}

TString MethodBase::GetTrainingTMVAVersionString() const
{
   const std::string release = fTMVARelease.empty() ? WeightFileHeader().fTMVARelease : fTMVARelease;
   return release.substr(0, release.find(' ')).c_str();
}

UInt_t MethodBase::GetTrainingTMVAVersionCode() const
{
   UInt_t numbers[3] = {0, 0, 0};
   const TString release = GetTrainingTMVAVersionString();
   if (std::sscanf(release.Data(), "%u.%u.%u", &numbers[0], &numbers[1], &numbers[2]) != 3)
      return 0;
   return (numbers[0] << 16) + (numbers[1] << 8) + numbers[2];
}

} // namespace TorchMVA
