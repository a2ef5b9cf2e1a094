#include "TorchMVA/Evaluate/Regression.hxx"

#include "Evaluate/ResponseCheck.hxx"

#include <algorithm>
#include <cmath>
#include <limits>

namespace TorchMVA {

namespace {
constexpr int kPredictionBins = 75; // TMVA's 150 x 100 bins, merged two by two
constexpr int kTargetBins = 50;
constexpr double kTruncationInRms = 2;

struct DeviationMoments {
   double fBias = 0, fDeviation = 0, fRms = 0;
};

/// Weighted moments of the deviations within `halfWidth` of `centre`. Two passes: the second around the mean.
DeviationMoments ComputeMoments(const RegressionSample &sample, double centre, double halfWidth)
{
   double sumW = 0, sumD = 0, sumAbs = 0;
   for (Long64_t i = 0; i < sample.fN; ++i) {
      const double d = sample.Deviation(i), w = sample.Weight(i);
      if (std::abs(d - centre) > halfWidth)
         continue;
      sumW += w;
      sumD += w * d;
      sumAbs += w * std::abs(d);
   }
   if (!(sumW > 0))
      return {};
   DeviationMoments m{sumD / sumW, sumAbs / sumW, 0};
   double squares = 0;
   for (Long64_t i = 0; i < sample.fN; ++i) {
      const double d = sample.Deviation(i);
      if (std::abs(d - centre) <= halfWidth)
         squares += sample.Weight(i) * (d - m.fBias) * (d - m.fBias);
   }
   m.fRms = std::sqrt(std::max(0.0, squares / sumW));
   return m;
}

double ComputeCorrelation(const RegressionSample &sample)
{
   double sumW = 0, meanP = 0, meanT = 0;
   for (Long64_t i = 0; i < sample.fN; ++i) {
      const double w = sample.Weight(i);
      sumW += w;
      meanP += w * sample.Prediction(i);
      meanT += w * sample.Target(i);
   }
   meanP /= sumW;
   meanT /= sumW;
   double pp = 0, tt = 0, pt = 0;
   for (Long64_t i = 0; i < sample.fN; ++i) {
      const double w = sample.Weight(i), p = sample.Prediction(i) - meanP, t = sample.Target(i) - meanT;
      pp += w * p * p;
      tt += w * t * t;
      pt += w * p * t;
   }
   return pp > 0 && tt > 0 ? pt / std::sqrt(pp * tt) : std::numeric_limits<double>::quiet_NaN();
}

void RequireUsable(const RegressionSample &sample)
{
   double sumW = 0;
   for (Long64_t i = 0; i < sample.fN; ++i) {
      Internal::RequireFinite(sample.Prediction(i), "prediction", i);
      Internal::RequireFinite(sample.Target(i), "target", i);
      Internal::RequireFinite(sample.Weight(i), "weight", i);
      sumW += sample.Weight(i);
   }
   Internal::RequirePositiveSum(sumW, "regression");
}

double MutualInformation(const RegressionSample &sample, double centre, double halfWidth)
{
   double min = std::numeric_limits<double>::infinity(), max = -min;
   for (Long64_t i = 0; i < sample.fN; ++i) {
      min = std::min({min, sample.Prediction(i), sample.Target(i)});
      max = std::max({max, sample.Prediction(i), sample.Target(i)});
   }
   if (!(max > min))
      return -1;
   std::vector<double> joint(kPredictionBins * kTargetBins, 0.0), byPrediction(kPredictionBins, 0.0),
      byTarget(kTargetBins, 0.0);
   double sum = 0;
   for (Long64_t i = 0; i < sample.fN; ++i) {
      if (std::abs(sample.Deviation(i) - centre) > halfWidth)
         continue;
      const double w = sample.Weight(i), scale = 1 / (max - min);
      const int p = static_cast<int>((sample.Prediction(i) - min) * scale * kPredictionBins);
      const int t = static_cast<int>((sample.Target(i) - min) * scale * kTargetBins);
      // bins are half open, so the largest value of all is outside, as in TMVA's histogram
      if (p >= kPredictionBins || t >= kTargetBins)
         continue;
      joint[p * kTargetBins + t] += w;
      byPrediction[p] += w;
      byTarget[t] += w;
      sum += w;
   }
   if (!(sum > 0))
      return -1;
   double information = 0;
   for (int p = 0; p < kPredictionBins; ++p)
      for (int t = 0; t < kTargetBins; ++t) {
         const double pt = joint[p * kTargetBins + t];
         if (pt > 0 && byPrediction[p] > 0 && byTarget[t] > 0)
            information += pt / sum * std::log(pt * sum / (byPrediction[p] * byTarget[t]));
      }
   return information;
}
} // namespace

double ComputeMutualInformation(const RegressionSample &sample, double centre, double halfWidth)
{
   RequireUsable(sample);
   return MutualInformation(sample, centre, halfWidth);
}

RegressionMetrics EvaluateRegression(const RegressionSample &sample)
{
   RequireUsable(sample);
   constexpr double kEverything = std::numeric_limits<double>::max();
   const DeviationMoments all = ComputeMoments(sample, 0, kEverything);
   const double width = kTruncationInRms * all.fRms;
   const DeviationMoments truncated = ComputeMoments(sample, all.fBias, width);

   RegressionMetrics m;
   m.fBias = all.fBias;
   m.fDeviation = all.fDeviation;
   m.fRms = all.fRms;
   m.fBiasTruncated = truncated.fBias;
   m.fDeviationTruncated = truncated.fDeviation;
   m.fRmsTruncated = truncated.fRms;
   m.fMutualInformation = MutualInformation(sample, 0, kEverything);
   m.fMutualInformationTruncated = MutualInformation(sample, all.fBias, width);
   m.fCorrelation = ComputeCorrelation(sample);
   return m;
}

} // namespace TorchMVA
