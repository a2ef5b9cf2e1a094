#include "TorchMVA/Core/Config.hxx"

#include "TROOT.h"
#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <sched.h>
#include <thread>

namespace TorchMVA {

Config &Config::Instance()
{
   static Config instance;
   return instance;
}

void Config::EnableMT(UInt_t nThreads)
{
   ROOT::EnableImplicitMT(nThreads);
   fNThreads = nThreads;
}

void Config::DisableMT()
{
   ROOT::DisableImplicitMT();
   fNThreads = 1;
}

Bool_t Config::IsMTEnabled() const
{
   return ROOT::IsImplicitMTEnabled();
}

UInt_t Config::GetNThreads() const
{
   return fNThreads > 0 ? fNThreads : GetNCpu();
}

UInt_t Config::GetNCpu() const
{
   // Not hardware_concurrency first: batch systems give a job some of the machine's cores.
   cpu_set_t allowed;
   const int n = sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
   return n > 0 ? static_cast<UInt_t>(n) : std::max(std::thread::hardware_concurrency(), 1u);
}

void Config::SetNumWorkers(UInt_t n)
{
   if (n == 0)
      throw Error(EErrorCode::kArgument, "expected at least one worker, found 0",
                  {{"caller", "Config::SetNumWorkers"}});
   fNumWorkers = n;
}

Config &gConfig()
{
   return Config::Instance();
}

} // namespace TorchMVA
