// The parts of TMVA's method interface that most methods leave as they are.

#include "TorchMVA/Method/MethodBase.hxx"

#include "TDirectory.h"
#include "TorchMVA/Tools.hxx"

#include "TorchMVA/Weights/WeightFile.hxx"

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
   const TString release = GetTrainingTMVAVersionString();
   UInt_t code = 0;
   int nNumbers = 0;
   for (const TString &number : gTools().SplitString(release, '.')) {
      if (!number.IsDigit())
         return 0;
      code = (code << 8) + number.Atoi();
      ++nNumbers;
   }
   return nNumbers == 3 ? code : 0;
}

} // namespace TorchMVA
