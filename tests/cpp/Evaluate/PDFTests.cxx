#include "TorchMVA/Evaluate/PDF.hxx"

#include "Evaluate/GoldenFisher.hxx"
#include "Evaluate/MvaPdf.hxx"
#include "TF1.h"
#include "TH1D.h"
#include "TMath.h"
#include "TRandom3.h"
#include "TorchMVA/Core/Xml.hxx"
#include "TorchMVA/Evaluate/Classification.hxx"
#include "Weights/PdfElement.hxx"
#include "support/ExpectError.hxx"

#include <gtest/gtest.h>

#include <cmath>

using namespace TorchMVA;
using namespace TorchMVATest;
using TorchMVA::Test::ExpectError;

namespace {

TH1D Gaussian(int bins, int n = 50000)
{
   TRandom3 random(5);
   TH1D h("gaussian", "", bins, -4, 4);
   h.SetDirectory(nullptr);
   for (int i = 0; i < n; ++i)
      h.Fill(random.Gaus());
   return h;
}

PdfOptions With(const char *interpolation)
{
   PdfOptions options;
   options.fInterpolation = interpolation;
   return options;
}

} // namespace

// golden/fisher_metrics.csv, from the responses of its own coefficients.
TEST(PDFGolden, RocIntegralAndSeparationOfTheDensities)
{
   const GoldenSample sample = ReadGoldenFisher("test");
   const auto row = ReadTable("golden/fisher_metrics.csv").front();
   const ResponseStatistics range = ComputeResponseStatistics(sample.View(), 0);
   const auto make = [&](bool ofSignal) {
      return Internal::MakeResponsePdf(sample.View(), 0, ofSignal, "mva", 40, range.fMinimum, range.fMaximum);
   };
   EXPECT_NEAR(ComputeROCIntegral(make(true), make(false)), Number(row, "roc_integral"), 1e-6);
   EXPECT_NEAR(ComputeSeparation(make(true), make(false)), Number(row, "separation"), 1e-6);
}

TEST(PDF, EveryInterpolationIsADensityNearTheTruth)
{
   const TH1D h = Gaussian(50);
   for (const char *name : {"Spline0", "Spline1", "Spline2", "Spline3", "Spline5", "KDE"}) {
      const PDF pdf("test", h, With(name));
      EXPECT_NEAR(pdf.GetIntegral(), 1, 1e-12) << name;
      EXPECT_NEAR(pdf.GetIntegral(-4, 0) + pdf.GetIntegral(0, 4), 1, 1e-12) << name;
      EXPECT_EQ(pdf.GetIntegral(1, -1), 0) << name;
      for (const double x : {-2.0, -0.5, 0.0, 1.0, 2.5}) // within half a bin of 0.16 it changes by 0.02
         EXPECT_NEAR(pdf.GetVal(x), TMath::Gaus(x, 0, 1, true), 0.03) << name << " at " << x;
      EXPECT_NEAR(pdf.GetIntegral(-4, 1), TMath::Freq(1), 0.01) << name;
      EXPECT_GT(pdf.GetVal(100), 0) << name;
   }
}

// Polynomials that an interpolation must reproduce between bin centres: lines by Spline1, parabolas by Spline2.
TEST(PDF, SplinesReproducePolynomials)
{
   TH1D line("line", "", 20, 0, 1), parabola("parabola", "", 20, 0, 1);
   for (int bin = 1; bin <= 20; ++bin) {
      const double x = line.GetBinCenter(bin);
      line.SetBinContent(bin, 1 + x);
      parabola.SetBinContent(bin, 1 + x * x);
   }
   const PDF p1("line", line, With("Spline1")), p2("parabola", parabola, With("Spline2"));
   for (const double x : {0.03, 0.21, 0.5, 0.77, 0.97}) {
      EXPECT_NEAR(p1.GetVal(x), (1 + x) / 1.5, 1e-7);
      EXPECT_NEAR(p2.GetVal(x), (1 + x * x) / (4. / 3), 1e-7);
   }
}

TEST(PDF, SmoothingIsThatOfROOT)
{
   const TH1D h = Gaussian(50, 500);
   PdfOptions options;
   options.fNSmooth = 3;
   TH1D expected = h;
   expected.Smooth(3);
   const PDF uniform("test", h, options);
   for (int bin = 1; bin <= 50; ++bin)
      EXPECT_NEAR(uniform.GetSmoothedHist()->GetBinContent(bin), expected.GetBinContent(bin), 1e-9);
   // more passes where the relative errors are large: the rare tails change more than the peak does
   options.fMinNSmooth = 0;
   options.fMaxNSmooth = 50;
   const PDF adaptive("test", h, options);
   const auto change = [&](int bin) {
      return std::abs(adaptive.GetSmoothedHist()->GetBinContent(bin) - h.GetBinContent(bin));
   };
   EXPECT_EQ(change(25), 0);
   double tails = 0;
   for (int bin = 1; bin <= 12; ++bin)
      tails += change(bin) + change(51 - bin);
   EXPECT_GT(tails, 0);
}

// Bins without significance get the most passes, the others, whose relative errors are equal, the fewest. The passes
// above the fewest go over runs of bins, and then all bins get the fewest.
TEST(PDF, PassesOfSmoothingFollowTheRelativeErrors)
{
   TH1D h("errors", "", 12, 0, 12);
   const double contents[] = {8, 24, 16, 40, 64, 16, 48, 80, 32, 8, 56, 24};
   for (int bin = 1; bin <= 12; ++bin) {
      h.SetBinContent(bin, contents[bin - 1]);
      h.SetBinError(bin, contents[bin - 1] * (bin <= 4 ? 2 : 0.125));
   }
   TH1D expected = h;
   expected.GetXaxis()->SetRange(1, 4);
   for (int pass = 0; pass < 3; ++pass)
      expected.Smooth(1, "R");
   expected.GetXaxis()->SetRange(0, 0);
   expected.Smooth(2);
   PdfOptions options;
   options.fMinNSmooth = 2;
   options.fMaxNSmooth = 5;
   const PDF pdf("test", h, options);
   for (int bin = 1; bin <= 12; ++bin)
      EXPECT_NEAR(pdf.GetSmoothedHist()->GetBinContent(bin), expected.GetBinContent(bin), 1e-9) << bin;

   // Relative errors of 1/8 and 3/8, one deviation from their mean: the fewest and the most passes.
   for (int bin = 1; bin <= 12; ++bin)
      h.SetBinError(bin, contents[bin - 1] * (bin <= 6 ? 0.125 : 0.375));
   expected = h;
   expected.GetXaxis()->SetRange(7, 12);
   for (int pass = 0; pass < 3; ++pass)
      expected.Smooth(1, "R");
   expected.GetXaxis()->SetRange(0, 0);
   expected.Smooth(2);
   const PDF two("test", h, options);
   for (int bin = 1; bin <= 12; ++bin)
      EXPECT_NEAR(two.GetSmoothedHist()->GetBinContent(bin), expected.GetBinContent(bin), 1e-9) << bin;
}

// A constant is extended beyond both edges by its mirror images, and stays a constant; without them half of the kernels
// at an edge is lost, which Renorm gives back to its own bin.
TEST(PDF, BordersOfKernelsOfAConstant)
{
   TH1D h("flat", "", 100, 0, 1);
   for (int bin = 1; bin <= 100; ++bin) {
      h.SetBinContent(bin, 10);
      h.SetBinError(bin, 1);
   }
   PdfOptions options = With("KDE");
   const PDF none("none", h, options);
   EXPECT_NEAR(none.GetVal(0.0001) / none.GetVal(0.5), 0.5, 0.01);
   EXPECT_NEAR(none.GetVal(0.9999) / none.GetVal(0.5), 0.5, 0.01);
   options.fKDEBorder = "Mirror";
   const PDF mirror("mirror", h, options);
   for (const double x : {0.0001, 0.01, 0.05, 0.5, 0.95, 0.99, 0.9999})
      EXPECT_NEAR(mirror.GetVal(x), 1, 2e-3) << x;
   // The width is (4/3 / n)^(1/5) times the deviation, for n = sum^2 / sum of squared errors = 10000 events.
   const double width = std::pow(4. / 3 / 10000, 0.2) * std::sqrt(1 / 12.);
   EXPECT_NEAR(none.GetVal(width) / none.GetVal(0.5), TMath::Freq(1), 2e-3);
   EXPECT_NEAR(none.GetVal(1 - width) / none.GetVal(0.5), TMath::Freq(1), 2e-3);
   options.fKDEBorder = "None";
   options.fKDEFineFactor = 2;
   const PDF wide("wide", h, options);
   EXPECT_NEAR(wide.GetVal(2 * width) / wide.GetVal(0.5), TMath::Freq(1), 2e-3);
   // At an edge each kernel counts 1 / (its part inside): the integral of phi(t) / Phi(t) over t > 0 is log 2.
   options.fKDEFineFactor = 1;
   options.fKDEBorder = "Renorm";
   const PDF renorm("renorm", h, options);
   EXPECT_NEAR(renorm.GetVal(0.00005) / renorm.GetVal(0.5), std::log(2), 5e-3);
   EXPECT_NEAR(renorm.GetVal(0.99995) / renorm.GetVal(0.5), std::log(2), 5e-3);
}

TEST(PDF, DensitiesOfResponsesAreHistogramsOverTheirRange)
{
   const float responses[] = {0, 0.3F, 0.3F, 1, 0.6F, 1};
   const float weights[] = {1, 2, 3, 4, 5, 6};
   const int classes[] = {0, 0, 1, 0, 1, 1};
   const ScoredSample sample{responses, 6, 1, weights, classes};
   PdfOptions options = With("Spline0");
   options.fNbins = 4;
   const PDF signal = Internal::MakeMvaPdf(sample, 0, true, "s", "hs", options);
   const PDF background = Internal::MakeMvaPdf(sample, 0, false, "b", "hb", options);
   const double expected[2][4] = {{1, 2, 0, 4}, {0, 3, 5, 6}}; // the largest response is in the last bin
   for (int bin = 1; bin <= 4; ++bin) {
      EXPECT_NEAR(signal.GetOriginalHist()->GetBinContent(bin), expected[0][bin - 1] / 7 * 4, 1e-6) << bin;
      EXPECT_NEAR(background.GetOriginalHist()->GetBinContent(bin), expected[1][bin - 1] / 14 * 4, 1e-6) << bin;
   }
   EXPECT_NEAR(background.GetOriginalHist()->GetBinError(2), 3 / 14. * 4, 1e-6);
   EXPECT_EQ(signal.GetXmin(), 0);
   EXPECT_EQ(signal.GetXmax(), 1);
   // beyond the limits nothing counts
   const PDF part = Internal::MakeResponsePdf(sample, 0, false, "p", 2, 0.25, 0.75);
   EXPECT_NEAR(part.GetOriginalHist()->GetBinContent(1) / part.GetOriginalHist()->GetBinContent(2), 3. / 5, 1e-6);
   const float bad[] = {1, 2, std::nanf(""), 4, 5, 6};
   for (const ScoredSample &wrong : {ScoredSample{responses, 6, 1, bad, classes}, {bad, 6, 1, weights, classes}})
      ExpectError(EErrorCode::kData, {"finite"}, [&] { Internal::MakeMvaPdf(wrong, 0, true, "s", "hs", options); });
   const ScoredSample none{responses, 6, 1, weights, classes};
   ExpectError(EErrorCode::kData, {"signal"}, [&] { Internal::MakeMvaPdf(none, 2, true, "s", "hs", options); });
}

TEST(PDF, KernelDensityKnowsItsEdges)
{
   TH1D h("exponential", "", 200, 0, 5);
   TRandom3 random(9);
   for (int i = 0; i < 20000; ++i)
      h.Fill(random.Exp(1));
   PdfOptions options = With("KDE");
   const double norm = 1 - std::exp(-5.);
   const double none = PDF("none", h, options).GetVal(0.01) * norm;
   EXPECT_LT(none, 0.75); // half of the kernels at the edge is lost
   options.fKDEBorder = "Mirror";
   EXPECT_GT(PDF("mirror", h, options).GetVal(0.01) * norm, 0.85);
   options.fKDEIteration = "Adaptive";
   const PDF adaptive("adaptive", h, options);
   EXPECT_NEAR(adaptive.GetIntegral(), 1, 1e-12);
   EXPECT_NEAR(adaptive.GetVal(1) * norm, std::exp(-1.), 0.03);
}

TEST(PDF, FewBinsTakeTheNextLowerSpline)
{
   for (const int bins : {1, 2, 3, 4})
      for (const char *name : {"Spline1", "Spline2", "Spline3", "Spline5", "KDE"})
         EXPECT_NEAR(PDF("few", Gaussian(bins), With(name)).GetIntegral(), 1, 1e-12) << bins << name;
   PdfOptions options;
   EXPECT_EQ(options.GetNBins(2000), 40);
   EXPECT_EQ(options.GetNBins(10), 1);
   options.fInterpolation = "KDE";
   EXPECT_EQ(options.GetNBins(2000), 200);
   options.fNbins = 30;
   EXPECT_EQ(options.GetNBins(2000), 150);
}

TEST(PDF, WhatIsWrittenIsReadBack)
{
   const TH1D h = Gaussian(50, 2000);
   for (const char *name : {"Spline0", "Spline2", "Spline5", "KDE"}) {
      PdfOptions options = With(name);
      options.fMinNSmooth = 1;
      options.fMaxNSmooth = 6;
      options.fKDEIteration = "Adaptive";
      options.fKDEBorder = "Renorm";
      options.fKDEFineFactor = 1.5F;
      const PDF pdf("mva", h, options);
      const XmlDocument document = XmlDocument::Create("MVAPdfs");
      Internal::WritePdf(document.Root(), pdf);
      const PDF copy = Internal::ReadPdf(document.Root().Child("PDF"));
      EXPECT_STREQ(copy.GetOriginalHist()->GetName(), pdf.GetOriginalHist()->GetName());
      for (double x = -4.5; x < 4.5; x += 0.1)
         EXPECT_DOUBLE_EQ(copy.GetVal(x), pdf.GetVal(x)) << name << " at " << x;
   }
}

// The layout of TMVA: no errors, bins given by their edges or not.
TEST(PDF, ReadsTheElementOfTMVA)
{
   const std::string histogram = "Name=\"Fisher_tr_S_original\" NBins=\"4\" XMin=\"0.\" XMax=\"4.\"";
   const std::string pdf = "<PDF Name=\"MVA_PDFSig\" MinNSmooth=\"0\" MaxNSmooth=\"0\" InterpolMethod=\"1\" "
                           "KDE_type=\"1\" KDE_iter=\"1\" KDE_border=\"1\" KDE_finefactor=\"1.0000000e+00\">";
   const auto read = [&](const std::string &content) {
      const XmlDocument document = XmlDocument::Parse(pdf + content + "</PDF>");
      return Internal::ReadPdf(document.Root());
   };
   const PDF equal = read("<Histogram " + histogram +
                          " HasEquidistantBins=\"1\">1.0e-01 2.0e-01 3.0e-01 4.0e-01 "
                          "</Histogram>");
   EXPECT_NEAR(equal.GetVal(2), 0.25, 1e-6);
   const PDF edges = read("<Histogram " + histogram +
                          " HasEquidistantBins=\"0\">1 2 3 4</Histogram>"
                          "<HistogramBinning NBins=\"4\">0 1 2 3 4</HistogramBinning>");
   EXPECT_NEAR(edges.GetVal(2), 0.25, 1e-6);
   ExpectError(EErrorCode::kWeightFile, {"4 numbers"},
               [&] { read("<Histogram " + histogram + " HasEquidistantBins=\"1\">1 2 3</Histogram>"); });
   ExpectError(EErrorCode::kWeightFile, {"positive sum"},
               [&] { read("<Histogram " + histogram + " HasEquidistantBins=\"1\">0 0 0 0</Histogram>"); });
   ExpectError(EErrorCode::kWeightFile, {"increasing"}, [&] {
      read("<Histogram " + histogram +
           " HasEquidistantBins=\"0\">1 2 3 4</Histogram>"
           "<HistogramBinning NBins=\"4\">0 1 1 3 4</HistogramBinning>");
   });
}

TEST(PDF, MistakesAreNamed)
{
   const TH1D empty("empty", "", 5, 0, 1), full = Gaussian(5);
   ExpectError(EErrorCode::kArgument, {"null pointer"}, [] { PDF("none", nullptr); });
   ExpectError(EErrorCode::kData, {"positive integral"}, [&] { PDF("empty", &empty); });
   ExpectError(EErrorCode::kOption, {"Spline7"}, [&] { PDF("bad", full, With("Spline7")); });
   PdfOptions options;
   options.fMinNSmooth = 5;
   options.fMaxNSmooth = 2;
   ExpectError(EErrorCode::kOption, {"MinNSmooth"}, [&] { PDF("bad", full, options); });
   TH1D other("other", "", 5, 0, 2);
   other.SetBinContent(1, 1);
   ExpectError(EErrorCode::kArgument, {"same range"}, [&] { ComputeSeparation(PDF("a", &full), PDF("b", &other)); });
}
