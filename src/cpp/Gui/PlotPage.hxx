#ifndef TORCHMVA_GUI_PLOTPAGE_HXX
#define TORCHMVA_GUI_PLOTPAGE_HXX

#include "TCanvas.h"
#include "TH1.h"
#include "TVirtualPad.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

class TLatex;
class TLegend;

namespace TorchMVA {
namespace Internal {

class ResultFile;

/// A canvas that becomes the picture <dataset>/plots/<name>.png; with a screen it stays open and belongs to ROOT.
class PlotPage {
public:
   /// Divided into columns x rows pads.
   PlotPage(const ResultFile &file, const std::string &name, const std::string &title, int columns = 1, int rows = 1);
   ~PlotPage();
   PlotPage(const PlotPage &) = delete;
   PlotPage &operator=(const PlotPage &) = delete;

   /// The next pad, made the current one.
   TVirtualPad &NextPad();
   /// Draws in the current pad; the pad owns the object from now on.
   template <typename T>
   static T *Draw(std::unique_ptr<T> object, const char *option = "")
   {
      T *drawn = object.release();
      drawn->SetBit(TObject::kCanDelete);
      drawn->Draw(option);
      return drawn;
   }
   /// Writes the picture. Throws Error (kFile) if it cannot be written.
   void Write();

private:
   TVirtualPad::TContext fKeepPad;
   std::string fFolder;
   std::string fName;
   TCanvas *fCanvas; ///< ROOT's list of canvases has it
   int fPads;
   int fPad = 0;
};

/// Columns and rows for n pads on one page.
std::pair<int, int> Grid(int n);

/// No statistics box, readable axes, no exponent in the corner where it is not needed.
void StyleAxes(TH1 &frame);
/// TMVA's signal (blue, filled) and background (red, hatched).
void StyleSignal(TH1 &histogram);
void StyleBackground(TH1 &histogram);
/// Class number i of n: signal and background for the first two, then other colours; `only` a line.
void StyleClass(TH1 &histogram, int i);
/// Points with error bars in the colour of the histogram's line.
void StylePoints(TH1 &histogram);
/// Line colour number i, for curves of methods.
int CurveColour(int i);

/// Largest bin content (with error bar) of several histograms.
double HighestBin(const std::vector<const TH1 *> &histograms, bool withErrors);

/// An empty legend without border at the top of the pad (NDC).
std::unique_ptr<TLegend> MakeLegend(double x1, double y1, double x2, double y2);

/// Text in the coordinates of the pad (0 to 1).
TLatex *DrawText(double x, double y, const std::string &text, float size = 0.032F);

/// An empty plot for curves.
TH1 *DrawFrame(const std::string &name, const std::string &title, double xmin, double xmax, double ymin, double ymax);

/// What lies below and above the range of each histogram, as a small text on the right of the pad. After the first
/// histogram, whose Draw clears the pad.
void DrawOverflows(const std::vector<const TH1 *> &histograms);

} // namespace Internal
} // namespace TorchMVA

#endif
