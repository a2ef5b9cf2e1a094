#include "TorchMVA/Evaluate/PDF.hxx"

#include "Evaluate/PdfShapes.hxx"
#include "TH1D.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace TorchMVA {

namespace {
constexpr int kDensityBins = 10000;
constexpr double kSmallest = 1e-12;
constexpr int kSeparationSteps = 100;
constexpr int kROCSteps = 1000;
constexpr std::array<const char *, 6> kNames = {"Spline0", "Spline1", "Spline2", "Spline3", "Spline5", "KDE"};
constexpr int kKDEResolution = 5; ///< finer bins, since kernels smooth

std::unique_ptr<TH1D> Copy(const TH1 &histogram, const TString &name)
{
   const TAxis &axis = *histogram.GetXaxis();
   auto copy = axis.IsVariableBinSize()
                  ? std::make_unique<TH1D>("", "", axis.GetNbins(), axis.GetXbins()->GetArray())
                  : std::make_unique<TH1D>("", "", axis.GetNbins(), axis.GetXmin(), axis.GetXmax());
   copy->SetDirectory(nullptr);
   copy->SetNameTitle(name, name);
   for (int bin = 1; bin <= axis.GetNbins(); ++bin) {
      copy->SetBinContent(bin, histogram.GetBinContent(bin));
      copy->SetBinError(bin, histogram.GetBinError(bin));
   }
   return copy;
}

PdfOptions WithMethod(PDF::EInterpolateMethod method, Int_t minSmooth, Int_t maxSmooth, Bool_t check)
{
   PdfOptions options;
   options.fInterpolation = PDF::NameOf(method);
   options.fMinNSmooth = minSmooth;
   options.fMaxNSmooth = maxSmooth;
   options.fCheckHist = check;
   return options;
}

const TH1 &Require(const TH1 *histogram, const TString &name)
{
   if (!histogram)
      throw Error(EErrorCode::kArgument, "expected a histogram, found a null pointer", {{"PDF", name.Data()}});
   return *histogram;
}
} // namespace

Int_t PdfOptions::GetNBins(Long64_t n) const
{
   if (fNbins < 1 && fNAvEvtPerBin < 1)
      throw Error(EErrorCode::kOption, "a PDF needs Nbins or NAvEvtPerBin above 0, found " + std::to_string(fNbins) +
                                          " and " + std::to_string(fNAvEvtPerBin));
   const Long64_t bins = fNbins > 0 ? fNbins : std::max<Long64_t>(1, n / fNAvEvtPerBin);
   return static_cast<Int_t>(bins) * (PDF::MethodOf(fInterpolation) == PDF::kKDE ? kKDEResolution : 1);
}

std::pair<Int_t, Int_t> PdfOptions::GetSmoothing() const
{
   if (fMinNSmooth < 0 || fMaxNSmooth < 0)
      return {std::max(0, fNSmooth), std::max(0, fNSmooth)};
   if (fMinNSmooth > fMaxNSmooth)
      throw Error(EErrorCode::kOption, "expected MinNSmooth <= MaxNSmooth, found " + std::to_string(fMinNSmooth) +
                                          " and " + std::to_string(fMaxNSmooth));
   return {fMinNSmooth, fMaxNSmooth};
}

PDF::EInterpolateMethod PDF::MethodOf(const TString &interpolation)
{
   for (std::size_t i = 0; i < kNames.size(); ++i)
      if (interpolation.EqualTo(kNames[i], TString::kIgnoreCase))
         return static_cast<EInterpolateMethod>(i);
   throw Error(EErrorCode::kOption, "expected PDFInterpol to be Spline0, Spline1, Spline2, Spline3, Spline5 or KDE, "
                                    "found \"" +
                                       std::string(interpolation.Data()) + "\"");
}

const char *PDF::NameOf(EInterpolateMethod method)
{
   return kNames.at(method);
}

PDF::PDF(const TString &name, const TH1 *histogram, EInterpolateMethod method, Int_t minSmooth, Int_t maxSmooth,
         Bool_t checkHist)
   : PDF(name, Require(histogram, name), WithMethod(method, minSmooth, maxSmooth, checkHist))
{
}

PDF::PDF(const TString &name, const TH1 &histogram, const PdfOptions &options)
   : fName(name), fOptions(options), fMethod(MethodOf(options.fInterpolation))
{
   Build(histogram);
}

PDF::PDF(PDF &&) noexcept = default;
PDF &PDF::operator=(PDF &&) noexcept = default;
PDF::~PDF() = default;

void PDF::Build(const TH1 &histogram)
{
   const TString name = histogram.GetName();
   fOriginal = Copy(histogram, name + "_original");
   const int nBins = fOriginal->GetNbinsX();
   if (!(fOriginal->Integral() > 0))
      throw Error(EErrorCode::kData,
                  "expected a histogram with a positive integral, found " + std::to_string(fOriginal->Integral()),
                  {{"PDF", fName.Data()}});
   int nEmpty = 0;
   for (int bin = 1; bin <= nBins; ++bin)
      nEmpty += fOriginal->GetBinContent(bin) == 0;
   if (fOptions.fCheckHist && 2 * nEmpty > nBins)
      Logger("PDF").Warning(TString::Format("%d of the %d bins of '%s' are empty", nEmpty, nBins, name.Data()).Data());
   fSmoothed = Copy(*fOriginal, name + "_smoothed");
   const auto [min, max] = fOptions.GetSmoothing();
   if (fMethod != kKDE)
      Internal::SmoothHistogram(*fSmoothed, min, max);

   TString interpolation = NameOf(fMethod);
   interpolation.ToLower();
   const TString densityName = name + "_smoothed_hist_from_" + interpolation; // TMVA's
   if (fMethod == kSpline0) {
      fDensity = Copy(*fSmoothed, densityName);
   } else {
      const TAxis &axis = *fOriginal->GetXaxis();
      fDensity = std::make_unique<TH1D>("", "", kDensityBins, axis.GetXmin(), axis.GetXmax());
      fDensity->SetDirectory(nullptr);
      fDensity->SetNameTitle(densityName, name + "_smoothed_hist from_" + interpolation);
   }
   if (fMethod == kKDE)
      Internal::FillKernelDensity(*fSmoothed, fOptions, *fDensity);
   else if (fMethod != kSpline0) {
      const auto value = Internal::Interpolate(*fSmoothed, fMethod);
      for (int bin = 1; bin <= kDensityBins; ++bin) {
         const double x = fDensity->GetBinCenter(bin), y = value(x);
         fDensity->SetBinContent(bin, y > kSmallest ? y : fSmoothed->GetBinContent(fSmoothed->FindFixBin(x)));
      }
   }
   double integral = 0;
   for (int bin = 1; bin <= fDensity->GetNbinsX(); ++bin) {
      fDensity->SetBinContent(bin, std::max(fDensity->GetBinContent(bin), kSmallest));
      integral += fDensity->GetBinContent(bin) * fDensity->GetBinWidth(bin);
   }
   fDensity->Scale(1 / integral);
   fCumulative = std::make_unique<Double_t[]>(fDensity->GetNbinsX() + 1);
   for (int bin = 1; bin <= fDensity->GetNbinsX(); ++bin)
      fCumulative[bin] = fCumulative[bin - 1] + fDensity->GetBinContent(bin) * fDensity->GetBinWidth(bin);
}

Double_t PDF::GetXmin() const
{
   return fDensity->GetXaxis()->GetXmin();
}

Double_t PDF::GetXmax() const
{
   return fDensity->GetXaxis()->GetXmax();
}

Double_t PDF::GetVal(Double_t x) const
{
   const int n = fDensity->GetNbinsX();
   const int bin = std::clamp(fDensity->FindFixBin(x), 1, n);
   const double y = fDensity->GetBinContent(bin);
   if (fMethod == kSpline0 || n == 1)
      return std::max(y, kSmallest);
   const double centre = fDensity->GetBinCenter(bin);
   const int next = (x > centre && bin != n) || bin == 1 ? bin + 1 : bin - 1;
   const double slope = (fDensity->GetBinContent(next) - y) / (fDensity->GetBinCenter(next) - centre);
   return std::max(y + (x - centre) * slope, kSmallest);
}

Double_t PDF::CumulativeAt(Double_t x) const
{
   const int n = fDensity->GetNbinsX();
   const int bin = fDensity->FindFixBin(x);
   if (bin < 1)
      return 0;
   if (bin > n)
      return fCumulative[n];
   return fCumulative[bin - 1] + fDensity->GetBinContent(bin) * (x - fDensity->GetBinLowEdge(bin));
}

Double_t PDF::GetIntegral(Double_t low, Double_t high) const
{
   return high > low ? CumulativeAt(high) - CumulativeAt(low) : 0;
}

const TH1 *PDF::GetOriginalHist() const
{
   return fOriginal.get();
}

const TH1 *PDF::GetSmoothedHist() const
{
   return fSmoothed.get();
}

const TH1 *PDF::GetPDFHist() const
{
   return fDensity.get();
}

Double_t ComputeSeparation(const PDF &signal, const PDF &background)
{
   const double low = signal.GetXmin(), high = signal.GetXmax();
   if (low != background.GetXmin() || high != background.GetXmax())
      throw Error(EErrorCode::kArgument, "expected two PDFs over the same range, found " + std::to_string(low) +
                                            " to " + std::to_string(high) + " and " +
                                            std::to_string(background.GetXmin()) + " to " +
                                            std::to_string(background.GetXmax()));
   const double step = (high - low) / kSeparationSteps;
   double sum = 0;
   for (int i = 0; i < kSeparationSteps; ++i) {
      const double x = low + (i + 0.5) * step, s = signal.GetVal(x), b = background.GetVal(x);
      sum += (s - b) * (s - b) / (s + b);
   }
   return 0.5 * sum * step;
}

Double_t ComputeROCIntegral(const PDF &signal, const PDF &background)
{
   const double low = std::min(signal.GetXmin(), background.GetXmin());
   const double high = std::max(signal.GetXmax(), background.GetXmax());
   const double step = (high - low) / kROCSteps;
   double sum = 0;
   for (int i = 0; i < kROCSteps; ++i) {
      const double cut = low + i * step;
      sum += (1 - background.GetIntegral(cut, high)) * signal.GetVal(cut);
   }
   return sum * step;
}

} // namespace TorchMVA
