#include "Weights/PdfElement.hxx"

#include "TH1D.h"
#include "TorchMVA/Core/Error.hxx"
#include "Transform/NumberList.hxx"

#include <cmath>
#include <string>
#include <vector>

namespace TorchMVA {
namespace Internal {

namespace {
constexpr long long kMaxBins = 10000000;
constexpr long long kMaxSmoothing = 10000;
// TMVA's numbers of the KDE options
const std::vector<std::string> kIterations = {"", "Nonadaptive", "Adaptive"};
const std::vector<std::string> kBorders = {"", "None", "Renorm", "Mirror"};

long long NumberOf(const std::vector<std::string> &names, const TString &name)
{
   for (std::size_t i = 1; i < names.size(); ++i)
      if (name.EqualTo(names[i].c_str(), TString::kIgnoreCase))
         return static_cast<long long>(i);
   return 1;
}

/// Contents, edges and errors of the histogram of an element.
TH1D ReadHistogram(const XmlNode &pdf)
{
   const XmlNode node = pdf.RequiredChild("Histogram");
   node.RequireKnown({"Name", "NBins", "XMin", "XMax", "HasEquidistantBins"});
   const long long nBins = CountAttribute(node, "NBins", 1, kMaxBins);
   const auto contents = ParseNumbers<double>(node, nBins);
   std::vector<double> edges;
   if (CountAttribute(node, "HasEquidistantBins", 0, 1) == 0) {
      const XmlNode binning = pdf.RequiredChild("HistogramBinning");
      binning.RequireKnown({"NBins"});
      CountAttribute(binning, "NBins", nBins, nBins);
      edges = ParseNumbers<double>(binning, nBins + 1);
      for (long long i = 0; i < nBins; ++i)
         if (!(edges[i + 1] > edges[i]))
            FailReading(node, "expected increasing bin edges, found " + std::to_string(edges[i]) + " before " +
                                 std::to_string(edges[i + 1]));
   }
   const double low = FiniteAttribute(node, "XMin"), high = FiniteAttribute(node, "XMax");
   if (!(high > low))
      FailReading(node, "expected XMin below XMax, found " + std::to_string(low) + " and " + std::to_string(high));
   const int n = static_cast<int>(nBins);
   TH1D histogram = edges.empty() ? TH1D("", "", n, low, high) : TH1D("", "", n, edges.data());
   histogram.SetDirectory(nullptr);
   for (int bin = 0; bin < n; ++bin)
      histogram.SetBinContent(bin + 1, contents[bin]);
   if (const XmlNode errors = pdf.Child("HistogramErrors")) {
      const auto values = ParseNumbers<double>(errors, nBins);
      for (int bin = 0; bin < n; ++bin)
         histogram.SetBinError(bin + 1, values[bin]);
   }
   TString name = node.Attribute("Name", "").c_str();
   if (name.EndsWith("_original"))
      name.Remove(name.Length() - 9);
   histogram.SetNameTitle(name, name);
   return histogram;
}
} // namespace

void WritePdf(const XmlNode &parent, const PDF &pdf)
{
   const PdfOptions &options = pdf.GetOptions();
   const auto [min, max] = options.GetSmoothing();
   const XmlNode node = parent.AddChild("PDF");
   node.SetAttribute("Name", pdf.GetName());
   node.SetAttribute("MinNSmooth", static_cast<long long>(min));
   node.SetAttribute("MaxNSmooth", static_cast<long long>(max));
   node.SetAttribute("InterpolMethod", static_cast<long long>(pdf.GetInterpolateMethod()));
   node.SetAttribute("KDE_type", 1LL);
   node.SetAttribute("KDE_iter", NumberOf(kIterations, options.fKDEIteration));
   node.SetAttribute("KDE_border", NumberOf(kBorders, options.fKDEBorder));
   node.SetAttribute("KDE_finefactor", static_cast<double>(options.fKDEFineFactor));
   const TH1 &h = *pdf.GetOriginalHist();
   const TAxis &axis = *h.GetXaxis();
   std::vector<double> contents, edges, errors;
   for (int bin = 1; bin <= h.GetNbinsX(); ++bin) {
      contents.push_back(h.GetBinContent(bin));
      errors.push_back(h.GetBinError(bin));
      edges.push_back(axis.GetBinLowEdge(bin));
   }
   edges.push_back(axis.GetXmax());
   const XmlNode histogram = node.AddChild("Histogram", FormatNumbers(contents));
   histogram.SetAttribute("Name", h.GetName());
   histogram.SetAttribute("NBins", static_cast<long long>(h.GetNbinsX()));
   histogram.SetAttribute("XMin", axis.GetXmin());
   histogram.SetAttribute("XMax", axis.GetXmax());
   histogram.SetAttribute("HasEquidistantBins", axis.IsVariableBinSize() ? 0LL : 1LL);
   if (axis.IsVariableBinSize())
      node.AddChild("HistogramBinning", FormatNumbers(edges))
         .SetAttribute("NBins", static_cast<long long>(h.GetNbinsX()));
   node.AddChild("HistogramErrors", FormatNumbers(errors));
}

PDF ReadPdf(const XmlNode &node)
{
   RequireKnownPdf(node);
   PdfOptions options;
   options.fMinNSmooth = static_cast<Int_t>(CountAttribute(node, "MinNSmooth", -1, kMaxSmoothing));
   options.fMaxNSmooth = static_cast<Int_t>(CountAttribute(node, "MaxNSmooth", -1, kMaxSmoothing));
   const auto method = static_cast<PDF::EInterpolateMethod>(CountAttribute(node, "InterpolMethod", 0, PDF::kKDE));
   options.fInterpolation = PDF::NameOf(method);
   if (method == PDF::kKDE) {
      options.fKDEIteration = kIterations.at(CountAttribute(node, "KDE_iter", 1, 2)).c_str();
      options.fKDEBorder = kBorders.at(CountAttribute(node, "KDE_border", 1, 3)).c_str();
      options.fKDEFineFactor = FloatAttribute(node, "KDE_finefactor");
   }
   const TH1D histogram = ReadHistogram(node);
   if (!(histogram.Integral() > 0) || (method == PDF::kKDE && !(options.fKDEFineFactor > 0)))
      FailReading(node, "expected contents with a positive sum and a positive KDE_finefactor, found sum " +
                           std::to_string(histogram.Integral()));
   return PDF(node.Attribute("Name", "").c_str(), histogram, options);
}

} // namespace Internal
} // namespace TorchMVA
