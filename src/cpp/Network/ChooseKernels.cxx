#include "Network/ChooseKernels.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <cstdlib>

namespace TorchMVA {
namespace Internal {

const std::vector<const Kernels *> &AvailableKernels()
{
   static const auto *const available = [] {
      auto *list = new std::vector<const Kernels *>{KernelsBaseline()};
#if defined(__x86_64__)
      __builtin_cpu_init();
      if (KernelsAvx2() && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
         list->push_back(KernelsAvx2());
      if (KernelsAvx512() && __builtin_cpu_supports("avx512f"))
         list->push_back(KernelsAvx512());
#endif
      return list;
   }();
   return *available;
}

const Kernels &ChooseKernels(std::string name)
{
   const std::string place = name.empty() ? "TORCHMVA_INSTRUCTIONS" : "instructions";
   if (name.empty()) {
      if (const char *variable = std::getenv("TORCHMVA_INSTRUCTIONS"))
         name = variable;
   }
   const auto &available = AvailableKernels();
   if (name.empty())
      return *available.back();
   std::string known;
   for (const Kernels *kernels : available) {
      if (name == kernels->fName)
         return *kernels;
      known += (known.empty() ? "" : ", ") + std::string(kernels->fName);
   }
   throw Error(EErrorCode::kArgument,
               "expected an instruction set that this processor has (" + known + "), found '" + name + "'",
               {{"argument", place}});
}

} // namespace Internal
} // namespace TorchMVA
