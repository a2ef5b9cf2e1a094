// The kernels for AVX-512; CMakeLists.txt has the flags. None on other architectures.

#include "Network/Kernels.hxx"

#if defined(__AVX512F__)
#include <immintrin.h>

namespace TorchMVA {
namespace Internal {
namespace {
constexpr const char *kName = "avx512";
#include "Network/KernelTable.hxx"
} // namespace

const Kernels *KernelsAvx512()
{
   return &kTable;
}

} // namespace Internal
} // namespace TorchMVA
#else
const TorchMVA::Internal::Kernels *TorchMVA::Internal::KernelsAvx512()
{
   return nullptr;
}
#endif
