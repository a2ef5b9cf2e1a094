#include "TorchMVA/Core/Matrix.hxx"

#include <limits>
#include <new>
#include <sys/mman.h>

namespace TorchMVA {

namespace {
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kHugePage = std::size_t(2) << 20;

std::shared_ptr<void> Allocate(std::size_t bytes)
{
   // Rows of a shuffled data set are written and read in random order: with small pages nearly each of them costs a
   // page-table walk, and the first touch of each page a fault. Huge pages are a wish, not a need.
   const bool large = bytes >= 4 * kHugePage;
   const std::align_val_t alignment{large ? kHugePage : kAlignment};
   void *block = ::operator new(bytes, alignment);
   std::shared_ptr<void> owner(block, [alignment](void *p) { ::operator delete(p, alignment); });
#ifdef MADV_HUGEPAGE
   if (large)
      ::madvise(block, bytes, MADV_HUGEPAGE);
#endif
   return owner;
}
} // namespace

template <typename T>
SharedMatrix<T>::SharedMatrix(Long64_t rows, Long64_t columns) : fRows(rows), fColumns(columns)
{
   if (rows < 0 || columns < 0 ||
       (columns > 0 && rows > std::numeric_limits<Long64_t>::max() / columns / Long64_t(sizeof(T))))
      throw std::bad_alloc();
   // At least one element, so that an empty matrix has an address too.
   const std::size_t bytes = (rows * columns > 0 ? std::size_t(rows) * columns : 1) * sizeof(T);
   fOwner = Allocate(bytes);
   fData = static_cast<T *>(fOwner.get());
}

template class SharedMatrix<float>;
template class SharedMatrix<double>;
template class SharedMatrix<int>;

} // namespace TorchMVA
