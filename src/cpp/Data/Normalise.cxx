#include "Normalise.hxx"

#include "TorchMVA/Core/Error.hxx"

namespace TorchMVA {
namespace Internal {

std::vector<double> NormFactors(SplitOptions::ENorm mode, const std::vector<Long64_t> &events,
                                const std::vector<double> &sums, const std::vector<std::string> &classNames)
{
   std::vector<double> factors(events.size(), 1.0);
   if (mode == SplitOptions::ENorm::kNone)
      return factors;
   for (std::size_t i = 0; i < events.size(); ++i) {
      if (!(sums[i] > 0))
         throw Error(EErrorCode::kData,
                     "NormMode needs a positive sum of training weights in every class, found " +
                        std::to_string(sums[i]) + " in class '" + classNames[i] + "' (" + std::to_string(events[i]) +
                        " events): check the weights, or use NormMode=None",
                     {{"class", classNames[i]}});
      const auto wanted = mode == SplitOptions::ENorm::kNumEvents ? events[i] : events[0];
      factors[i] = static_cast<double>(wanted) / sums[i];
   }
   return factors;
}

} // namespace Internal
} // namespace TorchMVA
