// Correlation matrices, and scatter plots of pairs of variables.

#include "Gui/Families.hxx"
#include "Gui/PlotPage.hxx"
#include "TColor.h"
#include "TH2.h"
#include "TProfile.h"
#include "TStyle.h"

#include <algorithm>

namespace TorchMVA {
namespace Internal {

namespace {

/// ROOT draws with the palette that is current when it paints.
class PaletteScope {
public:
   explicit PaletteScope(int palette)
   {
      for (int i = 0; i < gStyle->GetNumberOfColors(); ++i)
         fBefore.push_back(gStyle->GetColorPalette(i));
      gStyle->SetPalette(palette);
   }
   ~PaletteScope() { gStyle->SetPalette(static_cast<Int_t>(fBefore.size()), fBefore.data()); }
   PaletteScope(const PaletteScope &) = delete;
   PaletteScope &operator=(const PaletteScope &) = delete;

private:
   std::vector<Int_t> fBefore;
};

std::string ScatterPrefix(const std::string &rest)
{
   return "scat_" + rest;
}

/// The class in "scat_<y>_vs_<x>_<class><end>" given x, which may have underscores itself.
struct Pair {
   std::string fKey;   ///< name without "scat_"
   std::string fX, fY; ///< internal names
   std::string fClass;
};

/// Variables of a folder, in its order.
std::vector<std::string> VariablesOf(TDirectory &directory, const std::string &end, std::vector<std::string> &classes)
{
   std::vector<std::string> variables;
   for (const auto &name : KeyNames(directory, "", end)) {
      const auto split = name.rfind("__");
      if (split == std::string::npos)
         continue;
      const std::string variable = name.substr(0, split);
      const std::string cls = name.substr(split + 2, name.size() - split - 2 - end.size());
      if (std::find(variables.begin(), variables.end(), variable) == variables.end())
         variables.push_back(variable);
      if (std::find(classes.begin(), classes.end(), cls) == classes.end())
         classes.push_back(cls);
   }
   return variables;
}

void DrawPair(TDirectory &pairs, const Pair &pair)
{
   auto scatter = ReadObject<TH2>(pairs, ScatterPrefix(pair.fKey));
   auto profile = ReadObject<TProfile>(pairs, "prof_" + pair.fKey);
   StyleAxes(*scatter);
   scatter->Rebin2D(std::max(1, scatter->GetNbinsX() / 100), std::max(1, scatter->GetNbinsY() / 100));
   PlotPage::Draw(std::move(scatter), "COLZ");
   if (!profile)
      return;
   profile->SetLineColor(TColor::GetColor("#d40000"));
   profile->SetMarkerColor(TColor::GetColor("#d40000"));
   StylePoints(*profile);
   PlotPage::Draw(std::move(profile), "SAME E1");
}

} // namespace

int PlotCorrelationMatrices(const ResultFile &file, bool greyScale)
{
   const PaletteScope palette(greyScale ? kGreyScale : kLightTemperature);
   int pages = 0;
   for (const auto &name : KeyNames(*file.GetDirectory(), "CorrelationMatrix")) {
      auto matrix = ReadObject<TH2>(*file.GetDirectory(), name);
      if (!matrix)
         continue;
      PlotPage page(file, name, matrix->GetTitle());
      TVirtualPad &pad = page.NextPad();
      pad.SetRightMargin(0.15F);
      pad.SetLeftMargin(0.16F);
      StyleAxes(*matrix);
      const int n = matrix->GetNbinsX();
      const float labels = n <= 8 ? 0.045F : n <= 16 ? 0.035F : 0.022F;
      matrix->GetXaxis()->SetLabelSize(labels);
      matrix->GetYaxis()->SetLabelSize(labels);
      matrix->GetZaxis()->SetTitle("linear correlation coefficient [%]");
      matrix->GetZaxis()->SetTitleOffset(1.2F);
      matrix->GetZaxis()->SetRangeUser(-100, 100);
      matrix->SetMarkerSize(n <= 8 ? 1.6F : n <= 16 ? 1.0F : 0.6F);
      matrix->SetContour(100);
      PlotPage::Draw(std::move(matrix), "COLZ TEXT");
      page.Write();
      ++pages;
   }
   return pages;
}

int PlotCorrelationScatters(const ResultFile &file, const std::string &folder, const std::string &variable)
{
   TDirectory *directory = file.GetDirectory()->GetDirectory(folder.c_str());
   TDirectory *pairs = directory ? directory->GetDirectory("CorrelationPlots") : nullptr;
   const std::string prefix = "InputVariables_";
   if (!pairs || folder.compare(0, prefix.size(), prefix) != 0)
      return 0;
   const PaletteScope palette(kBird);
   const std::string transformation = folder.substr(prefix.size()), end = "_" + transformation;
   std::vector<std::string> classes;
   const auto variables = VariablesOf(*directory, end, classes);
   int pages = 0;
   for (const auto &x : variables) {
      if (!variable.empty() && x != variable)
         continue;
      for (const auto &cls : classes) {
         std::vector<Pair> found;
         for (const auto &y : variables) {
            const std::string key = y + "_vs_" + x + "_" + cls + end;
            if (pairs->GetKey(ScatterPrefix(key).c_str()))
               found.push_back({key, x, y, cls});
         }
         if (found.empty())
            continue;
         const auto grid = Grid(static_cast<int>(found.size()));
         PlotPage page(file, "correlationscatter_" + x + "_" + cls + end, "Correlations with " + x + " (" + cls + ")",
                       grid.first, grid.second);
         for (const Pair &pair : found) {
            page.NextPad().SetRightMargin(0.13F);
            DrawPair(*pairs, pair);
         }
         page.Write();
         ++pages;
      }
   }
   return pages;
}

} // namespace Internal
} // namespace TorchMVA
