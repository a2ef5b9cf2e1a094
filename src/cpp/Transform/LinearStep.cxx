#include "LinearStep.hxx"

#include "TMatrixD.h"
#include "TorchMVA/Core/Error.hxx"

namespace TorchMVA {
namespace Internal {

void LinearStep::Prepare()
{
   const int n = NSlots();
   const Map &map = fMaps[ActiveSet(static_cast<int>(fMaps.size()))];
   fForward = map.fMatrix;
   fForwardOffset.assign(n, 0.0);
   for (int i = 0; i < n; ++i) {
      for (int k = 0; k < n; ++k)
         fForwardOffset[i] -= map.fMatrix[i * n + k] * map.fCenter[k];
   }
   if (!Touches(Slot::kTarget))
      return;
   TMatrixD inverse(n, n, map.fMatrix.data());
   double determinant = 0;
   inverse.InvertFast(&determinant);
   if (determinant == 0 || !inverse.IsValid())
      throw Error(EErrorCode::kData, std::string(ShortName()) + ": the matrix for the targets has no inverse");
   fBackward.assign(inverse.GetMatrixArray(), inverse.GetMatrixArray() + n * n);
   fBackwardOffset = map.fCenter;
}

void LinearStep::Multiply(ColumnBlock &block, const std::vector<double> &matrix,
                          const std::vector<double> &offset) const
{
   const int n = NSlots();
   for (int g = 0; g < block.fStride; g += kLanes) {
      for (int i = 0; i < n; ++i) {
         double sum[kLanes];
         for (int r = 0; r < kLanes; ++r)
            sum[r] = offset[i];
         const double *row = matrix.data() + static_cast<std::size_t>(i) * n;
         for (int k = 0; k < n; ++k) {
            const float *x = ColumnOf(block, k) + g;
            const double factor = row[k];
            for (int r = 0; r < kLanes; ++r)
               sum[r] += factor * x[r];
         }
         float *y = block.fScratch + i * kLanes;
         for (int r = 0; r < kLanes; ++r)
            y[r] = static_cast<float>(sum[r]);
      }
      for (int i = 0; i < n; ++i) {
         const float *y = block.fScratch + i * kLanes;
         float *x = ColumnOf(block, i) + g;
         for (int r = 0; r < kLanes; ++r)
            x[r] = y[r];
      }
   }
}

void LinearStep::Apply(ColumnBlock &block) const
{
   if (IsPresent(block.fPresent))
      Multiply(block, fForward, fForwardOffset);
}

void LinearStep::Invert(ColumnBlock &block) const
{
   if (IsPresent(block.fPresent))
      Multiply(block, fBackward, fBackwardOffset);
}

} // namespace Internal
} // namespace TorchMVA
