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
