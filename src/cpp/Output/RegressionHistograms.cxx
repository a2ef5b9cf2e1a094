#include "Output/DirectoryTools.hxx"
#include "TH1F.h"
#include "TH2F.h"
#include "TorchMVA/Data/DataSetInfo.hxx"
#include "TorchMVA/Output/OutputFile.hxx"

#include <algorithm>
#include <limits>

namespace TorchMVA {

namespace {
constexpr int kDeviationBins = 50;
constexpr int kSquareBins = 500;
constexpr double kSquareMargin = 1.1;
constexpr double kBestFraction = 0.9;

/// A column of a row-major matrix.
struct Column {
   const float *fFirst;
   Long64_t fStride;
   double operator[](Long64_t i) const { return fFirst[i * fStride]; }
};

struct Range {
   double fLow = std::numeric_limits<double>::infinity();
   double fHigh = -std::numeric_limits<double>::infinity();
   void Include(double x)
   {
      fLow = std::min(fLow, x);
      fHigh = std::max(fHigh, x);
   }
   /// A little more than one bin of space on both sides.
   Range Widened() const
   {
      const double margin = fHigh > fLow ? 1.01 * (fHigh - fLow) / (kDeviationBins - 1) : 0.5;
      return {fLow - margin, fHigh + margin};
   }
};

void WriteDeviation(TDirectory *directory, const std::string &name, const Column &x, const VariableInfo &info,
                    const RegressionSample &sample)
{
   Range rangeX, rangeY;
   for (Long64_t i = 0; i < sample.fN; ++i) {
      rangeX.Include(x[i]);
      rangeY.Include(sample.Deviation(i));
   }
   rangeX = rangeX.Widened();
   rangeY = rangeY.Widened();
   TH2F histogram(name.c_str(), name.c_str(), kDeviationBins, rangeX.fLow, rangeX.fHigh, kDeviationBins, rangeY.fLow,
                  rangeY.fHigh);
   histogram.GetXaxis()->SetTitle(Internal::AxisTitle(info).c_str());
   histogram.GetYaxis()->SetTitle("Deviation (prediction - true)");
   for (Long64_t i = 0; i < sample.fN; ++i)
      histogram.Fill(x[i], sample.Deviation(i), sample.Weight(i));
   Internal::WriteObject(directory, histogram);
}

/// Squared deviations up to `limit`, on an axis that goes a little beyond.
TH1F MakeSquares(const std::string &name, const RegressionSample &sample, double limit)
{
   TH1F histogram(name.c_str(), name.c_str(), kSquareBins, 0, limit > 0 ? kSquareMargin * limit : 1.0);
   histogram.Sumw2();
   histogram.GetXaxis()->SetTitle("Quadratic Deviation");
   histogram.GetYaxis()->SetTitle("Weighted Entries");
   for (Long64_t i = 0; i < sample.fN; ++i) {
      const double square = sample.Deviation(i) * sample.Deviation(i);
      if (square <= limit)
         histogram.Fill(square, sample.Weight(i));
   }
   return histogram;
}

void WriteSquares(TDirectory *directory, const std::string &prefix, UInt_t target, const RegressionSample &sample)
{
   const std::string suffix = "target_" + std::to_string(target) + "_";
   double max = 0;
   for (Long64_t i = 0; i < sample.fN; ++i)
      max = std::max(max, sample.Deviation(i) * sample.Deviation(i));
   TH1F all = MakeSquares(prefix + "_Quadr_Deviation_" + suffix, sample, max);
   double fraction = kBestFraction, limit = max;
   if (all.Integral() > 0)
      all.GetQuantiles(1, &limit, &fraction);
   Internal::WriteObject(directory, all);
   const TH1F best = MakeSquares(prefix + "_Quadr_Dev_best90perc_" + suffix, sample, limit);
   Internal::WriteObject(directory, best);
}
} // namespace

void WriteRegressionHistograms(TDirectory *methodDirectory, const std::string &title, Types::ETreeType type,
                               const DataSetInfo &info, const Sample &sample, const float *predictions)
{
   if (sample.Size() == 0)
      return;
   const Internal::DetachedScope detached;
   const std::string prefix = "MVA_" + title + (type == Types::kTraining ? "train" : "test");
   const Long64_t nVariables = sample.fVariables.fColumns, nTargets = sample.fTargets.fColumns;
   for (Long64_t j = 0; j < nTargets; ++j) {
      const RegressionSample one{predictions + j, nTargets,        sample.fTargets.fData + j,
                                 nTargets,        sample.fWeights, sample.Size()};
      const std::string end = "_rtgt" + std::to_string(j);
      for (Long64_t i = 0; i < nVariables; ++i)
         WriteDeviation(methodDirectory, prefix + "_reg_var" + std::to_string(i) + end,
                        {sample.fVariables.fData + i, nVariables}, info.GetVariableInfo(static_cast<Int_t>(i)), one);
      for (Long64_t i = 0; i < nTargets; ++i)
         WriteDeviation(methodDirectory, prefix + "_reg_tgt" + std::to_string(i) + end,
                        {sample.fTargets.fData + i, nTargets}, info.GetTargetInfo(static_cast<Int_t>(i)), one);
      WriteSquares(methodDirectory, prefix, static_cast<UInt_t>(j), one);
   }
}

} // namespace TorchMVA
