#include "TorchMVA/CrossValidation/CrossValidationResult.hxx"

#include "AverageCurve.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Core/Logger.hxx"

#include "TAxis.h"
#include "TCanvas.h"
#include "TMultiGraph.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace TorchMVA {

namespace {

constexpr int kAverageWidth = 3;
constexpr short kBackground = 10; ///< white, as of legends
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<TMultiGraph> MakeMultiGraph(const std::vector<CrossValidationFoldResult> &folds,
                                            short firstColour = kBlack)
{
   auto all = std::make_unique<TMultiGraph>();
   short colour = firstColour;
   for (const auto &fold : folds) {
      auto graph = std::make_unique<TGraph>(fold.fROCCurve);
      graph->SetTitle(fold.fTitle);
      if (colour == kBackground)
         ++colour; // would not be seen
      graph->SetLineColor(colour++);
      graph->SetLineWidth(2);
      graph->SetFillColor(kBackground);
      all->Add(graph.release()); // the multigraph owns its graphs
   }
   return all;
}

/// The canvas owns the multigraph; the caller, or gROOT's list, the canvas: ROOT's way.
TCanvas *DrawOnCanvas(std::unique_ptr<TMultiGraph> curves, const TString &title)
{
   auto *canvas = new TCanvas("CrossValidation " + title, title, 200, 10, 700, 500);
   canvas->SetGrid();
   canvas->cd();
   TMultiGraph *drawn = curves.release();
   drawn->SetBit(TObject::kCanDelete);
   drawn->SetTitle(title);
   drawn->Draw("AL");
   drawn->GetXaxis()->SetTitle("Signal Efficiency");
   drawn->GetYaxis()->SetTitle("Background Rejection");
   canvas->BuildLegend(0.15, 0.15, 0.35, 0.3, "Folds");
   canvas->Modified();
   canvas->Update();
   return canvas;
}

} // namespace

CrossValidationResult::CrossValidationResult(const TString &methodTitle) : fTitle(methodTitle) {}
CrossValidationResult::~CrossValidationResult() = default;
CrossValidationResult::CrossValidationResult(const CrossValidationResult &) = default;
CrossValidationResult &CrossValidationResult::operator=(const CrossValidationResult &) = default;

void CrossValidationResult::AddFold(const CrossValidationFoldResult &fold)
{
   fFolds.push_back(fold);
   fROCCurves.reset();
}

std::vector<Float_t> CrossValidationResult::Values(Float_t CrossValidationFoldResult::*figure) const
{
   std::vector<Float_t> values;
   for (const auto &fold : fFolds)
      values.push_back(fold.*figure);
   return values;
}

Float_t CrossValidationResult::GetROCAverage() const
{
   const auto values = GetROCValues();
   return values.empty() ? kNaN : std::accumulate(values.begin(), values.end(), 0.) / values.size();
}

Float_t CrossValidationResult::GetROCStandardDeviation() const
{
   const auto values = GetROCValues();
   if (values.size() < 2)
      return kNaN;
   const double mean = std::accumulate(values.begin(), values.end(), 0.) / values.size();
   double sum = 0;
   for (const double value : values)
      sum += (value - mean) * (value - mean);
   return std::sqrt(sum / (values.size() - 1));
}

std::vector<Float_t> CrossValidationResult::GetROCValues() const
{
   return Values(&CrossValidationFoldResult::fROCIntegral);
}
std::vector<Float_t> CrossValidationResult::GetSigValues() const
{
   return Values(&CrossValidationFoldResult::fSig);
}
std::vector<Float_t> CrossValidationResult::GetSepValues() const
{
   return Values(&CrossValidationFoldResult::fSep);
}
std::vector<Float_t> CrossValidationResult::GetEff01Values() const
{
   return Values(&CrossValidationFoldResult::fEff01);
}
std::vector<Float_t> CrossValidationResult::GetEff10Values() const
{
   return Values(&CrossValidationFoldResult::fEff10);
}
std::vector<Float_t> CrossValidationResult::GetEff30Values() const
{
   return Values(&CrossValidationFoldResult::fEff30);
}
std::vector<Float_t> CrossValidationResult::GetEffAreaValues() const
{
   return Values(&CrossValidationFoldResult::fEffArea);
}
std::vector<Float_t> CrossValidationResult::GetTrainEff01Values() const
{
   return Values(&CrossValidationFoldResult::fTrainEff01);
}
std::vector<Float_t> CrossValidationResult::GetTrainEff10Values() const
{
   return Values(&CrossValidationFoldResult::fTrainEff10);
}
std::vector<Float_t> CrossValidationResult::GetTrainEff30Values() const
{
   return Values(&CrossValidationFoldResult::fTrainEff30);
}

TMultiGraph *CrossValidationResult::GetROCCurves(Bool_t)
{
   if (!fROCCurves && !fFolds.empty())
      fROCCurves = MakeMultiGraph(fFolds);
   return fROCCurves.get();
}

TGraph *CrossValidationResult::GetAvgROCCurve(UInt_t nSamples) const
{
   if (nSamples < 2)
      throw Error(EErrorCode::kArgument, "expected at least two samples of a curve, found " + std::to_string(nSamples));
   if (fFolds.empty())
      return nullptr;
   std::vector<TGraph> curves;
   for (const auto &fold : fFolds)
      curves.push_back(fold.fROCCurve);
   auto average = std::make_unique<TGraph>(Internal::AverageCurve(curves, nSamples));
   average->SetTitle("Average");
   return average.release();
}

TCanvas *CrossValidationResult::Draw(const TString title) const
{
   return fFolds.empty() ? nullptr : DrawOnCanvas(MakeMultiGraph(fFolds), title);
}

TCanvas *CrossValidationResult::DrawAvgROCCurve(Bool_t drawFolds, TString title) const
{
   std::unique_ptr<TGraph> average(GetAvgROCCurve());
   if (!average)
      return nullptr;
   average->SetLineColor(kBlack);
   average->SetLineWidth(kAverageWidth);
   average->SetFillColor(kBackground);
   auto curves = drawFolds ? MakeMultiGraph(fFolds, kBlack + 1) : std::make_unique<TMultiGraph>();
   curves->Add(average.release());
   return DrawOnCanvas(std::move(curves), title.IsNull() ? TString("Cross validation, average") : title);
}

void CrossValidationResult::Print() const
{
   const Logger log("CrossValidation");
   log.Header("==== Results ====");
   for (std::size_t i = 0; i < fFolds.size(); ++i)
      log.Info(TString::Format("Fold  %zu ROC-Int : %.4f", i, fFolds[i].fROCIntegral).Data());
   if (fFolds.empty()) {
      log.Info("no ROC curves: a regression");
      return;
   }
   log.Info("------------------------");
   log.Info(TString::Format("Average ROC-Int : %.4f", GetROCAverage()).Data());
   log.Info(TString::Format("Std-Dev ROC-Int : %.4f", GetROCStandardDeviation()).Data());
}

} // namespace TorchMVA
