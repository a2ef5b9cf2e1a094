#ifndef TORCHMVA_OUTPUT_PLOTTEDCOLUMN_HXX
#define TORCHMVA_OUTPUT_PLOTTEDCOLUMN_HXX

#include "TAxis.h"
#include "TorchMVA/Core/Matrix.hxx"
#include "TorchMVA/Data/VariableInfo.hxx"

#include <cstdint>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

/// One column of a sample with the range and moments of all classes together.
class PlottedColumn {
public:
   /// `weights`: one a row, null: all 1.
   PlottedColumn(const VariableInfo &info, const MatrixView<const float> &matrix, Long64_t column,
                 const float *weights);

   float Value(Long64_t i) const { return fValues[i]; }
   Long64_t Size() const { return static_cast<Long64_t>(fValues.size()); }
   std::string Name() const { return fInfo->GetInternalName().Data(); }
   std::string Title() const { return fInfo->GetTitle().Data(); }
   std::string AxisTitle() const;
   double Min() const { return fMin; }
   /// Larger than Min(), also for a constant.
   double Max() const { return fMax; }
   /// Bins of the distribution: gConfig's fNbins1D between mean +- fTimesRMS * RMS, cut to where values are, and one bin
   /// wider so that the largest value is inside. A variable of type 'I' with whole numbers only: bins centred on them,
   /// one a number as long as that makes at most 5 * fNbins1D bins, else as many numbers a bin as needed.
   TAxis DistributionAxis() const;
   /// Number of each value's bin on an axis, as TAxis::FindFixBin; for axes of less than 65000 bins.
   std::vector<std::uint16_t> Bins(const TAxis &axis) const;

private:
   const VariableInfo *fInfo;
   std::vector<float> fValues; ///< in one piece: the plots of pairs read every column many times
   double fMin = 0, fMax = 0, fMean = 0, fRms = 0;
   bool fIsWhole = true;
};

} // namespace Internal
} // namespace TorchMVA

#endif
