#include "Gui/PlotPage.hxx"

#include "Gui/ResultFile.hxx"
#include "TColor.h"
#include "TError.h"
#include "TH1F.h"
#include "TLatex.h"
#include "TLegend.h"
#include "TROOT.h"
#include "TSystem.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr int kPadWidth = 400, kPadHeight = 320, kSingleWidth = 720, kSingleHeight = 560;
constexpr int kHatched = 3354, kFilled = 1001;
constexpr double kTopMargin = 0.10, kLeftMargin = 0.13, kBottomMargin = 0.13, kRightMargin = 0.06;

/// Line and fill colours of classes.
struct Colours {
   const char *fLine;
   const char *fFill;
};
constexpr std::array<Colours, 8> kClassColours{{{"#0000ee", "#7d99d1"},
                                                {"#ff0000", "#ff0000"},
                                                {"#00843d", "#00843d"},
                                                {"#8f2fb3", "#8f2fb3"},
                                                {"#d97700", "#d97700"},
                                                {"#008c95", "#008c95"},
                                                {"#6d4c41", "#6d4c41"},
                                                {"#444444", "#444444"}}};

/// A name as that of a file or folder in the present one.
std::string FileName(std::string name)
{
   for (char &c : name)
      if (c == '/' || c == '\\' || c == '\0')
         c = '_';
   return name == "." || name == ".." ? "_" + name : name;
}

} // namespace

PlotPage::PlotPage(const ResultFile &file, const std::string &name, const std::string &title, int columns, int rows)
   : fFolder(FileName(file.GetDataSet()) + "/plots"), fName(FileName(name)), fPads(columns * rows)
{
   delete gROOT->GetListOfCanvases()->FindObject(fName.c_str()); // an older one of that name
   const int width = fPads == 1 ? kSingleWidth : columns * kPadWidth;
   const int height = fPads == 1 ? kSingleHeight : rows * kPadHeight;
   fCanvas = new TCanvas(fName.c_str(), title.c_str(), width, height);
   if (fPads > 1)
      fCanvas->Divide(columns, rows, 0.002F, 0.002F);
}

PlotPage::~PlotPage()
{
   if (gROOT->IsBatch())
      delete fCanvas;
}

TVirtualPad &PlotPage::NextPad()
{
   TVirtualPad *pad = fPads > 1 ? fCanvas->cd(++fPad) : fCanvas->cd();
   pad->SetTopMargin(kTopMargin);
   pad->SetLeftMargin(kLeftMargin);
   pad->SetBottomMargin(kBottomMargin);
   pad->SetRightMargin(kRightMargin);
   pad->SetTicks(1, 1);
   return *pad;
}

void PlotPage::Write()
{
   std::error_code failure;
   std::filesystem::create_directories(fFolder, failure);
   const std::string path = fFolder + "/" + fName + ".png";
   std::filesystem::remove(path, failure);
   const int levelBefore = gErrorIgnoreLevel;
   gErrorIgnoreLevel = kWarning; // ROOT announces every picture; the logger does that here
   fCanvas->Modified();
   fCanvas->Update();
   // ROOT takes '$' and '~' for paths of its own: such a picture is moved to its name
   const bool isOther = path.find_first_of("$~") != std::string::npos;
   const std::string saved = isOther ? "picture_" + std::to_string(gSystem->GetPid()) + ".png" : path;
   fCanvas->SaveAs(saved.c_str());
   if (isOther)
      std::filesystem::rename(saved, path, failure);
   gErrorIgnoreLevel = levelBefore;
   if (!std::filesystem::exists(path))
      throw Error(EErrorCode::kFile, "expected a folder that pictures can be written to",
                  {{"picture", path}, {"current folder", gSystem->WorkingDirectory()}});
   Logger("Plots").Info("Picture " + path);
}

std::pair<int, int> Grid(int n)
{
   const int columns = n <= 1 ? 1 : n <= 4 ? 2 : n <= 9 ? 3 : n <= 16 ? 4 : 5;
   return {columns, std::max(1, (n + columns - 1) / columns)};
}

void StyleAxes(TH1 &frame)
{
   frame.SetStats(false);
   for (TAxis *axis : {frame.GetXaxis(), frame.GetYaxis()}) {
      axis->SetTitleSize(0.05F);
      axis->SetLabelSize(0.042F);
      axis->SetTitleOffset(1.15F);
   }
   frame.GetYaxis()->SetTitleOffset(1.35F);
}

void StyleSignal(TH1 &histogram)
{
   StyleClass(histogram, 0);
}

void StyleBackground(TH1 &histogram)
{
   StyleClass(histogram, 1);
}

void StyleClass(TH1 &histogram, int i)
{
   const Colours &colours = kClassColours[static_cast<std::size_t>(i) % kClassColours.size()];
   const int line = TColor::GetColor(colours.fLine);
   histogram.SetLineColor(line);
   histogram.SetMarkerColor(line);
   histogram.SetLineWidth(2);
   histogram.SetFillColor(TColor::GetColor(colours.fFill));
   if (i < 2)
      histogram.SetFillStyle(i == 0 ? kFilled : kHatched);
   else
      histogram.SetFillStyle(0);
}

void StylePoints(TH1 &histogram)
{
   histogram.SetFillStyle(0);
   histogram.SetMarkerStyle(20);
   histogram.SetMarkerSize(0.7F);
   histogram.SetLineWidth(1);
}

int CurveColour(int i)
{
   return TColor::GetColor(kClassColours[static_cast<std::size_t>(i) % kClassColours.size()].fLine);
}

double HighestBin(const std::vector<const TH1 *> &histograms, bool withErrors)
{
   double highest = 0;
   for (const TH1 *histogram : histograms)
      for (int bin = 1; bin <= histogram->GetNbinsX(); ++bin)
         highest = std::max(highest, histogram->GetBinContent(bin) + (withErrors ? histogram->GetBinError(bin) : 0.0));
   return highest > 0 ? highest : 1;
}

std::unique_ptr<TLegend> MakeLegend(double x1, double y1, double x2, double y2)
{
   auto legend = std::make_unique<TLegend>(x1, y1, x2, y2);
   legend->SetFillStyle(0);
   legend->SetBorderSize(0);
   legend->SetTextSize(0.034F);
   return legend;
}

TLatex *DrawText(double x, double y, const std::string &text, float size)
{
   auto drawn = std::make_unique<TLatex>(x, y, text.c_str());
   drawn->SetNDC();
   drawn->SetTextFont(42);
   drawn->SetTextSize(size);
   return PlotPage::Draw(std::move(drawn));
}

TH1 *DrawFrame(const std::string &name, const std::string &title, double xmin, double xmax, double ymin, double ymax)
{
   auto frame = std::make_unique<TH1F>(("frame_" + name).c_str(), title.c_str(), 100, xmin, xmax);
   frame->SetDirectory(nullptr);
   StyleAxes(*frame);
   frame->SetMinimum(ymin);
   frame->SetMaximum(ymax);
   return PlotPage::Draw(std::move(frame), "P"); // no points, but title, axes and grid
}

void DrawOverflows(const std::vector<const TH1 *> &histograms)
{
   std::string under, over;
   for (const TH1 *histogram : histograms) {
      const int bins = histogram->GetNbinsX();
      const double total = histogram->Integral(0, bins + 1);
      const auto percent = [&](int bin) {
         return TString::Format("%.1f", total != 0 ? 100 * histogram->GetBinContent(bin) / total : 0.0);
      };
      under += (under.empty() ? "" : ", ") + std::string(percent(0).Data());
      over += (over.empty() ? "" : ", ") + std::string(percent(bins + 1).Data());
   }
   TLatex *text = DrawText(0.955, kBottomMargin, "U/O-flow: (" + under + ")% / (" + over + ")%", 0.026F);
   text->SetTextAngle(90);
   text->SetTextAlign(13);
}

} // namespace Internal
} // namespace TorchMVA
