#include "Output/PlottedColumn.hxx"

#include "Output/DirectoryTools.hxx"
#include "TorchMVA/Core/Config.hxx"

#include <algorithm>
#include <cmath>
#include <limits>

namespace TorchMVA {
namespace Internal {

namespace {
constexpr double kMoreIntegerBins = 5; ///< times fNbins1D: as many bins as there are numbers, up to this
}

PlottedColumn::PlottedColumn(const VariableInfo &info, const MatrixView<const float> &matrix, Long64_t column,
                             const float *weights)
   : fInfo(&info), fValues(matrix.fRows)
{
   fMin = std::numeric_limits<double>::infinity();
   fMax = -fMin;
   double sumW = 0, sum = 0, squares = 0;
   for (Long64_t i = 0; i < matrix.fRows; ++i) {
      fValues[i] = matrix(i, column);
      const double x = fValues[i], w = weights ? weights[i] : 1.0;
      fMin = std::min(fMin, x);
      fMax = std::max(fMax, x);
      fIsWhole = fIsWhole && x == std::floor(x);
      sumW += w;
      sum += w * x;
      squares += w * x * x;
   }
   if (sumW > 0) {
      fMean = sum / sumW;
      fRms = std::sqrt(std::max(0.0, squares / sumW - fMean * fMean));
   }
   if (!(fMax > fMin)) // a constant
      fMax = fMin + 1;
}

std::string PlottedColumn::AxisTitle() const
{
   return Internal::AxisTitle(*fInfo);
}

TAxis PlottedColumn::DistributionAxis() const
{
   const Config::VariablePlotting &plotting = gConfig().GetVariablePlotting();
   const int bins = plotting.fNbins1D;
   if (fInfo->GetVarType() == 'I' && fIsWhole) {
      const double numbers = fMax - fMin + 1;
      const double perBin = std::ceil(numbers / (kMoreIntegerBins * bins));
      const double used = std::ceil(numbers / perBin);
      return {static_cast<int>(used), fMin - 0.5, fMin - 0.5 + used * perBin};
   }
   double low = std::max(fMin, fMean - plotting.fTimesRMS * fRms);
   double high = std::min(fMax, fMean + plotting.fTimesRMS * fRms);
   if (!(high > low)) {
      low = fMin;
      high = fMax;
   }
   return {bins, low, high + (high - low) / bins};
}

std::vector<std::uint16_t> PlottedColumn::Bins(const TAxis &axis) const
{
   std::vector<std::uint16_t> bins(fValues.size());
   for (std::size_t i = 0; i < bins.size(); ++i)
      bins[i] = static_cast<std::uint16_t>(axis.FindFixBin(fValues[i]));
   return bins;
}

} // namespace Internal
} // namespace TorchMVA
