#include "TorchMVA/Core/Matrix.hxx"

#include <limits>
#include <new>

namespace TorchMVA {

namespace {
constexpr std::align_val_t kAlignment{64};
}

template <typename T>
SharedMatrix<T>::SharedMatrix(Long64_t rows, Long64_t columns) : fRows(rows), fColumns(columns)
{
   if (rows < 0 || columns < 0 ||
       (columns > 0 && rows > std::numeric_limits<Long64_t>::max() / columns / Long64_t(sizeof(T))))
      throw std::bad_alloc();
   // At least one element, so that an empty matrix has an address too.
   const std::size_t bytes = (rows * columns > 0 ? std::size_t(rows) * columns : 1) * sizeof(T);
   void *block = ::operator new(bytes, kAlignment);
   fOwner = std::shared_ptr<void>(block, [](void *p) { ::operator delete(p, kAlignment); });
   fData = static_cast<T *>(block);
}

template class SharedMatrix<float>;
template class SharedMatrix<double>;
template class SharedMatrix<int>;

} // namespace TorchMVA
