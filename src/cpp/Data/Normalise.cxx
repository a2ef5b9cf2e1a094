#include "Normalise.hxx"

#include "TorchMVA/Core/Error.hxx"

namespace TorchMVA {
namespace Internal {

namespace {

[[noreturn]] void FailOnSum(double sum, Long64_t events, const std::string &className, bool zeroIsFine)
{
   throw Error(
      EErrorCode::kData,
      std::string("expected a ") +
         (zeroIsFine ? "sum of training weights of 0 or more" : "positive sum of training weights") +
         " in every class, found " + std::to_string(sum) + " in class '" + className + "' (" + std::to_string(events) +
         " events): check the weights" +
         (sum == 0 ? ", or use NormMode=None" : ", or take abs(weight) as weight expression, or cut on weight > 0"),
      {{"class", className}});
}

} // namespace

std::vector<double> NormFactors(SplitOptions::ENorm mode, const std::vector<Long64_t> &events,
                                const std::vector<double> &sums, const std::vector<std::string> &classNames)
{
   std::vector<double> factors(events.size(), 1.0);
   const bool divides = mode != SplitOptions::ENorm::kNone;
   for (std::size_t i = 0; i < events.size(); ++i) {
      // nothing can be learned of a class that counts negatively, however it is normalised
      if (divides ? !(sums[i] > 0) : sums[i] < 0)
         FailOnSum(sums[i], events[i], classNames[i], !divides);
      if (divides)
         factors[i] = static_cast<double>(mode == SplitOptions::ENorm::kNumEvents ? events[i] : events[0]) / sums[i];
   }
   return factors;
}

} // namespace Internal
} // namespace TorchMVA
