// Efficiencies, purity and a figure of merit as functions of the cut on the response.

#include "Expression/Program.hxx"
#include "Gui/Families.hxx"
#include "Gui/PlotPage.hxx"
#include "TGaxis.h"
#include "TGraph.h"
#include "TLegend.h"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include <array>
#include <cmath>

namespace TorchMVA {
namespace Internal {

namespace {

constexpr int kPoints = 1000; ///< of a drawn curve
constexpr double kTop = 1.25; ///< of the axis of efficiencies: room for the legend

/// The names S and B.
class EventNumbers final : public Scope {
public:
   Column Find(const Syntax &name) override
   {
      if (name.fKind != Syntax::EKind::kName || (name.fText != "S" && name.fText != "B"))
         throw ExpressionProblem("'" + name.fText + "' is neither S nor B");
      return {name.fText == "S" ? 0U : 1U, ColumnType::EKind::kNumber};
   }
};

/// A figure of merit of the numbers S and B of events that pass.
class FigureOfMerit {
public:
   explicit FigureOfMerit(const std::string &text) : fText(text), fProgram(Compile(text)) {}
   /// 0 where it is not defined.
   double operator()(double s, double b) const
   {
      const ColumnValue numbers[] = {{&s, &ColumnTypeOf<double>()}, {&b, &ColumnTypeOf<double>()}};
      bool isMissing = false;
      const double value = fProgram.Evaluate(numbers, 0, isMissing);
      return std::isfinite(value) ? value : 0;
   }
   const std::string &Text() const { return fText; }

private:
   static Program Compile(const std::string &text)
   {
      try {
         EventNumbers scope;
         return Program::Compile(text, scope, ELanguage::kSplit);
      } catch (const ExpressionProblem &problem) {
         throw Error(EErrorCode::kArgument, "expected a formula of S and B, found \"" + text + "\": " + problem.what(),
                     {{"caller", "mvaeffs"}});
      }
   }

   std::string fText;
   Program fProgram;
};

/// The curves of one method and the best cut.
struct CutScan {
   std::array<std::unique_ptr<TGraph>, 5> fCurves; ///< signal, background, purity, signal * purity, merit
   double fBest = 0, fCut = 0, fSignal = 0, fBackground = 0;
};

CutScan Scan(const TH1 &effS, const TH1 &effB, double nSignal, double nBackground, const FigureOfMerit &merit)
{
   CutScan scan;
   for (auto &curve : scan.fCurves)
      curve = std::make_unique<TGraph>();
   const int bins = effS.GetNbinsX(), step = std::max(1, bins / kPoints);
   for (int bin = 1; bin <= bins; ++bin) {
      const double cut = effS.GetBinCenter(bin), s = effS.GetBinContent(bin), b = effB.GetBinContent(bin);
      const double passS = nSignal * s, passB = nBackground * b;
      const double value = merit(passS, passB);
      if (value > scan.fBest) {
         scan.fBest = value;
         scan.fCut = cut;
         scan.fSignal = passS;
         scan.fBackground = passB;
      }
      if ((bin - 1) % step != 0)
         continue;
      const double purity = passS + passB > 0 ? passS / (passS + passB) : 0;
      const std::array<double, 5> values{s, b, purity, s * purity, value};
      for (std::size_t i = 0; i < values.size(); ++i)
         scan.fCurves[i]->AddPoint(cut, values[i]);
   }
   return scan;
}

void StyleCurves(CutScan &scan)
{
   const std::array<int, 5> colours{CurveColour(0), CurveColour(1), CurveColour(3), CurveColour(4), CurveColour(2)};
   for (std::size_t i = 0; i < scan.fCurves.size(); ++i) {
      scan.fCurves[i]->SetLineColor(static_cast<Color_t>(colours[i]));
      scan.fCurves[i]->SetLineWidth(2);
      scan.fCurves[i]->SetFillStyle(0);
   }
}

void DrawCurves(CutScan &scan, const std::string &formula)
{
   StyleCurves(scan);
   auto left = MakeLegend(0.13, 0.77, 0.45, 0.89), right = MakeLegend(0.45, 0.77, 0.88, 0.89);
   left->AddEntry(scan.fCurves[0].get(), "Signal efficiency", "L");
   left->AddEntry(scan.fCurves[1].get(), "Background efficiency", "L");
   right->AddEntry(scan.fCurves[2].get(), "Signal purity", "L");
   right->AddEntry(scan.fCurves[3].get(), "Signal efficiency #times purity", "L");
   right->AddEntry(scan.fCurves[4].get(), formula.c_str(), "L");
   // the figure of merit has its own axis on the right, from 0 to its largest value at efficiency 1
   const double scale = scan.fBest > 0 ? 1 / scan.fBest : 0;
   for (int i = 0; i < scan.fCurves[4]->GetN(); ++i)
      scan.fCurves[4]->SetPointY(i, scan.fCurves[4]->GetY()[i] * scale);
   for (auto &curve : scan.fCurves)
      PlotPage::Draw(std::move(curve), "L");
   PlotPage::Draw(std::move(left));
   PlotPage::Draw(std::move(right));
}

void DrawMeritAxis(double xmax, double best, const std::string &formula)
{
   auto axis = std::make_unique<TGaxis>(xmax, 0, xmax, kTop, 0, best > 0 ? best * kTop : kTop, 510, "+L");
   axis->SetLineColor(static_cast<Color_t>(CurveColour(2)));
   axis->SetLabelColor(static_cast<Color_t>(CurveColour(2)));
   axis->SetTitleColor(static_cast<Color_t>(CurveColour(2)));
   axis->SetTitle(formula.c_str());
   axis->SetTitleSize(0.045F);
   axis->SetLabelSize(0.04F);
   axis->SetLabelFont(42);
   axis->SetTitleFont(42);
   axis->SetTitleOffset(1.1F);
   PlotPage::Draw(std::move(axis));
}

bool PlotOne(const ResultFile &file, const StoredMethod &method, double nSignal, double nBackground,
             const FigureOfMerit &merit)
{
   const std::string name = "MVA_" + method.fTitle;
   const auto effS = ReadHistogram(*method.fDirectory, name + "_effS");
   const auto effB = ReadHistogram(*method.fDirectory, name + "_effB");
   if (!effS || !effB || effS->GetNbinsX() != effB->GetNbinsX())
      return false;
   CutScan scan = Scan(*effS, *effB, nSignal, nBackground, merit);
   PlotPage page(file, "mvaeffs_" + method.fTitle, "Cut efficiencies for " + method.fTitle);
   TVirtualPad &pad = page.NextPad();
   pad.SetRightMargin(0.12F);
   pad.SetBottomMargin(0.19F);
   pad.SetTicks(1, 0);
   const double xmin = effS->GetXaxis()->GetXmin(), xmax = effS->GetXaxis()->GetXmax();
   TH1 *frame =
      DrawFrame(name, "Cut efficiencies and optimal cut value for classifier: " + method.fTitle, xmin, xmax, 0, kTop);
   frame->GetXaxis()->SetTitle(("Cut value applied on " + method.fTitle + " output").c_str());
   frame->GetYaxis()->SetTitle("Efficiency (Purity)");
   DrawCurves(scan, merit.Text());
   DrawMeritAxis(xmax, scan.fBest, merit.Text());
   DrawText(0.13, 0.025,
            TString::Format("For %g signal and %g background events: maximum %s = %.4g at cut %.4g", nSignal,
                            nBackground, merit.Text().c_str(), scan.fBest, scan.fCut)
               .Data(),
            0.028F);
   page.Write();
   Logger("mvaeffs").Info(TString::Format("%s: %g signal and %g background events before the cut: maximum %s = %.6g at "
                                          "cut %.6g, which keeps %.6g and %.6g",
                                          method.fTitle.c_str(), nSignal, nBackground, merit.Text().c_str(), scan.fBest,
                                          scan.fCut, scan.fSignal, scan.fBackground)
                             .Data());
   return true;
}

} // namespace

int PlotCutEfficiencies(const ResultFile &file, double nSignal, double nBackground, const std::string &formula)
{
   const FigureOfMerit merit(formula);
   int pages = 0;
   for (const StoredMethod &method : file.GetMethods())
      pages += PlotOne(file, method, nSignal, nBackground, merit) ? 1 : 0;
   return pages;
}

} // namespace Internal
} // namespace TorchMVA
