#ifndef TORCHMVA_EVALUATE_PDF_HXX
#define TORCHMVA_EVALUATE_PDF_HXX

#include "RtypesCore.h"
#include "TString.h"

#include <memory>
#include <utility>

class TH1;
class TH1D;

namespace TorchMVA {

/// How a PDF is made of a histogram, with the names, values and defaults of TMVA's options.
struct PdfOptions {
   Int_t fNSmooth = 0;                    ///< passes of 353QH smoothing (TH1::Smooth) over the whole histogram
   Int_t fMinNSmooth = -1;                ///< with fMaxNSmooth: more passes where the relative errors are larger ...
   Int_t fMaxNSmooth = -1;                ///< ... unless one of the two is negative; then fNSmooth counts
   Int_t fNAvEvtPerBin = 50;              ///< events per bin if fNbins is 0
   Int_t fNbins = 0;                      ///< bins of the histogram
   Bool_t fCheckHist = kFALSE;            ///< warn about a histogram with more than half of its bins empty
   TString fInterpolation = "Spline2";    ///< Spline0 (histogram), Spline1, Spline2, Spline3, Spline5, KDE
   TString fKDEType = "Gauss";            ///< kernel
   TString fKDEIteration = "Nonadaptive"; ///< or Adaptive: wider where the density is low
   Float_t fKDEFineFactor = 1;            ///< factor on the width of the kernel
   TString fKDEBorder = "None";           ///< Renorm (kernels cut at the edges), Mirror (reflected there)

   /// Bins for n events; at least 1, five times as many for KDE. Throws Error (kOption) if both numbers are below 1.
   Int_t GetNBins(Long64_t n) const;
   /// Smallest and largest number of smoothing passes. Throws Error (kOption) for a minimum above the maximum.
   std::pair<Int_t, Int_t> GetSmoothing() const;
};

/// A probability density made of a histogram, as TMVA makes it: the histogram is smoothed, interpolated, sampled at the
/// centres of 10000 equal bins over its range, and normalised to 1; GetVal is linear between those.
///
/// Spline2 is the mean of the parabolas through the three bin centres that begin at, and the three that end after, the
/// interval of x; Spline3 and Spline5 are ROOT's. Where a spline is not positive the bin of the histogram counts, and
/// nowhere is the density below 1e-12. KDE is a sum of Gaussians of width (4/3)^(1/5) sigma n^(-1/5), adaptive ones as in
/// K. Cranmer, Comput. Phys. Commun. 136 (2001) 198. Histograms with too few bins for a spline take the next lower one.
/// Immutable after construction, hence thread safe.
class PDF {
public:
   enum EInterpolateMethod { kSpline0, kSpline1, kSpline2, kSpline3, kSpline5, kKDE };

   /// A copy of `histogram` is kept. Throws Error (kArgument) for null, Error (kData) for an integral that is not positive.
   PDF(const TString &name, const TH1 *histogram, EInterpolateMethod method = kSpline2, Int_t minSmooth = 0,
       Int_t maxSmooth = 0, Bool_t checkHist = kFALSE);
   PDF(const TString &name, const TH1 &histogram, const PdfOptions &options);
   PDF(PDF &&) noexcept;
   PDF &operator=(PDF &&) noexcept;
   ~PDF();

   const char *GetName() const { return fName; }
   Double_t GetXmin() const;
   Double_t GetXmax() const;
   /// Density at x, at least 1e-12; beyond the range continued linearly from the outermost two bins.
   Double_t GetVal(Double_t x) const;
   /// Integral over the whole range: 1.
   Double_t GetIntegral() const { return GetIntegral(GetXmin(), GetXmax()); }
   /// Integral of the part of [low, high] inside the range, 0 if high <= low.
   Double_t GetIntegral(Double_t low, Double_t high) const;

   const TH1 *GetOriginalHist() const;
   const TH1 *GetSmoothedHist() const;
   /// The density, as a histogram: 10000 bins, or those of the original one for Spline0.
   const TH1 *GetPDFHist() const;
   const PdfOptions &GetOptions() const { return fOptions; }
   EInterpolateMethod GetInterpolateMethod() const { return fMethod; }
   static EInterpolateMethod MethodOf(const TString &interpolation); ///< "Spline2" -> kSpline2; throws Error (kOption)
   static const char *NameOf(EInterpolateMethod method);

private:
   void Build(const TH1 &histogram);
   Double_t CumulativeAt(Double_t x) const;

   TString fName;
   PdfOptions fOptions;
   EInterpolateMethod fMethod;
   std::unique_ptr<TH1D> fOriginal;
   std::unique_ptr<TH1D> fSmoothed;
   std::unique_ptr<TH1D> fDensity;
   std::unique_ptr<Double_t[]> fCumulative; ///< integral below each lower bin edge of the density
};

/// 1/2 integral of (s - b)^2 / (s + b) in 100 steps, TMVA's form. Throws Error (kArgument) for different ranges.
Double_t ComputeSeparation(const PDF &signal, const PDF &background);

/// Area under the ROC curve of two densities in 1000 steps, TMVA's form; ROCCurve has the one without densities.
Double_t ComputeROCIntegral(const PDF &signal, const PDF &background);

} // namespace TorchMVA

#endif
