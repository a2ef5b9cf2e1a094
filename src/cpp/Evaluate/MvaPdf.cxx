#include "Evaluate/MvaPdf.hxx"

#include "Evaluate/ResponseCheck.hxx"
#include "TH1D.h"
#include "TorchMVA/Evaluate/Classification.hxx"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace TorchMVA {
namespace Internal {

PDF MakeResponsePdf(const ScoredSample &sample, int signalClass, bool ofSignal, const std::string &name, int bins,
                    double low, double high, const PdfOptions &options)
{
   ResponseStatistics range;
   range.fMinimum = low;
   range.fMaximum = high;
   const ResponseHistograms filled = FillResponseHistograms(sample, signalClass, range, bins);
   const std::vector<double> &content = ofSignal ? filled.fSignal : filled.fBackground;
   const std::vector<double> &squares = ofSignal ? filled.fSignalSumw2 : filled.fBackgroundSumw2;
   TH1D histogram("", "", bins, low, high);
   histogram.SetDirectory(nullptr);
   histogram.SetNameTitle(name.c_str(), name.c_str());
   double sum = 0;
   for (double c : content)
      sum += c;
   RequirePositiveSum(sum, ofSignal ? "signal" : "background");
   const double scale = bins / (sum * (high - low));
   for (int bin = 0; bin < bins; ++bin) {
      histogram.SetBinContent(bin + 1, content[bin] * scale);
      histogram.SetBinError(bin + 1, std::sqrt(squares[bin]) * scale);
   }
   return PDF(name.c_str(), histogram, options);
}

PDF MakeMvaPdf(const ScoredSample &sample, int signalClass, bool ofSignal, const std::string &name,
               const PdfOptions &options)
{
   double low = std::numeric_limits<double>::infinity(), high = -low;
   for (Long64_t i = 0; i < sample.fN; ++i) {
      RequireFinite(sample.Response(i), "response", i);
      low = std::min<double>(low, sample.Response(i));
      high = std::max<double>(high, sample.Response(i));
   }
   if (!(high > low)) // a constant response
      high = low + std::max(1e-5, 1e-9 * std::abs(low));
   return MakeResponsePdf(sample, signalClass, ofSignal, name, options.GetNBins(sample.fN), low, high, options);
}

} // namespace Internal
} // namespace TorchMVA
