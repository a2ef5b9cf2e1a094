#include "Moments.hxx"

namespace TorchMVA {
namespace Internal {

namespace {

/// Sums of weights and means of each class. The last set holds the rows without a class, until all are put together.
void AccumulateMeans(const FitSample &sample, const std::vector<Slot> &slots, bool useWeights,
                     std::vector<Moments> &sets)
{
   for (Long64_t row = 0; row < sample.fRows.fRows; ++row) {
      const int set = sample.ClassSet(row);
      Moments &m = set >= 0 ? sets[set] : sets.back();
      const double w = useWeights ? sample.Weight(row) : 1.0;
      m.fSumOfWeights += w;
      for (std::size_t k = 0; k < slots.size(); ++k)
         m.fMean[k] += w * sample.fRows.Get(row, slots[k]);
   }
   for (Moments &m : sets) {
      for (double &mean : m.fMean)
         mean = m.fSumOfWeights != 0 ? mean / m.fSumOfWeights : 0;
   }
}

/// Upper triangles of the scatter around each set's own mean.
void AccumulateScatter(const FitSample &sample, const std::vector<Slot> &slots, bool useWeights,
                       std::vector<Moments> &sets)
{
   const std::size_t n = slots.size();
   std::vector<double> delta(n);
   for (Long64_t row = 0; row < sample.fRows.fRows; ++row) {
      const int set = sample.ClassSet(row);
      Moments &m = set >= 0 ? sets[set] : sets.back();
      const double w = useWeights ? sample.Weight(row) : 1.0;
      for (std::size_t k = 0; k < n; ++k)
         delta[k] = sample.fRows.Get(row, slots[k]) - m.fMean[k];
      for (std::size_t i = 0; i < n; ++i) {
         const double wd = w * delta[i];
         double *scatter = m.fCovariance.data() + i * n;
         for (std::size_t j = i; j < n; ++j)
            scatter[j] += wd * delta[j];
      }
   }
}

/// Puts all sets into the last one: scatter of a union = sum of the scatters + scatter of the means.
void CombineIntoLast(std::vector<Moments> &sets, std::size_t n)
{
   Moments all = sets.back();
   all.fSumOfWeights = 0;
   for (const Moments &m : sets)
      all.fSumOfWeights += m.fSumOfWeights;
   for (std::size_t k = 0; k < n; ++k) {
      all.fMean[k] = 0;
      for (const Moments &m : sets)
         all.fMean[k] += all.fSumOfWeights != 0 ? m.fSumOfWeights / all.fSumOfWeights * m.fMean[k] : 0;
   }
   for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i; j < n; ++j) {
         double sum = 0;
         for (const Moments &m : sets)
            sum +=
               m.fCovariance[i * n + j] + m.fSumOfWeights * (m.fMean[i] - all.fMean[i]) * (m.fMean[j] - all.fMean[j]);
         all.fCovariance[i * n + j] = sum;
      }
   }
   sets.back() = std::move(all);
}

} // namespace

std::vector<Moments> ComputeMoments(const FitSample &sample, const std::vector<Slot> &slots, bool useWeights)
{
   const std::size_t n = slots.size();
   std::vector<Moments> sets(sample.NSets());
   for (Moments &m : sets) {
      m.fMean.assign(n, 0.0);
      m.fCovariance.assign(n * n, 0.0);
   }
   AccumulateMeans(sample, slots, useWeights, sets);
   AccumulateScatter(sample, slots, useWeights, sets);
   if (sets.size() > 1)
      CombineIntoLast(sets, n);
   for (Moments &m : sets) {
      const double scale = m.fSumOfWeights > 0 ? 1 / m.fSumOfWeights : 0;
      for (std::size_t i = 0; i < n; ++i) {
         for (std::size_t j = i; j < n; ++j)
            m.fCovariance[j * n + i] = m.fCovariance[i * n + j] *= scale;
      }
   }
   return sets;
}

} // namespace Internal
} // namespace TorchMVA
