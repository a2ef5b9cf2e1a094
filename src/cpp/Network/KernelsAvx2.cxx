// The kernels for AVX2 and FMA; CMakeLists.txt has the flags. None on other architectures.

#include "Network/Kernels.hxx"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

namespace TorchMVA {
namespace Internal {
namespace {
constexpr const char *kName = "avx2";
#include "Network/KernelTable.hxx"
} // namespace

const Kernels *KernelsAvx2()
{
   return &kTable;
}

} // namespace Internal
} // namespace TorchMVA
#else
const TorchMVA::Internal::Kernels *TorchMVA::Internal::KernelsAvx2()
{
   return nullptr;
}
#endif
