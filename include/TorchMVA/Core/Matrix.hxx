#ifndef TORCHMVA_CORE_MATRIX_HXX
#define TORCHMVA_CORE_MATRIX_HXX

#include "RtypesCore.h"

#include <cstddef>
#include <memory>

namespace TorchMVA {

/// Row-major, contiguous matrix that somebody else owns: fRows x fColumns elements from fData.
/// A plain value; valid as long as the owner of the memory lives.
template <typename T>
struct MatrixView {
   T *fData = nullptr;
   Long64_t fRows = 0;
   Long64_t fColumns = 0;

   MatrixView() = default;
   MatrixView(T *data, Long64_t rows, Long64_t columns) : fData(data), fRows(rows), fColumns(columns) {}
   /// A view of mutable elements is a view of constant ones.
   template <typename U>
   MatrixView(const MatrixView<U> &o) : fData(o.fData), fRows(o.fRows), fColumns(o.fColumns)
   {
   }

   T *Row(Long64_t i) const { return fData + i * fColumns; }
   T &operator()(Long64_t i, Long64_t j) const { return fData[i * fColumns + j]; }
   Long64_t Size() const { return fRows * fColumns; }
   bool Empty() const { return Size() == 0; }
   /// Rows [first, first + n).
   MatrixView Slice(Long64_t first, Long64_t n) const { return {fData + first * fColumns, n, fColumns}; }
};

/// Owner of a row-major matrix in one 64-byte aligned, shared block of memory. Copies share the memory.
/// The block lives until its last owner is gone: an array that Python holds is such an owner.
template <typename T>
class SharedMatrix {
public:
   SharedMatrix() = default;
   /// Allocates rows x columns elements, not initialised. Throws std::bad_alloc.
   SharedMatrix(Long64_t rows, Long64_t columns);

   MatrixView<T> View() { return {fData, fRows, fColumns}; }
   MatrixView<const T> View() const { return {fData, fRows, fColumns}; }
   T *Data() { return fData; }
   const T *Data() const { return fData; }
   Long64_t Rows() const { return fRows; }
   Long64_t Columns() const { return fColumns; }
   /// Keeps the memory alive.
   std::shared_ptr<const void> Owner() const { return fOwner; }

private:
   std::shared_ptr<void> fOwner;
   T *fData = nullptr;
   Long64_t fRows = 0;
   Long64_t fColumns = 0;
};

extern template class SharedMatrix<float>;
extern template class SharedMatrix<double>;
extern template class SharedMatrix<int>;

} // namespace TorchMVA

#endif
