// The figures of merit of MethodBase: functions of module Evaluate on the responses that AddOutput kept.

#include "Evaluate/MvaPdf.hxx"
#include "TorchMVA/Core/Config.hxx"
#include "TorchMVA/Core/Error.hxx"
#include "TorchMVA/Evaluate/Classification.hxx"
#include "TorchMVA/Evaluate/Multiclass.hxx"
#include "TorchMVA/Evaluate/PDF.hxx"
#include "TorchMVA/Evaluate/Regression.hxx"
#include "TorchMVA/Method/MethodBase.hxx"
#include "TorchMVA/Tools.hxx"

#include "TH1D.h"

#include <cmath>

namespace TorchMVA {

namespace {

/// The background efficiency of "Efficiency:0.10"; negative if the text has none, which asks for the area.
double BackgroundEfficiencyOf(const TString &spec, const char *method)
{
   const std::vector<TString> words = gTools().SplitString(spec, ':');
   if (words.size() < 2)
      return -1;
   const double efficiency = words[1].IsFloat() ? words[1].Atof() : -1;
   if (words.size() > 2 || !(efficiency >= 0 && efficiency <= 1))
      throw Error(EErrorCode::kArgument,
                  "expected \"Efficiency:b\" with a background efficiency b from 0 to 1, found \"" +
                     std::string(spec.Data()) + "\"",
                  {{"method", method}});
   return efficiency;
}

std::vector<double> Contents(const TH1 *histogram)
{
   if (!histogram)
      throw Error(EErrorCode::kArgument, "expected a histogram, found a null pointer");
   std::vector<double> contents;
   for (int bin = 1; bin <= histogram->GetNbinsX(); ++bin)
      contents.push_back(histogram->GetBinContent(bin));
   return contents;
}

TH1D Histogram(const std::vector<double> &contents, const std::vector<double> &squares)
{
   const int bins = static_cast<int>(contents.size());
   TH1D histogram("", "", bins, 0, 1);
   histogram.SetDirectory(nullptr);
   for (int bin = 0; bin < bins; ++bin) {
      histogram.SetBinContent(bin + 1, contents[bin]);
      histogram.SetBinError(bin + 1, std::sqrt(squares[bin]));
   }
   return histogram;
}

double Sum(const std::vector<double> &values)
{
   double sum = 0;
   for (double v : values)
      sum += v;
   return sum;
}

MulticlassSample Multi(const MethodBase &method, Types::ETreeType type)
{
   const Sample sample = method.Data()->GetSample(type);
   return {{method.GetResponses(type).data(), sample.Size(), method.GetNResponses()}, sample.fWeights, sample.fClasses};
}

std::vector<Float_t> BestEfficiencies(const MethodBase &method, Types::ETreeType type,
                                      std::vector<std::vector<Float_t>> &purity)
{
   std::vector<Float_t> efficiencies, purities;
   for (const BestCut &cut : ComputeBestCuts(Multi(method, type))) {
      efficiencies.push_back(static_cast<Float_t>(cut.fEfficiency));
      purities.push_back(static_cast<Float_t>(cut.fPurity));
   }
   purity.push_back(purities);
   return efficiencies;
}

} // namespace

ScoredSample MethodBase::Scored(Types::ETreeType type) const
{
   const Sample sample = Data()->GetSample(type);
   return {GetResponses(type).data(), sample.Size(), GetNResponses(), sample.fWeights, sample.fClasses};
}

Double_t MethodBase::GetEfficiency(const TString &spec, Types::ETreeType type, Double_t &error)
{
   const double background = BackgroundEfficiencyOf(spec, GetName());
   const int signal = fDataSetInfo.GetSignalClassIndex();
   const EfficiencyCurve curve(Scored(type), signal, ComputeResponseStatistics(Scored(Types::kTesting), signal));
   error = 0;
   if (background < 0)
      return curve.GetArea();
   const double efficiency = curve.GetSignalEfficiency(background);
   error = curve.GetSignalEfficiencyError(efficiency);
   return efficiency;
}

Double_t MethodBase::GetTrainingEfficiency(const TString &spec)
{
   const double background = BackgroundEfficiencyOf(spec, GetName());
   const int signal = fDataSetInfo.GetSignalClassIndex();
   const ResponseStatistics range = ComputeResponseStatistics(Scored(Types::kTesting), signal);
   const EfficiencyCurve cuts(Scored(Types::kTesting), signal, range);
   const EfficiencyCurve curve(Scored(Types::kTraining), signal, range, &cuts);
   return background < 0 ? curve.GetArea() : curve.GetSignalEfficiency(background);
}

Double_t MethodBase::GetSignificance() const
{
   return ComputeSignificance(ComputeResponseStatistics(Scored(Types::kTesting), fDataSetInfo.GetSignalClassIndex()));
}

Double_t MethodBase::GetSeparation(TH1 *signal, TH1 *background) const
{
   return ComputeSeparation(Contents(signal), Contents(background));
}

Double_t MethodBase::GetSeparation(PDF *signal, PDF *background) const
{
   if (signal && background)
      return ComputeSeparation(*signal, *background);
   const auto pdfs = MakeTestPdfs();
   return ComputeSeparation(signal ? *signal : pdfs.first, background ? *background : pdfs.second);
}

Double_t MethodBase::GetROCIntegral(TH1D *signal, TH1D *background) const
{
   const std::vector<double> s = Contents(signal), b = Contents(background);
   if (s.size() != b.size())
      throw Error(EErrorCode::kArgument, "expected two histograms with equal bins, found " + std::to_string(s.size()) +
                                            " and " + std::to_string(b.size()) + " bins");
   const double norm = Sum(s) * Sum(b);
   if (!(norm > 0))
      throw Error(EErrorCode::kData, "expected histograms with positive integrals");
   double below = 0, area = 0;
   for (std::size_t i = 0; i < s.size(); ++i) {
      area += s[i] * (below + 0.5 * b[i]);
      below += b[i];
   }
   return area / norm;
}

Double_t MethodBase::GetROCIntegral(PDF *signal, PDF *background) const
{
   if (signal && background)
      return ComputeROCIntegral(*signal, *background);
   const auto pdfs = MakeTestPdfs();
   return ComputeROCIntegral(signal ? *signal : pdfs.first, background ? *background : pdfs.second);
}

std::pair<PDF, PDF> MethodBase::MakeTestPdfs() const
{
   const ScoredSample sample = Scored(Types::kTesting);
   const int cls = fDataSetInfo.GetSignalClassIndex();
   const ResponseStatistics range = ComputeResponseStatistics(sample, cls);
   const int bins = gConfig().GetVariablePlotting().fNbinsMVAoutput;
   const auto make = [&](bool ofSignal) {
      return Internal::MakeResponsePdf(sample, cls, ofSignal, fMethodTitle.Data(), bins, range.fMinimum,
                                       range.fMaximum);
   };
   return {make(true), make(false)};
}

Double_t MethodBase::GetMaximumSignificance(Double_t signalEvents, Double_t backgroundEvents,
                                            Double_t &maximumSignificance) const
{
   const ScoredSample sample = Scored(Types::kTesting);
   const int signal = fDataSetInfo.GetSignalClassIndex();
   const EfficiencyCurve curve(sample, signal, ComputeResponseStatistics(sample, signal));
   const MaximumSignificance best = ComputeMaximumSignificance(curve, signalEvents, backgroundEvents);
   maximumSignificance = best.fSignificance;
   return best.fCut;
}

Double_t MethodBase::GetKSTrainingVsTest(Char_t signalOrBackground, TString option)
{
   const bool ofSignal = signalOrBackground == 'S' || signalOrBackground == 's';
   if (!ofSignal && signalOrBackground != 'B' && signalOrBackground != 'b')
      throw Error(EErrorCode::kArgument, std::string("expected 'S' or 'B', found '") + signalOrBackground + "'",
                  {{"method", GetName()}});
   const int cls = fDataSetInfo.GetSignalClassIndex();
   const ScoredSample test = Scored(Types::kTesting), training = Scored(Types::kTraining);
   const ResponseStatistics range = ComputeResponseStatistics(test, cls);
   const int bins = gConfig().GetVariablePlotting().fNbinsMVAoutput;
   const ResponseHistograms t = FillResponseHistograms(test, cls, range, bins);
   const ResponseHistograms u = FillResponseHistograms(training, cls, range, bins);
   const auto &first = ofSignal ? t.fSignal : t.fBackground, &second = ofSignal ? u.fSignal : u.fBackground;
   const auto &firstW2 = ofSignal ? t.fSignalSumw2 : t.fBackgroundSumw2;
   const auto &secondW2 = ofSignal ? u.fSignalSumw2 : u.fBackgroundSumw2;
   option.ToUpper();
   if (option.Contains("X"))
      return KolmogorovProbability(first, firstW2, second, secondW2);
   if (!(Sum(first) > 0) || !(Sum(second) > 0))
      return -1;
   const TH1D testHistogram = Histogram(first, firstW2), trainingHistogram = Histogram(second, secondW2);
   return testHistogram.KolmogorovTest(&trainingHistogram, option);
}

std::vector<Float_t> MethodBase::GetMulticlassEfficiency(std::vector<std::vector<Float_t>> &purity)
{
   return BestEfficiencies(*this, Types::kTesting, purity);
}

std::vector<Float_t> MethodBase::GetMulticlassTrainingEfficiency(std::vector<std::vector<Float_t>> &purity)
{
   return BestEfficiencies(*this, Types::kTraining, purity);
}

TMatrixD MethodBase::GetMulticlassConfusionMatrix(Double_t backgroundEfficiency, Types::ETreeType type)
{
   return ComputeConfusionMatrix(Multi(*this, type), backgroundEfficiency);
}

void MethodBase::TestRegression(Double_t &bias, Double_t &biasT, Double_t &deviation, Double_t &deviationT,
                                Double_t &rms, Double_t &rmsT, Double_t &mutualInformation,
                                Double_t &mutualInformationT, Double_t &correlation, Types::ETreeType type)
{
   const Sample sample = Data()->GetSample(type);
   const RegressionMetrics m = EvaluateRegression({GetResponses(type).data(), GetNResponses(), sample.fTargets.fData,
                                                   sample.fTargets.fColumns, sample.fWeights, sample.Size()});
   bias = m.fBias;
   biasT = m.fBiasTruncated;
   deviation = m.fDeviation;
   deviationT = m.fDeviationTruncated;
   rms = m.fRms;
   rmsT = m.fRmsTruncated;
   mutualInformation = m.fMutualInformation;
   mutualInformationT = m.fMutualInformationTruncated;
   correlation = m.fCorrelation;
}

void MethodBase::TestClassification()
{
   const ScoredSample sample = Scored(Types::kTesting);
   const int signal = fDataSetInfo.GetSignalClassIndex();
   const ResponseStatistics range = ComputeResponseStatistics(sample, signal);
   SetSignalReferenceCut(EfficiencyCurve(sample, signal, range).GetReferenceCut());
   SetSignalReferenceCutOrientation(range.fPositive ? 1 : -1);
}

void MethodBase::TestMulticlass()
{
   std::vector<std::vector<Float_t>> purity;
   const std::vector<Float_t> efficiency = GetMulticlassEfficiency(purity);
   for (UInt_t cls = 0; cls < efficiency.size(); ++cls)
      fLogger.Info(TString::Format("Best cut for class %s: efficiency %.3f, purity %.3f",
                                   fDataSetInfo.GetClassInfo(cls)->GetName(), efficiency[cls], purity.back()[cls])
                      .Data());
}

} // namespace TorchMVA
