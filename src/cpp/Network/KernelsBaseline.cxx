// The kernels for what every processor of the architecture has; CMakeLists.txt has the flags.

#include "Network/Kernels.hxx"

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace TorchMVA {
namespace Internal {
namespace {
constexpr const char *kName = "baseline";
#include "Network/KernelTable.hxx"
} // namespace

const Kernels *KernelsBaseline()
{
   return &kTable;
}

} // namespace Internal
} // namespace TorchMVA
