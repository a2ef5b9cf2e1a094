#include "Evaluate/MvaPdf.hxx"

#include "Evaluate/ResponseCheck.hxx"
#include "TH1D.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace TorchMVA {
namespace Internal {

namespace {

TH1D FillDensity(const ScoredSample &sample, int signalClass, bool ofSignal, const std::string &name, int bins,
                 double low, double high)
{
   TH1D histogram("", "", bins, low, high);
   histogram.SetDirectory(nullptr);
   histogram.SetNameTitle(name.c_str(), name.c_str());
   histogram.Sumw2();
   const double lastCentre = histogram.GetBinCenter(bins);
   for (Long64_t i = 0; i < sample.fN; ++i) {
      const double y = sample.Response(i);
      RequireFinite(y, "response", i);
      RequireFinite(sample.Weight(i), "weight", i);
      if ((sample.Class(i) == signalClass) == ofSignal)
         histogram.Fill(y == high ? lastCentre : y, sample.Weight(i));
   }
   const double sum = histogram.GetSumOfWeights();
   RequirePositiveSum(sum, ofSignal ? "signal" : "background");
   histogram.Scale(bins / (sum * (high - low)));
   return histogram;
}

} // namespace

PDF MakeResponsePdf(const ScoredSample &sample, int signalClass, bool ofSignal, const std::string &name, int bins,
                    double low, double high)
{
   return PDF(name.c_str(), FillDensity(sample, signalClass, ofSignal, name, bins, low, high), PdfOptions());
}

PDF MakeMvaPdf(const ScoredSample &sample, int signalClass, bool ofSignal, const std::string &name,
               const std::string &histogramName, const PdfOptions &options)
{
   double low = std::numeric_limits<double>::infinity(), high = -low;
   for (Long64_t i = 0; i < sample.fN; ++i) {
      RequireFinite(sample.Response(i), "response", i);
      low = std::min<double>(low, sample.Response(i));
      high = std::max<double>(high, sample.Response(i));
   }
   if (!(high > low)) // a constant response
      high = low + std::max(1e-5, 1e-9 * std::abs(low));
   const TH1D histogram =
      FillDensity(sample, signalClass, ofSignal, histogramName, options.GetNBins(sample.fN), low, high);
   return PDF(name.c_str(), histogram, options);
}

} // namespace Internal
} // namespace TorchMVA
