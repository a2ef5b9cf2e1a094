#include "TorchMVA/Evaluate/PermutationImportance.hxx"

#include "TorchMVA/Core/Error.hxx"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>

namespace TorchMVA {

namespace {

constexpr Long64_t kBlockRows = 1 << 16;

/// Fisher-Yates. Not std::shuffle, whose result depends on the standard library; the bias of `%` is below 1e-9.
void Shuffle(std::vector<float> &values, std::mt19937_64 &generator)
{
   for (std::size_t i = values.size(); i > 1; --i)
      std::swap(values[i - 1], values[generator() % i]);
}

/// Responses of the sample with other values in one column.
void EvaluateChanged(const Sample &sample, const PermutedModel &model, Long64_t column,
                     const std::vector<float> &values, std::vector<float> &rows, std::vector<float> &responses)
{
   const Long64_t columns = sample.fVariables.fColumns;
   for (Long64_t first = 0; first < sample.Size(); first += kBlockRows) {
      const Long64_t n = std::min(kBlockRows, sample.Size() - first);
      const float *block = sample.fVariables.Row(first);
      rows.assign(block, block + n * columns);
      for (Long64_t i = 0; i < n; ++i)
         rows[i * columns + column] = values[first + i];
      model.fEvaluate(rows.data(), n, first, responses.data() + first * model.fNResponses);
   }
}

VariableImportance Summarise(const std::vector<double> &losses)
{
   const double n = losses.size();
   const double mean = std::accumulate(losses.begin(), losses.end(), 0.) / n;
   double squares = 0;
   for (double loss : losses)
      squares += (loss - mean) * (loss - mean);
   return {mean, n > 1 ? std::sqrt(squares / (n - 1)) : 0.};
}

} // namespace

std::vector<VariableImportance> ComputePermutationImportance(const Sample &sample, const PermutedModel &model,
                                                             UInt_t repeats, UInt_t seed)
{
   if (repeats == 0)
      throw Error(EErrorCode::kArgument, "permutation importance: expected at least one repeat, found 0");
   if (sample.Size() == 0)
      throw Error(EErrorCode::kArgument, "permutation importance: expected a sample with events, found none");
   std::mt19937_64 generator(seed);
   std::vector<VariableImportance> importances;
   std::vector<float> values(sample.Size()), rows, responses(sample.Size() * model.fNResponses);
   for (Long64_t column = 0; column < sample.fVariables.fColumns; ++column) {
      for (Long64_t i = 0; i < sample.Size(); ++i)
         values[i] = sample.fVariables(i, column);
      std::vector<double> losses;
      for (UInt_t repeat = 0; repeat < repeats; ++repeat) {
         Shuffle(values, generator);
         EvaluateChanged(sample, model, column, values, rows, responses);
         losses.push_back(model.fLoss(responses));
      }
      importances.push_back(Summarise(losses));
   }
   return importances;
}

} // namespace TorchMVA
